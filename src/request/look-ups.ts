/** Searches in the home's memory: files, outcomes and preferences, each with its source. */
import { asJson } from "../ask/asker.ts";
import { EngineError, StoreError } from "../core/errors.ts";
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

/**
 * @param files The configured files and those of the request.
 * @throws StoreError MEMORY_UNREADABLE by whatever reads the memory.
 */
export function lookUps(files: readonly string[], memory: () => Memory): LookUps {
  const remember = async <T>(read: (from: Memory) => T | Promise<T>): Promise<T> => {
    try {
      return await read(memory());
    } catch (error) {
      if (error instanceof EngineError) throw error;
      throw new StoreError(
        "MEMORY_UNREADABLE",
        `Expected the home's memory to be readable, got: ${(error as Error).message}. Move memory.db away.`,
        { cause: error },
      );
    }
  };
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
      size: (user) =>
        remember(async ({ outcomes }) => {
          await outcomes.catchUp();
          return outcomes.list(user, 1).length;
        }),
      find: (queries, user, limit) =>
        remember(({ outcomes }) =>
          outcomes.find(user, queries, limit).map(
            ({ requestId, status, words, text, tools, score }): FoundItem => ({
              kind: "past-outcome",
              text:
                `"${words.slice(0, 300)}" ${status === "SUCCEEDED" ? "succeeded" : "FAILED"}` +
                `${tools.length === 0 ? "" : ` with ${tools.join(", ")}`}: ${text.slice(0, 300)}`,
              source: requestId,
              score,
            }),
          ),
        ),
      async equal(words, user) {
        const found = await remember(({ outcomes }) => outcomes.equal(user, words));
        return found === undefined ? undefined : (asJson(found) as unknown as PastOutcome);
      },
    },
    preferences: {
      size: (user) => remember(({ preferences }) => preferences.list(user ?? DEFAULT_USER).length),
      find: (queries, user, limit) =>
        remember(({ preferences }) =>
          preferences.find(user ?? DEFAULT_USER, queries, limit).map(
            ({ id, text, kind, confidence, time, score }): FoundItem => ({
              kind: "preference",
              text: `${text} (${kind === "explicit" ? "explicit" : `inferred, confidence ${confidence}`}, ${time.slice(0, 10)})`,
              source: `preference ${id}`,
              score,
            }),
          ),
        ),
    },
  };
}
