/** Frames on descriptors 3 (in) and 4 (out) of the host process; synchronous, one at a time. */
import { readSync, writeSync } from "node:fs";
import { encodeFrame, type FromHost, type ToHost } from "./wire.ts";

const IN = 3;
const OUT = 4;

/** The next request, or undefined when the slot has closed the line. */
export function receive(): ToHost | undefined {
  const head = readExactly(4);
  const body = head === undefined ? undefined : readExactly(head.readUInt32BE(0));
  return body === undefined ? undefined : (JSON.parse(body.toString("utf8")) as ToHost);
}

/** Frames of one write: whoever reads them is woken once. */
export function send(...messages: readonly FromHost[]): void {
  const frame = Buffer.concat(messages.map((message) => encodeFrame(JSON.stringify(message))));
  for (let at = 0; at < frame.length; ) at += writeSync(OUT, frame, at, frame.length - at);
}

function readExactly(count: number): Buffer | undefined {
  const buffer = Buffer.allocUnsafe(count);
  for (let at = 0; at < count; ) {
    const got = readSync(IN, buffer, at, count - at, null);
    if (got === 0) return undefined;
    at += got;
  }
  return buffer;
}
