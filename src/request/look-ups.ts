/** What the home remembers, as the walk looks it up: files, outcomes, preferences, each with its source. */
import { asJson } from "../ask/asker.ts";
import { DEFAULT_USER, findPassages, type Memory } from "../memory/index.ts";
import type { ContextItem, PastOutcome } from "../work/context.ts";

export interface FoundItem extends ContextItem {
  /** How well it fits; comparable within its kind alone. */
  readonly score: number;
}

/** One of the places where things are looked up. */
export interface LookUp {
  /** Things that it holds for this user; 0: nobody has to ask. */
  size(user: string | undefined): Promise<number>;
  /** Best first, each once. */
  find(
    queries: readonly string[],
    user: string | undefined,
    limit: number,
  ): Promise<readonly FoundItem[]>;
}

export interface LookUps {
  readonly data: LookUp;
  readonly outcomes: LookUp & {
    /** The newest success of a request with the same words by the same user. */
    equal(words: string, user: string | undefined): Promise<PastOutcome | undefined>;
  };
  readonly preferences: LookUp;
}

/** @param files Of the configuration, and those that the request brings. */
export function lookUps(files: readonly string[], memory: () => Memory): LookUps {
  return {
    data: {
      size: async () => files.length,
      find: async (queries, _user, limit) =>
        (await findPassages(files, queries, limit)).map((passage) => ({
          kind: "data",
          ...passage,
        })),
    },
    outcomes: {
      async size(user) {
        const { outcomes } = memory();
        await outcomes.catchUp();
        return outcomes.list(user, 1).length;
      },
      find: async (queries, user, limit) =>
        memory()
          .outcomes.find(user, queries, limit)
          .map(
            ({ requestId, status, words, text, tools, score }): FoundItem => ({
              kind: "past-outcome",
              text:
                `"${words.slice(0, 300)}" ${status === "SUCCEEDED" ? "succeeded" : "FAILED"}` +
                `${tools.length === 0 ? "" : ` with ${tools.join(", ")}`}: ${text.slice(0, 300)}`,
              source: requestId,
              score,
            }),
          ),
      async equal(words, user) {
        const found = memory().outcomes.equal(user, words);
        return found === undefined ? undefined : (asJson(found) as unknown as PastOutcome);
      },
    },
    preferences: {
      size: async (user) => memory().preferences.list(user ?? DEFAULT_USER).length,
      find: async (queries, user, limit) =>
        memory()
          .preferences.find(user ?? DEFAULT_USER, queries, limit)
          .map(
            ({ id, text, kind, confidence, time, score }): FoundItem => ({
              kind: "preference",
              text: `${text} (${kind === "explicit" ? "said" : `inferred, confidence ${confidence}`}, ${time.slice(0, 10)})`,
              source: `preference ${id}`,
              score,
            }),
          ),
    },
  };
}
