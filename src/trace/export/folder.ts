/** Writes a folder whole: beside its place first, flushed, then renamed into it. */
import { mkdir, mkdtemp, open, readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ConfigError } from "../../core/errors.ts";

/**
 * @param contents Text by file name; a file `manifest.json` marks the folder as an export.
 * @returns The folder's path. An earlier export there is replaced.
 * @throws ConfigError EXPORT_UNWRITABLE if it cannot be written or holds something else.
 */
export async function writeFolder(
  out: string,
  name: string,
  contents: ReadonlyMap<string, string>,
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
    for (const [file, text] of contents) {
      const handle = await open(join(temporary, file), "w");
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
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
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(
      "EXPORT_UNWRITABLE",
      `Cannot write the export to ${folder} (${(error as Error).message}). Name another folder with --out.`,
      { cause: error },
    );
  }
}
