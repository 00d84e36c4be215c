/** What is being asked, with what is known of it. */
import type { Request } from "../core/request.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import { type ContextItem, contextLine, type PastOutcome } from "./context.ts";

export interface Goal {
  readonly request: Request;
  /** The request in one text: what stores are asked with. */
  readonly words: string;
  readonly context: readonly ContextItem[];
  /** How an equal request was served before. */
  readonly earlier?: PastOutcome;
}

/** A goal whose success is measured. */
export interface TaskGoal extends Goal {
  readonly task: Task;
  /** What the tool is to be called with; where `expected` or the task's score says if it did well. */
  readonly instances: readonly TaskInstance[];
}

/** A request's words in one text. */
export function wordsOf({ objective, requirements, constraints }: Request): string {
  return [objective, ...requirements, ...constraints].join("\n");
}

/** The variables that every prompt about a request has. */
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
