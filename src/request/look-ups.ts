/** Searches in the home's memory: files, outcomes and preferences, each with its source. */
import { asJson } from "../ask/asker.ts";
import { DEFAULT_USER, findPassages, type Memory } from "../memory/index.ts";
import type { ContextItem, PastOutcome } from "../work/context.ts";

export interface FoundItem extends ContextItem {
  /** How well it matches; comparable only within its kind. */
  readonly score: number;
}

/** One place to search. */
export interface LookUp {
  /** Number of items for this user; 0: no search is needed. */
  size(user: string | undefined): Promise<number>;
  /** Best first, without duplicates. */
  find(
    queries: readonly string[],
    user: string | undefined,
    limit: number,
  ): Promise<readonly FoundItem[]>;
}

export interface LookUps {
  readonly data: LookUp;
  readonly outcomes: LookUp & {
    /** The newest successful request with the same text by the same user. */
    equal(words: string, user: string | undefined): Promise<PastOutcome | undefined>;
  };
  readonly preferences: LookUp;
}

/** @param files The configured files and those of the request. */
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
              text: `${text} (${kind === "explicit" ? "explicit" : `inferred, confidence ${confidence}`}, ${time.slice(0, 10)})`,
              source: `preference ${id}`,
              score,
            }),
          ),
    },
  };
}
