/**
 * Writes a tar stream (POSIX.1-1988 ustar) out of a list of entries, so that an image's modes and
 * owners are what the list says and no directory has to be staged. All entries belong to root.
 */
import { createReadStream } from "node:fs";

export type ImageEntry = {
  /** Relative, without a leading slash. At most 255 bytes, as ustar splits them. */
  readonly path: string;
  readonly mode: number;
  readonly mtimeSeconds: number;
} & (
  | { readonly kind: "directory" }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file"; readonly from: string; readonly bytes: number }
);

const BLOCK = 512;

/** The archive's bytes, in the order of the entries. @throws RangeError on a path that is too long. */
export async function* tarOf(entries: readonly ImageEntry[]): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    yield header(entry);
    if (entry.kind === "text") {
      const body = Buffer.from(entry.text);
      yield Buffer.concat([body, padding(body.length)]);
    } else if (entry.kind === "file") {
      let left = entry.bytes;
      for await (const chunk of createReadStream(entry.from)) {
        const bytes = (chunk as Buffer).subarray(0, left);
        left -= bytes.length;
        yield bytes;
      }
      if (left > 0) throw new RangeError(`${entry.from} became shorter while it was read`);
      yield padding(entry.bytes);
    }
  }
  yield Buffer.alloc(2 * BLOCK);
}

function padding(length: number): Buffer {
  return Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK);
}

function header(entry: ImageEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const { name, prefix } = split(entry.path + (entry.kind === "directory" ? "/" : ""));
  const size =
    entry.kind === "file" ? entry.bytes : entry.kind === "text" ? Buffer.byteLength(entry.text) : 0;
  const octal = (value: number, at: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, at, "latin1");
  };
  block.write(name, 0, "utf8");
  octal(entry.mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(Math.trunc(entry.mtimeSeconds), 136, 12);
  block.write(entry.kind === "directory" ? "5" : entry.kind === "link" ? "2" : "0", 156, "latin1");
  if (entry.kind === "link") block.write(entry.target, 157, 100, "utf8");
  block.write("ustar\x0000", 257, "latin1");
  block.write(prefix, 345, "utf8");
  // The sum counts its own field as spaces.
  block.write(" ".repeat(8), 148, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function split(path: string): { readonly name: string; readonly prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: "" };
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) {
    const prefix = path.slice(0, at);
    const name = path.slice(at + 1);
    if (name !== "" && Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) {
      return { name, prefix };
    }
  }
  throw new RangeError(`a path in the image is too long for ustar: ${path}`);
}
