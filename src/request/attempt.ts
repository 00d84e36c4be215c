/**
 * What a request is worked on with, and what can be done with the requests of a home: the contract
 * between the engine, the walks and whoever drives them.
 */

import type { Clock } from "../core/clock.ts";
import type { NewEvent } from "../core/event.ts";
import type { RequestWork } from "../core/events/request.ts";
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import type { Request } from "../core/request.ts";
import type { EvolveProgress } from "../evolve/loop/run.ts";
import type { ReplyOptions } from "../journal/people.ts";
import type { RequestView } from "../journal/view.ts";
import type { LifeContext, Prepare } from "../work/attempt.ts";
import type { Solution, Stages } from "../work/stages.ts";
import type { Revision } from "./revise.ts";
import type { RequestOutcome } from "./run-request.ts";

export interface LiveOptions {
  readonly prepare: Prepare;
  /** The caller can not go on; the request stays, for whoever carries it on. */
  readonly letGo?: AbortSignal;
  readonly onEvent?: (event: NewEvent) => void;
  readonly onProgress?: (progress: EvolveProgress) => void;
  /** Pieces of what the planner's model says, as they come. */
  readonly onText?: (text: string) => void;
}

export interface RequestsPorts {
  readonly home: string;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly clean: (value: Json) => Json;
  readonly newId: (kind: string) => string;
  /** Of whatever configuration is the latest. */
  readonly hasModel: () => boolean;
  /** Kills the process at a write of the journal; for tests of crashes. */
  readonly failpoint: string | undefined;
  readonly stagesOf: (life: LifeContext) => Stages;
  /** The walk with a model; undefined where rules and cases decide. */
  readonly walkByModel: (life: LifeContext) => Promise<Solution> | undefined;
}

export type Outcome = RequestOutcome & {
  /** What it waits for, if it does. */
  readonly view?: RequestView;
};

export interface Requests {
  /**
   * On disk when it resolves, and due.
   *
   * @param id Default: a new one. The same id again is refused.
   * @throws InputError IMAGES_NEED_MODEL
   */
  submit(request: Request, work: RequestWork, options?: SubmitOptions): Promise<string>;
  /** One life, until it ends or waits. @throws InputError REQUEST_HELD while another process is at it */
  live(id: string, options: LiveOptions, cancel: AbortSignal): Promise<Outcome>;
  view(id: string): Promise<RequestView>;
  /** Newest first. */
  list(): Promise<readonly RequestView[]>;
  due(): Promise<readonly string[]>;
  answer(id: string, answer: Json, options?: ReplyOptions): Promise<void>;
  /** @param edited Arguments to call it with in place of those that were asked about. */
  approve(id: string, edited: Json | undefined, options?: ReplyOptions): Promise<void>;
  reject(id: string, reason: string, options?: ReplyOptions): Promise<void>;
  revise(id: string, change: Revision): Promise<void>;
  cancel(id: string, reason: string): Promise<void>;
  /** @throws InputError FORGED_TOKEN, CALLBACK_CLOSED */
  callback(
    token: string,
    result: Json,
  ): Promise<{ readonly requestId: string; readonly outcome: "accepted" | "duplicate" }>;
  /** Of a wait for something outside. */
  tokenOf(id: string, waitKey: string): string;
}

export interface SubmitOptions {
  readonly id?: string;
  /** The request that asks for this one. */
  readonly parent?: string;
}
