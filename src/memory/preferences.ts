/**
 * People's lasting preferences: stated by themselves, or inferred from finished requests. One
 * person's preferences are never shown to another person, and never used for another person.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { InputError } from "../core/errors.ts";
import { scoreTexts } from "./rank.ts";

/** The user if the request names none. */
export const DEFAULT_USER = "local";

export const Preference = z.object({
  id: z.string(),
  user: z.string(),
  /** The kind of requests that it applies to; `all`: every request. */
  scope: z.string(),
  /**
   * Its subject, e.g. `language`. If several share scope and topic, the newest explicit one applies.
   */
  topic: z.string().nullable(),
  text: z.string(),
  kind: z.enum(["explicit", "inferred"]),
  /** In [0, 1]; 1 if the person stated it. */
  confidence: z.number(),
  /** Who stated it, or the requests that it was inferred from. */
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
  /**
   * Those that apply: if several share scope and topic, the newest explicit one; without an explicit
   * one, the one with the highest confidence.
   */
  inForce(user: string): readonly Preference[];
  /** Those in force that match the queries; those that apply to all requests come first. */
  find(user: string, queries: readonly string[], limit: number): readonly ScoredPreference[];
  /** An edited preference becomes explicit. @throws InputError PREFERENCE_NOT_FOUND */
  edit(
    user: string,
    id: string,
    change: Partial<Pick<Preference, "text" | "scope" | "topic">>,
  ): Preference;
  /** @throws InputError PREFERENCE_NOT_FOUND, also if it belongs to another person */
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
      const chosen = new Map<string, Preference>();
      for (const preference of store.list(user)) {
        const { scope, topic, id } = preference;
        const key = topic === null ? id : `${scope.toLowerCase()}\n${topic.toLowerCase()}`;
        const known = chosen.get(key);
        if (known === undefined || outranks(preference, known)) chosen.set(key, preference);
      }
      return [...chosen.values()];
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

/** The list is newest first, so on a tie the known one is newer and stays. */
function outranks(preference: Preference, known: Preference): boolean {
  if (preference.kind !== known.kind) return preference.kind === "explicit";
  return preference.kind === "inferred" && preference.confidence > known.confidence;
}

function notFound(user: string, id: string): InputError {
  return new InputError(
    "PREFERENCE_NOT_FOUND",
    `${user} has no preference "${id}". List them with: toolwright preferences ls --user ${user}.`,
    { facts: { preference: id } },
  );
}
