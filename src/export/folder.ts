/** Writes a folder atomically: first next to its final place, flushed, then renamed. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ConfigError, EngineError } from "../core/errors.ts";

/** Writes one file of the folder in pieces; the name may contain folders. */
export type AddFile = (name: string, pieces: Iterable<string | Buffer>) => Promise<FileFacts>;

export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * @param write Adds the files; one named `manifest.json` marks the folder as an export.
 * @returns The folder's path. An earlier export there is replaced.
 * @throws ConfigError EXPORT_UNWRITABLE if it cannot be written or holds something else.
 */
export async function writeFolder(
  out: string,
  name: string,
  write: (add: AddFile) => Promise<void>,
): Promise<string> {
  const folder = resolve(out, name);
  let temporary: string | undefined;
  try {
    await mkdir(out, { recursive: true });
    const before = await readdir(folder).catch(() => undefined);
    if (before !== undefined && before.length > 0 && !before.includes("manifest.json")) {
      throw new ConfigError(
        "EXPORT_UNWRITABLE",
        `Expected an empty folder or an earlier export at ${folder}, found other files. Name another one with --out; nothing was written.`,
      );
    }
    temporary = await mkdtemp(join(out, `.${name}-`));
    const inside = temporary;
    await write((file, pieces) => writeOne(join(inside, file), pieces));
    if (before !== undefined) {
      const old = await mkdtemp(join(out, `.${name}-old-`));
      await rename(folder, join(old, name));
      await rename(temporary, folder);
      await rm(old, { recursive: true, force: true });
    } else {
      await rename(temporary, folder);
    }
    return folder;
  } catch (error) {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
    if (error instanceof EngineError) throw error;
    throw new ConfigError(
      "EXPORT_UNWRITABLE",
      `Cannot write the export to ${folder} (${(error as Error).message}). Name another folder with --out.`,
      { cause: error },
    );
  }
}

/** Approximate size of one write, in bytes. */
const PIECE = 1 << 18;

async function writeOne(path: string, pieces: Iterable<string | Buffer>): Promise<FileFacts> {
  const sum = createHash("sha256");
  let bytes = 0;
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, "w");
  let gathered: Buffer[] = [];
  let waiting = 0;
  const flush = async (): Promise<void> => {
    const data = Buffer.concat(gathered);
    gathered = [];
    waiting = 0;
    sum.update(data);
    bytes += data.length;
    await handle.writeFile(data);
  };
  try {
    for (const piece of pieces) {
      const data = typeof piece === "string" ? Buffer.from(piece) : piece;
      gathered.push(data);
      waiting += data.length;
      if (waiting >= PIECE) await flush();
    }
    await flush();
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { bytes, sha256: sum.digest("hex") };
}
