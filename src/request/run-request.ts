/** A request of a program: submitted and attempted in one call, with a task that may be its alone. */
import type { Json } from "../core/json.ts";
import type { Budget, Request } from "../core/request.ts";
import type { Prepared } from "../work/attempt.ts";
import type { AttemptOptions, Outcome, Requests } from "./requests.ts";

export interface RequestOptions extends Prepared, Omit<AttemptOptions, "prepare" | "release"> {
  /** Where the task comes from, for a process that carries the request on after this one. */
  readonly source?: Json;
  readonly seed?: number;
  readonly budget?: Budget;
  readonly generator?: string;
}

/** Until it ends or waits. */
export type RunRequest = (
  request: Request,
  options: RequestOptions,
  signal: AbortSignal,
) => Promise<Outcome>;

export function createRunRequest(
  requests: Pick<Requests, "submit" | "attempt">,
  defaultSeed: number,
): RunRequest {
  return async (request, options, signal) => {
    const { task, instances, seed = defaultSeed, budget, generator } = options;
    // A task that this program alone has: no other process takes it for a request without one.
    const { source = task === undefined ? null : { program: task.name } } = options;
    const id = await requests.submit(request, {
      source,
      seed,
      ...(budget === undefined ? {} : { budget }),
      ...(generator === undefined ? {} : { generator }),
    });
    const prepare = async () => ({ task, instances });
    return requests.attempt(id, { ...options, prepare }, signal);
  };
}
