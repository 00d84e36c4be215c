/** What the home remembers, as the walk looks it up: files, outcomes, preferences, each with its source. */
import { asJson } from "../ask/asker.ts";
import type { Config } from "../core/config.ts";
import { findPassages, type Memory, NOBODY_NAMED } from "../memory/index.ts";
import type { PastOutcome } from "../work/goal.ts";
import type { FoundItem, LookUps } from "./ground-by-model.ts";

/** @param brought Files of the request itself. */
export function lookUps(
  { config, memory }: { readonly config: Config; readonly memory: () => Memory },
  brought: readonly string[],
): LookUps {
  const files = [...config.data, ...brought];
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
      size: async (user) => memory().preferences.list(user ?? NOBODY_NAMED).length,
      find: async (queries, user, limit) =>
        memory()
          .preferences.find(user ?? NOBODY_NAMED, queries, limit)
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
