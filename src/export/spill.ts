/**
 * A temporary file for data that does not fit into memory: texts and bytes are appended and read back
 * by position. No other process uses it, and it is deleted at the end.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, InvariantError } from "../core/errors.ts";

export interface Place {
  readonly at: number;
  readonly bytes: number;
}

export interface Spill {
  put(data: string | Buffer): Place;
  bytes(place: Place): Buffer;
  text(place: Place): string;
  close(): void;
}

/** Writes are buffered up to about this many bytes. */
const GATHERED = 1 << 20;

/** The file is created on the first `put`. @throws ConfigError EXPORT_UNWRITABLE, from `put` */
export function createSpill(): Spill {
  let opened: { readonly file: number; readonly folder: string } | undefined;
  let written = 0;
  let gathered: Buffer[] = [];
  let waiting = 0;

  const flush = (): void => {
    if (waiting === 0) return;
    const data = Buffer.concat(gathered);
    try {
      opened ??= open();
      for (let done = 0; done < data.length; ) {
        done += writeSync(opened.file, data, done, data.length - done, written + done);
      }
    } catch (error) {
      throw new ConfigError(
        "EXPORT_UNWRITABLE",
        `Cannot write to ${tmpdir()}, where an export stores temporary data (${(error as Error).message}). Free some space there, or name another folder with TMPDIR.`,
        { cause: error },
      );
    }
    written += data.length;
    gathered = [];
    waiting = 0;
  };

  const spill: Spill = {
    put(data) {
      const bytes = typeof data === "string" ? Buffer.from(data) : data;
      const place = { at: written + waiting, bytes: bytes.length };
      gathered.push(bytes);
      waiting += bytes.length;
      if (waiting >= GATHERED) flush();
      return place;
    },
    bytes({ at, bytes }) {
      if (at + bytes > written) flush();
      const data = Buffer.allocUnsafe(bytes);
      for (let done = 0; done < bytes; ) {
        const read =
          opened === undefined ? 0 : readSync(opened.file, data, done, bytes - done, at + done);
        if (read === 0)
          throw new InvariantError("The temporary file of an export is shorter than expected.");
        done += read;
      }
      return data;
    },
    text: (place) => spill.bytes(place).toString("utf8"),
    close() {
      if (opened === undefined) return;
      closeSync(opened.file);
      rmSync(opened.folder, { recursive: true, force: true });
      opened = undefined;
    },
  };
  return spill;
}

function open(): { readonly file: number; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "toolwright-export-"));
  const path = join(folder, "spill");
  const file = openSync(path, "w+", 0o600);
  // If the system allows it, the name is removed at once: a killed process leaves no file.
  try {
    unlinkSync(path);
  } catch {
    return { file, folder };
  }
  rmSync(folder, { recursive: true, force: true });
  return { file, folder };
}
