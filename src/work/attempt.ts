/** The inputs of one attempt at a request, and how the request is stored for later attempts. */
import type { NewEvent } from "../core/event.ts";
import type { RequestWork } from "../core/events/request.ts";
import type { Request } from "../core/request.ts";
import type { Spending } from "../core/spending.ts";
import type { Steps } from "../core/steps.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import type { EvolveProgress } from "../evolve/loop/run.ts";

/** The task and inputs that a request's source refers to. */
export interface Prepared {
  readonly task: Task | undefined;
  /** Inputs of the tool. */
  readonly instances: readonly TaskInstance[];
}

export type Prepare = (work: RequestWork, request: Request) => Promise<Prepared>;

/** The inputs of one attempt at a request. */
export interface AttemptContext extends Prepared {
  readonly requestId: string;
  readonly request: Request;
  readonly work: RequestWork;
  readonly steps: Steps;
  readonly spending: Spending;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
  readonly onProgress?: (progress: EvolveProgress) => void;
  /** Parts of the text of the planner's model, as they arrive. */
  readonly onText?: (text: string) => void;
}
