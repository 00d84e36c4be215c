/**
 * Frames and values as they cross between the processes of one program: a frame is a 4-byte
 * big-endian length and that many bytes. Blocking reads and writes on bare descriptors, since a
 * guest does one thing at a time.
 *
 * Guest code: linked with the files beside it into one text and run inside the wall.
 */
import { readSync, writeSync } from "node:fs";

/** What one call carries: numbers, booleans, strings and lists of numbers. */
export type CallValue = number | boolean | string | Float64Array;

/** The next frame's bytes, or null when the writer has closed. */
export function readFrame(descriptor: number, maxBytes: number): Buffer | null {
  const head = readExactly(descriptor, 4);
  if (head === null) return null;
  const length = head.readUInt32BE(0);
  if (length > maxBytes) throw new Error(`a frame of ${length} bytes is above ${maxBytes}`);
  return readExactly(descriptor, length);
}

export function writeFrame(descriptor: number, payload: Uint8Array): void {
  const frame = Buffer.allocUnsafe(4 + payload.byteLength);
  frame.writeUInt32BE(payload.byteLength, 0);
  frame.set(payload, 4);
  for (let at = 0; at < frame.length; ) at += writeSync(descriptor, frame, at);
}

export function writeJsonFrame(descriptor: number, value: unknown): void {
  writeFrame(descriptor, Buffer.from(JSON.stringify(value)));
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

/** One tag byte a value; numbers as little-endian doubles. */
export function encodeValues(values: readonly CallValue[]): Buffer {
  const parts: Buffer[] = [];
  for (const value of values) {
    if (typeof value === "number") {
      const part = Buffer.alloc(9, "n");
      part.writeDoubleLE(value, 1);
      parts.push(part);
    } else if (typeof value === "boolean") {
      parts.push(Buffer.from(value ? "T" : "F"));
    } else {
      const body =
        typeof value === "string"
          ? Buffer.from(value)
          : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      const head = Buffer.alloc(5, typeof value === "string" ? "s" : "f");
      head.writeUInt32LE(body.byteLength, 1);
      parts.push(head, body);
    }
  }
  return Buffer.concat(parts);
}

/** @throws Error where the bytes are no such values: the other side is not to be trusted. */
export function decodeValues(bytes: Buffer): CallValue[] {
  const values: CallValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = String.fromCharCode(bytes.readUInt8(at));
    at += 1;
    if (tag === "T" || tag === "F") values.push(tag === "T");
    else if (tag === "n") {
      values.push(bytes.readDoubleLE(at));
      at += 8;
    } else if (tag === "s" || tag === "f") {
      const length = bytes.readUInt32LE(at);
      at += 4;
      if (at + length > bytes.length || (tag === "f" && length % 8 !== 0)) {
        throw new Error("a value ends before its length");
      }
      const body = bytes.subarray(at, at + length);
      if (tag === "s") values.push(body.toString("utf8"));
      else values.push(new Float64Array(Uint8Array.from(body).buffer));
      at += length;
    } else throw new Error(`no value has the tag ${JSON.stringify(tag)}`);
  }
  return values;
}
