/** What one attempt at a request has to work with, and how the request is kept for later ones. */
import type { NewEvent } from "../core/event.ts";
import type { RequestWork } from "../core/events/request.ts";
import type { Request } from "../core/request.ts";
import type { Spending } from "../core/spending.ts";
import type { Steps } from "../core/steps.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import type { EvolveProgress } from "../evolve/loop/run.ts";

/** What a source stands for. */
export interface Prepared {
  readonly task: Task | undefined;
  /** What the tool is to be called with. */
  readonly instances: readonly TaskInstance[];
}

export type Prepare = (work: RequestWork, request: Request) => Promise<Prepared>;

/** What one attempt at a request has to work with. */
export interface AttemptContext extends Prepared {
  readonly requestId: string;
  readonly request: Request;
  readonly work: RequestWork;
  readonly steps: Steps;
  readonly spending: Spending;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
  readonly onProgress?: (progress: EvolveProgress) => void;
  /** Pieces of what the planner's model says, as they come. */
  readonly onText?: (text: string) => void;
}
