/**
 * The requests of a home: submit, attempt (by any process), reply, cancel. A request's first event
 * contains everything that a later process needs to resume it.
 */
import type { Clock } from "../core/clock.ts";
import { InputError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import { readEvents, withTexts } from "../core/events/read.ts";
import type { RequestWork } from "../core/events/request.ts";
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import { Request, type RequestStatus } from "../core/request.ts";
import type { EvolveProgress } from "../evolve/loop/run.ts";
import { type AttemptEnd, type Finished, runAttempt } from "../journal/durable.ts";
import { failpointOf } from "../journal/failpoint.ts";
import {
  listRequests,
  type RequestPage,
  type RequestSummary,
  summarizeRequest,
} from "../journal/list.ts";
import { cancel } from "../journal/people.ts";
import { type RequestView, viewRequest } from "../journal/view.ts";
import type { Solution } from "../work/answer.ts";
import type { AttemptContext, Prepare } from "../work/attempt.ts";
import { createReplies, type Replies } from "./replies.ts";

export interface Requests extends Replies {
  /**
   * When it resolves, the request is on disk and due.
   *
   * @param id Default: a new one. An id that exists already is refused.
   * @throws InputError IMAGES_NEED_MODEL
   */
  submit(request: Request, work: RequestWork, options?: SubmitOptions): Promise<string>;
  /** Runs until it ends or waits. @throws InputError REQUEST_HELD if another process is running it */
  attempt(id: string, options: AttemptOptions, cancel: AbortSignal): Promise<Outcome>;
  view(id: string): Promise<RequestView>;
  /** Newest first. @throws InputError RUN_NOT_FOUND if a neighbour does not exist. */
  list(page?: RequestPage): Promise<readonly RequestSummary[]>;
  summary(id: string): Promise<RequestSummary>;
  due(): Promise<readonly string[]>;
  cancel(id: string, reason: string): Promise<void>;
}

export interface SubmitOptions {
  readonly id?: string;
  /** The request that submitted this one. */
  readonly parent?: string;
}

export interface AttemptOptions {
  readonly prepare: Prepare;
  /** The caller cannot continue. The request stays available to other processes. */
  readonly release?: AbortSignal;
  /** Replaces the configured time of waiting for a model whose server is away. 0: it fails at once. */
  readonly modelWaitMs?: number;
  readonly onEvent?: (event: NewEvent) => void;
  readonly onProgress?: (progress: EvolveProgress) => void;
  /** Parts of an answer's text, as the model writes them. */
  readonly onText?: (text: string) => void;
}

export interface Outcome {
  readonly requestId: string;
  readonly status: RequestStatus;
  /** Absent while it waits, and after a cancel. */
  readonly solution?: Solution;
  /** Present while it waits; says what for. */
  readonly view?: RequestView;
}

export interface RequestsPorts {
  readonly home: string;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly clean: (value: Json) => Json;
  readonly newId: (kind: string) => string;
  readonly hasModel: boolean;
  /** Longest wait for a model whose server is away. */
  readonly modelWaitMs: number;
  /** Kills the process at a write of the journal; for crash tests. */
  readonly failpoint: string | undefined;
  readonly walk: (attempt: AttemptContext) => Promise<Solution>;
  /** Called after each request that ended; may retire unused tools. */
  readonly retire: (now: number) => Promise<unknown>;
}

/** Short, because submitting releases it at once. */
const SUBMIT_LEASE_MS = 5_000;

export function createRequests(ports: RequestsPorts): Requests {
  const { home, store, clock, clean, newId, hasModel, walk, retire } = ports;
  const journal = { store, clock, clean, failpoint: failpointOf(ports.failpoint) };
  const redacting: EventStore = {
    ...store,
    append: (id, events, options) =>
      store.append(
        id,
        events.map((event) => withTexts(event, clean)),
        options,
      ),
  };
  const replies = createReplies(redacting, home);

  async function submitted(id: string): Promise<{ request: Request; work: RequestWork }> {
    for await (const { data } of readEvents(store, id, ["request-submit"])) {
      const { work, agent: _, ...request } = data;
      if (work !== undefined) return { request: Request.parse(request), work };
    }
    throw new InputError(
      "NO_REQUEST",
      `Run ${id} holds no request that can be resumed. List requests: toolwright request ls.`,
    );
  }

  async function outcomeOf(
    requestId: string,
    end: AttemptEnd,
    solution: Solution | undefined,
  ): Promise<Outcome> {
    switch (end.kind) {
      case "held":
        throw new InputError(
          "REQUEST_HELD",
          `Request ${requestId} is being run by another process. Wait for it: toolwright request show ${requestId}.`,
          { facts: { request: requestId }, retryable: true },
        );
      case "waiting":
        return { requestId, status: end.status, view: await viewRequest(store, requestId) };
      case "ended":
        return { requestId, status: end.status, ...present({ solution }) };
    }
  }

  return {
    ...replies,

    async submit(request, work, { id = newId("req"), parent } = {}) {
      if (request.images !== undefined && !hasModel) {
        throw new InputError(
          "IMAGES_NEED_MODEL",
          "Expected a model with image input for a request with images, got no model. Set TOOLWRIGHT_MODEL, or `model` in toolwright.config.json.",
        );
      }
      const event = withTexts({ type: "request-submit", data: { ...request, work } }, clean);
      const title = String(clean(request.objective));
      // In one transaction, so that no process sees a half-submitted request.
      const [, , claim] = await Promise.all([
        store.begin({ id, kind: "request", title, ...present({ parent }) }),
        store.append(id, [event]),
        store.claim(id, { leaseMs: SUBMIT_LEASE_MS }),
      ]);
      const dueAt = new Date(clock.now()).toISOString();
      if (claim !== undefined) await store.suspend(id, claim.epoch, { seen: 0, dueAt });
      return id;
    },

    async attempt(id, { prepare, release, onEvent, modelWaitMs, ...watched }, cancelSignal) {
      const { request, work } = await submitted(id);
      const { status, endedAt } = await store.run(id);
      if (endedAt !== undefined) throw endedAlready(id, status);
      // Before the claim: if this process cannot read the task, another may.
      const prepared = await prepare(work, request);
      let solution: Solution | undefined;
      const end = await runAttempt(
        { ...journal, ...present({ onEvent }) },
        id,
        async (steps, spending) => {
          const trace = (events: readonly NewEvent[]) => steps.trace("events", events);
          const attempt = { requestId: id, request, work, steps, spending, trace, ...prepared };
          solution = await walk({ ...attempt, ...watched });
          return finishedBy(solution);
        },
        {
          cancel: cancelSignal,
          limit: request.budget ?? {},
          modelWaitMs: modelWaitMs ?? ports.modelWaitMs,
          ...present({ release }),
        },
      );
      const outcome = await outcomeOf(id, end, solution);
      if (outcome.solution !== undefined) await retire(clock.now());
      return outcome;
    },

    view: (id) => viewRequest(store, id),
    list: (page) => listRequests(store, page),
    summary: async (id) => summarizeRequest(store, await store.run(id)),
    due: () => store.due(),

    async revise(id, change) {
      await submitted(id);
      await replies.revise(id, change);
    },
    async cancel(id, reason) {
      await submitted(id);
      await cancel(redacting, id, reason, async (each) => {
        const never = new AbortController().signal;
        const nothing = () => Promise.reject(new InputError("CANCELED", "canceled"));
        await runAttempt(journal, each, nothing, { cancel: never });
      });
    },
  };
}

/** The request's final status and trace data for a solution. */
function finishedBy(solution: Solution): Finished {
  if (solution.status === "gave-up") return { status: "FAILED", cause: solution.reason };
  // The outputs are in the results of the calls and may be large.
  const { text: answer, outputs: _, ...more } = solution.answer;
  return {
    status: "SUCCEEDED",
    cause: "answered",
    events: [{ type: "answer-given", data: { answer, ...more } }],
  };
}

function endedAlready(id: string, status: string): InputError {
  return new InputError(
    "REQUEST_ENDED",
    `Request ${id} has ended (${status}): nothing can be resumed. See it: toolwright request show ${id}.`,
    { facts: { request: id, status } },
  );
}
