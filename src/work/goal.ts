/** What is asked, with the context that was found for it. */
import type { Request } from "../core/request.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import { type ContextItem, contextLine, type PastOutcome } from "./context.ts";

export interface Goal {
  readonly request: Request;
  /** The request as one text; used as the query to stores. */
  readonly words: string;
  readonly context: readonly ContextItem[];
  /** Result of an earlier equal request. */
  readonly earlier?: PastOutcome;
}

/** A goal with a task that measures success. */
export interface TaskGoal extends Goal {
  readonly task: Task;
  /** Inputs of the tool. `expected` or the task's score decides if the tool did well. */
  readonly instances: readonly TaskInstance[];
}

/** The texts of a request as one text. */
export function wordsOf({ objective, requirements, constraints }: Request): string {
  return [objective, ...requirements, ...constraints].join("\n");
}

/** The variables of every prompt about a request. */
export function requestVariables({ objective, requirements, constraints }: Request) {
  return {
    objective,
    requirements: requirements.map((text) => `- ${text}`).join("\n"),
    constraints: constraints.map((text) => `- ${text}`).join("\n"),
  };
}

export function goalVariables({ request, context }: Goal) {
  return { ...requestVariables(request), context: context.map(contextLine).join("\n") };
}
