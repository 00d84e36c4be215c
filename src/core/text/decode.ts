/**
 * Bytes of a file as text. Every reader of people's files uses it, so that a file is read in the same
 * way wherever it is named.
 */
import { isUtf8 } from "node:buffer";

/**
 * UTF-8, with or without a byte order mark; the mark is not part of the text.
 *
 * @throws Error that says which encoding the bytes have instead. Without it, other characters than
 * those in the file would be used as if they were right.
 */
export function decodeText(bytes: Uint8Array): string {
  if (isUtf16(bytes)) throw new Error("expected UTF-8, got UTF-16. Save the file as UTF-8");
  if (!isUtf8(bytes)) {
    throw new Error(
      `expected UTF-8, got other bytes in line ${lineOfFault(bytes)}. Save the file as UTF-8`,
    );
  }
  return new TextDecoder().decode(bytes);
}

/** Without a mark, one of the first two bytes of Latin text in UTF-16 is zero. */
function isUtf16([first, second]: Uint8Array): boolean {
  if (first === undefined || second === undefined) return false;
  return (first ^ second) === 1 ? first >= 0xfe : (first === 0) !== (second === 0);
}

function lineOfFault(bytes: Uint8Array): number {
  for (let line = 1, from = 0; ; line++) {
    const end = bytes.indexOf(10, from);
    if (end < 0 || !isUtf8(bytes.subarray(from, end))) return line;
    from = end + 1;
  }
}
