/**
 * What people want whatever they ask for: said by themselves, or inferred from finished requests.
 * One person's preferences are never shown to, or used for, another.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { InputError } from "../core/errors.ts";
import { scoreTexts } from "./rank.ts";

/** Who asks where nobody says who. */
export const NOBODY_NAMED = "local";

export const Preference = z.object({
  id: z.string(),
  user: z.string(),
  /** The kind of requests that it bears on; `all`: every one. */
  scope: z.string(),
  /** What it is about, e.g. `language`: of two that share scope and topic the newest explicit one holds. */
  topic: z.string().nullable(),
  text: z.string(),
  kind: z.enum(["explicit", "inferred"]),
  /** In [0, 1]; 1 where the person said so. */
  confidence: z.number(),
  /** Who said it, or the requests that show it. */
  source: z.string(),
  /** ISO 8601. */
  time: z.string(),
});
export type Preference = z.output<typeof Preference>;
export type NewPreference = Omit<Preference, "id" | "time">;

export interface ScoredPreference extends Preference {
  readonly score: number;
}

export interface PreferenceStore {
  add(preference: NewPreference): Preference;
  /** Newest first. */
  list(user: string): readonly Preference[];
  /** Those that hold: of two that share scope and topic the newest explicit one, else the surest. */
  inForce(user: string): readonly Preference[];
  /** Those in force that bear on the queries; what bears on all requests comes first. */
  find(user: string, queries: readonly string[], limit: number): readonly ScoredPreference[];
  /** What a person edits is what they said. @throws InputError PREFERENCE_NOT_FOUND */
  edit(
    user: string,
    id: string,
    change: Partial<Pick<Preference, "text" | "scope" | "topic">>,
  ): Preference;
  /** @throws InputError PREFERENCE_NOT_FOUND, for another person's too */
  remove(user: string, id: string): void;
}

export interface PreferencePorts {
  readonly newId: () => string;
  /** ISO 8601. */
  readonly now: () => string;
}

export function preferenceStore(
  database: DatabaseSync,
  { newId, now }: PreferencePorts,
): PreferenceStore {
  const columns = "id, user, scope, topic, text, kind, confidence, source, time";
  const put = database.prepare(
    `INSERT OR REPLACE INTO preferences (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const all = database.prepare(
    `SELECT ${columns} FROM preferences WHERE user = ? ORDER BY time DESC, rowid DESC`,
  );
  const drop = database.prepare("DELETE FROM preferences WHERE user = ? AND id = ?");
  const save = (preference: Preference): Preference => {
    const { id, user, scope, topic, text, kind, confidence, source, time } = preference;
    put.run(id, user, scope, topic, text, kind, confidence, source, time);
    return preference;
  };

  const store: PreferenceStore = {
    add: (preference) => save({ ...preference, id: newId(), time: now() }),
    list: (user) => all.all(user).map((row) => Preference.parse(row)),
    inForce(user) {
      const held = new Map<string, Preference>();
      for (const preference of store.list(user)) {
        const { scope, topic, id } = preference;
        const key = topic === null ? id : `${scope.toLowerCase()}\n${topic.toLowerCase()}`;
        const known = held.get(key);
        if (known === undefined || outranks(preference, known)) held.set(key, preference);
      }
      return [...held.values()];
    },
    find(user, queries, limit) {
      const list = store.inForce(user);
      const texts = list.map(({ text, scope, topic }) => `${scope} ${topic ?? ""} ${text}`);
      const scores = scoreTexts(queries, texts);
      return list
        .map((preference, index) => ({ ...preference, score: scores[index] ?? 0 }))
        .filter(({ scope, score }) => scope === "all" || score > 0)
        .sort(
          (a, b) =>
            Number(b.scope === "all") - Number(a.scope === "all") ||
            Number(b.kind === "explicit") - Number(a.kind === "explicit") ||
            b.score - a.score,
        )
        .slice(0, limit);
    },
    edit(user, id, change) {
      const known = store.list(user).find((preference) => preference.id === id);
      if (known === undefined) throw notFound(user, id);
      const source = `said by ${user}`;
      return save({ ...known, ...change, kind: "explicit", confidence: 1, source, time: now() });
    },
    remove(user, id) {
      if (drop.run(user, id).changes === 0) throw notFound(user, id);
    },
  };
  return store;
}

/** The list is newest first: among equals the known one is newer. */
function outranks(preference: Preference, known: Preference): boolean {
  if (preference.kind !== known.kind) return preference.kind === "explicit";
  return preference.kind === "inferred" && preference.confidence > known.confidence;
}

function notFound(user: string, id: string): InputError {
  return new InputError(
    "PREFERENCE_NOT_FOUND",
    `${user} has no preference "${id}". See them with: toolwright preferences ls --user ${user}.`,
    { facts: { preference: id } },
  );
}
