/** Submits and attempts a request of a program in one call. The task may exist only in that program. */
import type { Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import type { Budget, Request } from "../core/request.ts";
import type { Prepared } from "../work/attempt.ts";
import type { AttemptOptions, Outcome, Requests } from "./requests.ts";

export interface RequestOptions extends Prepared, Omit<AttemptOptions, "prepare" | "release"> {
  /** Where the task comes from, for a process that resumes the request later. */
  readonly source?: Json;
  readonly seed?: number;
  readonly budget?: Budget;
  readonly generator?: string;
  /** See `RequestWork`. Default: nobody is asked. */
  readonly questions?: "made" | "all";
}

/** Runs until the request ends or waits. */
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
    const { task, instances, seed = defaultSeed, budget, generator, questions } = options;
    // Marks a task that exists only in this program, so that no other process runs the request without it.
    const { source = task === undefined ? null : { program: task.name } } = options;
    const id = await requests.submit(request, {
      source,
      seed,
      ...present({ budget, generator, questions }),
    });
    const prepare = async () => ({ task, instances });
    return requests.attempt(id, { ...options, prepare }, signal);
  };
}
