/**
 * Rolls back a version that fails more often than the one before it, so that the library does not get
 * worse. This only sets a status; nothing is deleted.
 */
import { InputError } from "../../src/core/errors.ts";
import type { ToolStore } from "../../src/core/ports.ts";
import type { Tool, ToolUsage } from "../../src/core/tool.ts";
import { currentOf } from "../store/tool-table.ts";

type Calls = Pick<ToolUsage, "calls" | "successes">;

/** One-sided significance level of the test, and the number of calls that each version needs. */
const ALPHA = 0.005;
const LEAST_CALLS = 10;

/**
 * Whether the live failure rate of the current version is significantly above that of the version
 * before it: Fisher's exact test, one-sided, p below 0.005, with at least 10 calls of each. The level
 * is that of a single test. Testing after every call gives more false alarms: below 5 % over the first
 * 200 calls at equal rates (checked by a test).
 */
export function shouldRollBack(current: Calls, previous: Calls): boolean {
  if (current.calls < LEAST_CALLS || previous.calls < LEAST_CALLS) return false;
  return failureRise(current, previous) < ALPHA;
}

/**
 * P(the current version has at least this many failures | all margins), by Fisher's exact test:
 * the upper tail of the hypergeometric distribution. In [0, 1]; linear in the failures.
 */
export function failureRise(current: Calls, previous: Calls): number {
  const failures = current.calls - current.successes;
  const all = failures + previous.calls - previous.successes;
  const whole = logChoose(current.calls + previous.calls, all);
  let tail = 0;
  for (let k = failures; k <= Math.min(all, current.calls); k++) {
    if (all - k > previous.calls) continue;
    tail += Math.exp(logChoose(current.calls, k) + logChoose(previous.calls, all - k) - whole);
  }
  return Math.min(1, tail);
}

const logFactorials = [0, 0];

function logChoose(n: number, k: number): number {
  for (let i = logFactorials.length; i <= n; i++) {
    logFactorials.push((logFactorials[i - 1] as number) + Math.log(i));
  }
  const of = (i: number) => logFactorials[i] as number;
  return of(n) - of(k) - of(n - k);
}

/**
 * Makes an older version current again and deprecates all later versions.
 *
 * @param to The version to go back to; default the highest active one below the current.
 * @returns The tool that is current now.
 * @throws ToolNotFoundError if there is no such tool or version.
 * @throws InputError NOTHING_TO_ROLL_BACK_TO if there is no older version to use.
 */
export async function rollBack(store: ToolStore, name: string, to?: number): Promise<Tool> {
  const history = await store.history(name);
  const current = currentOf(history);
  const below = history.filter((tool) => tool.version < current.version);
  const target =
    to === undefined
      ? below.findLast((tool) => tool.status === "active")
      : await store.get(name, to);
  if (target === undefined || target.version >= current.version) {
    throw new InputError(
      "NOTHING_TO_ROLL_BACK_TO",
      `Expected an older version of "${name}" to go back to, the current one is ${current.version}: deprecate it, or name a version below it.`,
      { facts: { tool: name, version: current.version } },
    );
  }
  // The old version first, so that the tool always has an active version.
  if (target.status !== "active") await store.setStatus(name, target.version, "active");
  for (const { version, status } of history) {
    if (version > target.version && status === "active") {
      await store.setStatus(name, version, "deprecated");
    }
  }
  return store.get(name);
}

/** The current version and the one before it, if the live failures require a rollback. */
export async function worseThanBefore(
  store: Pick<ToolStore, "history">,
  name: string,
): Promise<{ readonly current: Tool; readonly previous: Tool } | undefined> {
  const history = await store.history(name);
  const current = currentOf(history);
  const previous = history.findLast(
    (tool) => tool.version < current.version && tool.status === "active",
  );
  // All versions of an MCP tool call the same server, so a rollback would change nothing.
  if (current.origin !== undefined) return undefined;
  if (current.status !== "active" || previous === undefined) return undefined;
  return shouldRollBack(current.usage, previous.usage) ? { current, previous } : undefined;
}
