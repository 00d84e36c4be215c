/**
 * Writes a tar archive from a list of entries. So an image's file modes and owners are exactly those
 * of the list, and no staging directory is needed. All entries belong to root.
 */
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { PassThrough, pipeline, type Readable } from "node:stream";
import { type Headers, type Pack, pack } from "tar-stream";

export type ImageEntry = {
  /** Relative, without a leading slash. */
  readonly path: string;
  readonly mode: number;
  readonly mtimeSeconds: number;
} & (
  | { readonly kind: "directory" }
  | { readonly kind: "link"; readonly target: string }
  | { readonly kind: "text"; readonly text: string }
  | FileEntry
);

interface FileEntry {
  readonly kind: "file";
  readonly from: string;
  readonly bytes: number;
}

/** The archive's bytes, in the order of the entries. Fails if a file is shorter than its entry says. */
export function tarOf(entries: readonly ImageEntry[]): Readable {
  const archive = pack();
  const gone = new AbortController();
  archive.once("close", () => gone.abort());
  addAll(archive, entries, gone.signal).then(
    () => archive.finalize(),
    (error: Error) => archive.destroy(error),
  );
  // The package returns an old-style stream, whose errors do not reach every kind of reader.
  return pipeline(archive, new PassThrough(), () => undefined);
}

async function addAll(
  archive: Pack,
  entries: readonly ImageEntry[],
  signal: AbortSignal,
): Promise<void> {
  for (const entry of entries) {
    const { promise: added, resolve } = Promise.withResolvers<void>();
    // Errors must be reported here: the package itself ends the archive silently.
    const done = (): void => resolve();
    const header: Headers = {
      name: entry.kind === "directory" ? `${entry.path}/` : entry.path,
      mode: entry.mode,
      mtime: new Date(Math.trunc(entry.mtimeSeconds) * 1_000),
    };
    switch (entry.kind) {
      case "directory":
        archive.entry({ ...header, type: "directory" }, done);
        break;
      case "link":
        archive.entry({ ...header, type: "symlink", linkname: entry.target }, done);
        break;
      case "text":
        archive.entry({ ...header, type: "file" }, entry.text, done);
        break;
      case "file": {
        const size = entry.bytes;
        await copyInto(archive.entry({ ...header, type: "file", size }, done), entry, signal);
        break;
      }
    }
    await added;
  }
}

async function copyInto(
  sink: NodeJS.WritableStream,
  { from, bytes }: FileEntry,
  signal: AbortSignal,
): Promise<void> {
  let left = bytes;
  // Ignores bytes added to the file after it was listed.
  const chunks = bytes === 0 ? [] : createReadStream(from, { end: bytes - 1, signal });
  for await (const chunk of chunks) {
    left -= (chunk as Buffer).length;
    if (!sink.write(chunk)) await once(sink, "drain", { signal });
  }
  if (left > 0) throw new RangeError(`${from} became shorter while it was read`);
  sink.end();
}
