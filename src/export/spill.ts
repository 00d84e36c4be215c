/**
 * A file for what an export can not hold in memory at once: texts and bytes are put at its end and
 * read back from their place. Nobody else sees it, and nothing of it is left behind.
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

/** Writes are gathered up to about so many bytes. */
const GATHERED = 1 << 20;

/** Nothing is on disk before there is something to put. @throws ConfigError EXPORT_UNWRITABLE, from `put` */
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
        `Cannot write to ${tmpdir()}, where an export keeps what it works on (${(error as Error).message}). Make room there, or name another folder with TMPDIR.`,
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
        if (read === 0) throw new InvariantError("An export's own file is shorter than it was.");
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
  // Where a system allows it the name goes at once: a process that is killed leaves nothing.
  try {
    unlinkSync(path);
  } catch {
    return { file, folder };
  }
  rmSync(folder, { recursive: true, force: true });
  return { file, folder };
}
