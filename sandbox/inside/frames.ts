/**
 * Everything that crosses a sandbox boundary is a frame: a 4-byte big-endian length and that many
 * bytes, usually JSON. This file encodes frames and splits a stream into frames; blocking.ts reads
 * them from a descriptor.
 *
 * Also guest code: linked with other files of this folder into one text and run inside the sandbox.
 */

export function encodeFrame(value: unknown): Buffer {
  return frameText(JSON.stringify(value));
}

/** A frame with the text as it is. */
export function frameText(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(4 + length);
  frame.writeUInt32BE(length, 0);
  frame.write(text, 4);
  return frame;
}

/** A frame with the bytes as they are. */
export function framePayload(payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(4 + payload.byteLength);
  frame.writeUInt32BE(payload.byteLength, 0);
  frame.set(payload, 4);
  return frame;
}

/** Splits a stream into frames of JSON; see payloadReader. */
export function frameReader(
  maxBytes: number | (() => number),
  onFrame: (value: unknown) => void,
  onBroken: (reason: string) => void,
): (chunk: Buffer) => void {
  let broken = false;
  const fail = (reason: string): void => {
    if (!broken) onBroken(reason);
    broken = true;
  };
  return payloadReader(
    maxBytes,
    (payload) => {
      if (broken) return;
      let value: unknown;
      try {
        value = JSON.parse(payload.toString("utf8"));
      } catch {
        return fail("a frame that is not JSON");
      }
      onFrame(value);
    },
    fail,
  );
}

/**
 * Splits a stream into frames.
 *
 * @param maxBytes A longer frame stops the reading, and its bytes are dropped. Evaluated at each frame.
 * @returns A function to call with each chunk. `onPayload` gets each frame's bytes; `onBroken` is
 *   called once, when reading stops.
 */
export function payloadReader(
  maxBytes: number | (() => number),
  onPayload: (payload: Buffer) => void,
  onBroken: (reason: string) => void,
): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = -1;
  let broken = false;

  const fail = (reason: string): void => {
    broken = true;
    parts = [];
    onBroken(reason);
  };
  const take = (length: number): Buffer => {
    const whole = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const rest = whole.subarray(length);
    parts = rest.length > 0 ? [rest] : [];
    held -= length;
    return whole.subarray(0, length);
  };

  return (chunk) => {
    if (broken) return;
    parts.push(chunk);
    held += chunk.length;
    while (!broken) {
      if (wanted === -1) {
        if (held < 4) return;
        wanted = take(4).readUInt32BE(0);
        const most = typeof maxBytes === "number" ? maxBytes : maxBytes();
        if (wanted > most) return fail(`a frame of ${wanted} bytes, above ${most}`);
      }
      if (held < wanted) return;
      const payload = take(wanted);
      wanted = -1;
      onPayload(payload);
    }
  };
}
