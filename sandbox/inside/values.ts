/**
 * Encodes the values of calls between a harness and its candidate as bytes of a frame.
 *
 * Guest code: linked with other files of this folder into one text and run inside the sandbox.
 */

/** A value of a call: number, boolean, string or list of numbers. */
export type CallValue = number | boolean | string | Float64Array;

/** One tag byte per value; numbers as little-endian doubles. */
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

/** @throws Error if the bytes are not valid values: the sender is not trusted. */
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
