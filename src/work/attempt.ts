/** What one attempt at a request has to work with, and how the request is kept for later ones. */
import { z } from "zod";
import type { NewEvent } from "../core/event.ts";
import { Json } from "../core/json.ts";
import { Budget, type Request } from "../core/request.ts";
import type { Spending } from "../core/spending.ts";
import type { Steps } from "../core/steps.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import type { EvolveProgress } from "../evolve/loop/run.ts";

/** How the request is to be worked on, as it is kept: a later process makes the same of it. */
export const RequestWork = z.strictObject({
  /** Says where the task comes from; whoever submits also knows how to read it. Null: no task. */
  source: Json,
  seed: z.int().min(0),
  /** For making one tool. */
  budget: Budget.exactOptional(),
  generator: z.string().exactOptional(),
});
export type RequestWork = z.output<typeof RequestWork>;

export const Submitted = z.looseObject({ work: RequestWork });

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
