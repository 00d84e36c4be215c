/**
 * The objects of a home's manifests, in one SQLite file. The objects of a manifest are written in one
 * transaction, all or none. An object that a later manifest lacks is not deleted.
 */
import type { DatabaseSync } from "node:sqlite";
import { digestJson } from "../core/digest.ts";
import { StoreError } from "../core/errors.ts";
import { openHomeFile } from "../core/home-file.ts";
import type { Json } from "../core/json.ts";
import type { Entry } from "./read.ts";
import { type Body, type Objects, SECTION_NAMES, SECTIONS, type Section } from "./schema.ts";

export type Change = "created" | "configured" | "unchanged";

export interface Applied {
  readonly section: Section;
  readonly name: string;
  readonly change: Change;
}

export interface ManifestObjects {
  all(): Objects;
  /** Increases with every change of any object, by any process. */
  revision(): number;
  /** What `apply` would change. */
  compare(entries: readonly Entry[]): readonly Applied[];
  /** @param onWrite Called after each object's write, inside the transaction. */
  apply(entries: readonly Entry[], onWrite?: () => void): readonly Applied[];
  close(): void;
}

/** "TWMF": distinguishes our files from other SQLite files. */
const APPLICATION_ID = 0x54574d46;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS objects (
    section TEXT NOT NULL,
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (section, name)
  ) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
`;

/** @throws StoreError MANIFEST_UNREADABLE */
export function openManifestObjects(path: string): ManifestObjects {
  const database = opened(path);
  const digestOf = database.prepare("SELECT digest FROM objects WHERE section = ? AND name = ?");
  const write = database.prepare(
    "INSERT INTO objects (section, name, body, digest) VALUES (?, ?, ?, ?) ON CONFLICT (section, name) DO UPDATE SET body = excluded.body, digest = excluded.digest",
  );
  const revision = (): number =>
    Number(database.prepare("PRAGMA user_version").get()?.user_version ?? 0);
  const compareOne = ({ section, body }: Entry): Applied => {
    const known = digestOf.get(section, body.name)?.digest;
    const change =
      known === undefined ? "created" : known === digestOfBody(body) ? "unchanged" : "configured";
    return { section, name: body.name, change };
  };

  return {
    revision,
    all() {
      const found: Record<Section, Map<string, unknown>> = {
        llms: new Map(),
        tools: new Map(),
        agents: new Map(),
        tasks: new Map(),
        runs: new Map(),
      };
      const rows = database.prepare("SELECT section, name, body FROM objects ORDER BY rowid");
      for (const row of rows.all()) {
        const section = SECTION_NAMES.find((each) => each === row.section);
        if (section === undefined) continue;
        const parsed = SECTIONS[section].safeParse(JSON.parse(String(row.body)));
        if (!parsed.success)
          throw unreadable(path, `its ${section} "${String(row.name)}" is invalid`);
        found[section].set(parsed.data.name, parsed.data);
      }
      return found as unknown as Objects;
    },
    compare: (entries) => entries.map(compareOne),
    apply(entries, onWrite = () => undefined) {
      database.exec("BEGIN IMMEDIATE");
      try {
        const applied = entries.map((entry) => {
          const one = compareOne(entry);
          if (one.change === "unchanged") return one;
          const { section, body } = entry;
          write.run(section, body.name, JSON.stringify(body), digestOfBody(body));
          onWrite();
          return one;
        });
        if (applied.some(({ change }) => change !== "unchanged")) {
          database.exec(`PRAGMA user_version = ${revision() + 1}`);
        }
        database.exec("COMMIT");
        return applied;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => database.close(),
  };
}

function digestOfBody(body: Body<Section>): string {
  return digestJson(JSON.parse(JSON.stringify(body)) as Json);
}

function opened(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = openHomeFile(path).database;
    const found = database.prepare("PRAGMA application_id").get()?.application_id;
    if (found !== 0 && found !== APPLICATION_ID) throw new Error("it is another program's file");
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    if (found === 0) database.exec(SCHEMA);
    return database;
  } catch (error) {
    database?.close();
    throw unreadable(path, (error as Error).message, error);
  }
}

function unreadable(path: string, reason: string, cause?: unknown): StoreError {
  return new StoreError(
    "MANIFEST_UNREADABLE",
    `Expected the objects of a home's manifests at ${path}, got: ${reason}. Move the file away and apply the manifests again, or choose another home.`,
    { cause },
  );
}
