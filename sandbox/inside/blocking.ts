/**
 * Reads and writes frames by blocking calls on file descriptors, for processes that do one thing at a
 * time.
 *
 * Also guest code: linked with other files of this folder into one text and run inside the sandbox.
 */
import { readSync, writeSync } from "node:fs";
import { encodeFrame, framePayload } from "./frames.ts";

/** The next frame's bytes, or null if the writer has closed. */
export function readFrame(descriptor: number, maxBytes: number): Buffer | null {
  const head = readExactly(descriptor, 4);
  if (head === null) return null;
  const length = head.readUInt32BE(0);
  if (length > maxBytes) throw new Error(`a frame of ${length} bytes is above ${maxBytes}`);
  return readExactly(descriptor, length);
}

export function writeFrame(descriptor: number, payload: Uint8Array): void {
  writeAll(descriptor, framePayload(payload));
}

/** All frames in one write, so that the reader wakes up once. */
export function writeJsonFrames(descriptor: number, ...values: readonly unknown[]): void {
  const frames = values.map(encodeFrame);
  writeAll(descriptor, frames.length === 1 && frames[0] ? frames[0] : Buffer.concat(frames));
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function readExactly(descriptor: number, length: number): Buffer | null {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; ) {
    const got = readSync(descriptor, bytes, at, length - at, null);
    if (got === 0) return null;
    at += got;
  }
  return bytes;
}
