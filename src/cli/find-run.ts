/** Finds a run by a prefix of its id. */
import { InputError } from "../core/errors.ts";
import type { RunSummary } from "../core/event.ts";
import type { EventStore } from "../core/ports.ts";

/** @throws InputError RUN_NOT_FOUND if no run or several runs match. */
export async function findRun(store: EventStore, prefix: string): Promise<RunSummary> {
  const matches = (await store.runs()).filter(({ id }) => id.startsWith(prefix));
  const exact = matches.find(({ id }) => id === prefix);
  const [only] = matches;
  if (exact !== undefined) return exact;
  if (only !== undefined && matches.length === 1) return only;
  throw new InputError(
    "RUN_NOT_FOUND",
    matches.length === 0
      ? `Expected a run of this home, got "${prefix}". To list runs: toolwright traces ls.`
      : `"${prefix}" is the beginning of ${matches.length} runs: give more characters of the id.`,
  );
}
