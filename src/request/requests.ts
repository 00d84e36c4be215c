/**
 * The requests of a home: submitted, attempted by whichever process comes, replied to, taken back.
 * What a later process needs to go on stands in the request's first event.
 */
import type { Clock } from "../core/clock.ts";
import { InputError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import { readEvents, withTexts } from "../core/events/read.ts";
import type { RequestWork } from "../core/events/request.ts";
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
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
   * On disk when it resolves, and due.
   *
   * @param id Default: a new one. The same id again is refused.
   * @throws InputError IMAGES_NEED_MODEL
   */
  submit(request: Request, work: RequestWork, options?: SubmitOptions): Promise<string>;
  /** Until it ends or waits. @throws InputError REQUEST_HELD while another process is at it */
  attempt(id: string, options: AttemptOptions, cancel: AbortSignal): Promise<Outcome>;
  view(id: string): Promise<RequestView>;
  /** Newest first. @throws InputError RUN_NOT_FOUND for a neighbour that is not there. */
  list(page?: RequestPage): Promise<readonly RequestSummary[]>;
  summary(id: string): Promise<RequestSummary>;
  due(): Promise<readonly string[]>;
  cancel(id: string, reason: string): Promise<void>;
}

export interface SubmitOptions {
  readonly id?: string;
  /** The request that asks for this one. */
  readonly parent?: string;
}

export interface AttemptOptions {
  readonly prepare: Prepare;
  /** The caller cannot go on; the request stays, for whoever carries it on. */
  readonly release?: AbortSignal;
  readonly onEvent?: (event: NewEvent) => void;
  readonly onProgress?: (progress: EvolveProgress) => void;
  /** Pieces of what the planner's model says, as they come. */
  readonly onText?: (text: string) => void;
}

export interface Outcome {
  readonly requestId: string;
  readonly status: RequestStatus;
  /** Absent while it waits, and when it was canceled. */
  readonly solution?: Solution;
  /** What it waits for, if it does. */
  readonly view?: RequestView;
}

export interface RequestsPorts {
  readonly home: string;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly clean: (value: Json) => Json;
  readonly newId: (kind: string) => string;
  readonly hasModel: boolean;
  /** Kills the process at a write of the journal; for tests of crashes. */
  readonly failpoint: string | undefined;
  readonly walk: (attempt: AttemptContext) => Promise<Solution>;
  /** After each request that came to an end: tools that nobody uses may go. */
  readonly retire: (now: number) => Promise<unknown>;
}

/** A moment: submitting keeps it only to give it back at once. */
const SUBMIT_LEASE_MS = 5_000;

export function createRequests(ports: RequestsPorts): Requests {
  const { home, store, clock, clean, newId, hasModel, walk, retire } = ports;
  const journal = { store, clock, clean, failpoint: failpointOf(ports.failpoint) };
  const outside: EventStore = {
    ...store,
    append: (id, events, options) =>
      store.append(
        id,
        events.map((event) => withTexts(event, clean)),
        options,
      ),
  };
  const replies = createReplies(outside, home);

  async function submitted(id: string): Promise<{ request: Request; work: RequestWork }> {
    for await (const { data } of readEvents(store, id, ["request-submit"])) {
      const { work, agent: _, ...request } = data;
      if (work !== undefined) return { request: Request.parse(request), work };
    }
    throw new InputError(
      "NO_REQUEST",
      `Run ${id} holds no request that could be carried on. List them: toolwright request ls.`,
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
          `Request ${requestId} is carried on by another process. Wait for it: toolwright request show ${requestId}.`,
          { facts: { request: requestId }, retryable: true },
        );
      case "waiting":
        return { requestId, status: end.status, view: await viewRequest(store, requestId) };
      case "ended":
        return { requestId, status: end.status, ...(solution === undefined ? {} : { solution }) };
    }
  }

  return {
    ...replies,

    async submit(request, work, { id = newId("req"), parent } = {}) {
      if (request.images !== undefined && !hasModel) {
        throw new InputError(
          "IMAGES_NEED_MODEL",
          "Expected a model that sees for a request with images, got none configured. Set TOOLWRIGHT_MODEL, or `model` in toolwright.config.json.",
        );
      }
      const event = withTexts({ type: "request-submit", data: { ...request, work } }, clean);
      const title = String(clean(request.objective));
      // One transaction: no process finds it half submitted.
      const [, , claim] = await Promise.all([
        store.begin({ id, kind: "request", title, ...(parent === undefined ? {} : { parent }) }),
        store.append(id, [event]),
        store.claim(id, { leaseMs: SUBMIT_LEASE_MS }),
      ]);
      const dueAt = new Date(clock.now()).toISOString();
      if (claim !== undefined) await store.suspend(id, claim.epoch, { seen: 0, dueAt });
      return id;
    },

    async attempt(id, { prepare, release, onEvent, ...watched }, cancelSignal) {
      const { request, work } = await submitted(id);
      const { status, endedAt } = await store.run(id);
      if (endedAt !== undefined) throw endedAlready(id, status);
      // Before it is claimed: who cannot read the task leaves the request to who can.
      const prepared = await prepare(work, request);
      let solution: Solution | undefined;
      const end = await runAttempt(
        { ...journal, ...(onEvent === undefined ? {} : { onEvent }) },
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
          ...(release === undefined ? {} : { release }),
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
      await cancel(outside, id, reason, async (each) => {
        const never = new AbortController().signal;
        const nothing = () => Promise.reject(new InputError("CANCELED", "canceled"));
        await runAttempt(journal, each, nothing, { cancel: never });
      });
    },
  };
}

/** What a solution means for the request's status and its trace. */
function finishedBy(solution: Solution): Finished {
  if (solution.status === "gave-up") return { status: "FAILED", cause: solution.reason };
  // What came out stands in the results of the calls; it may be large.
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
    `Request ${id} has ended (${status}): there is nothing to carry on. See it: toolwright request show ${id}.`,
    { facts: { request: id, status } },
  );
}
