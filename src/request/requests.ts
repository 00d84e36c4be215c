/**
 * The requests of a home: submitted, carried on by whichever process comes, replied to, taken back.
 * What a later process needs to go on stands in the request's first event.
 */

import { InputError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import { readEvents, withTexts } from "../core/events/read.ts";
import type { RequestWork } from "../core/events/request.ts";
import type { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { Request } from "../core/request.ts";
import { callbackSecret, callbackToken } from "../journal/callback-token.ts";
import { type LifeEnd, liveOn } from "../journal/durable.ts";
import { failpointOf } from "../journal/failpoint.ts";
import { cancel, complete, kindOf, reply, send } from "../journal/people.ts";
import { viewRequest } from "../journal/view.ts";
import type { LifeContext } from "../work/attempt.ts";
import type { Solution } from "../work/stages.ts";
import type { Outcome, Requests, RequestsPorts } from "./attempt.ts";
import { REVISE } from "./revise.ts";
import { walkedTo, walkRequest } from "./run-request.ts";

export type { LiveOptions, Outcome, Requests } from "./attempt.ts";

/** A moment: submitting keeps it only to give it back at once. */
const SUBMIT_LEASE_MS = 5_000;

export function createRequests(ports: RequestsPorts): Requests {
  const { home, store, clock, clean, newId, hasModel } = ports;
  const failpoint = failpointOf(ports.failpoint);
  const secret = (): Buffer => callbackSecret(home);
  /** What people say goes into the trace like everything else. */
  const outside: EventStore = {
    ...store,
    append: (id, events, options) =>
      store.append(
        id,
        events.map((event) => withTexts(event, clean)),
        options,
      ),
  };

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

  const requests: Requests = {
    async submit(request, work, { id = newId("req"), parent } = {}) {
      if (request.images !== undefined && !hasModel()) {
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

    async live(id, { prepare, letGo, onEvent, onProgress, onText }, cancelSignal) {
      const { request, work } = await submitted(id);
      const { status, endedAt } = await store.run(id);
      if (endedAt !== undefined) throw endedAlready(id, status);
      // Outside of the life: who can not read the task leaves the request to who can.
      const prepared = await prepare(work, request);
      let solution: Solution | undefined;
      const end = await liveOn(
        { store, clock, clean, failpoint, ...(onEvent === undefined ? {} : { onEvent }) },
        id,
        async (steps, spending) => {
          const trace = (events: readonly NewEvent[]) => steps.trace("events", events);
          const life: LifeContext = {
            requestId: id,
            request,
            work,
            steps,
            spending,
            trace,
            ...prepared,
            ...(onProgress === undefined ? {} : { onProgress }),
            ...(onText === undefined ? {} : { onText }),
          };
          const byModel = ports.walkByModel(life);
          const walked =
            byModel === undefined
              ? await walkRequest(steps, request, ports.stagesOf(life))
              : walkedTo(await byModel);
          solution = walked.solution;
          return walked;
        },
        {
          cancel: cancelSignal,
          limit: request.budget ?? {},
          ...(letGo === undefined ? {} : { letGo }),
        },
      );
      return outcomeOf(id, end, solution);
    },

    view: (id) => viewRequest(store, id),
    async list() {
      const runs = (await store.runs()).filter(({ kind }) => kind === "request");
      return Promise.all(runs.map(({ id }) => viewRequest(store, id)));
    },
    due: () => store.due(),

    async answer(id, answer, options) {
      const payload = (name: string): Json => (name === "uncertain-step" ? answer : { answer });
      await reply(
        outside,
        id,
        ["question", "uncertain-step"],
        (wait) => payload(kindOf(wait)),
        options,
      );
    },
    async approve(id, edited, options) {
      await reply(
        outside,
        id,
        ["approval"],
        (wait) => ({
          decision: "approve",
          hash: hashOf(wait.question),
          ...(edited === undefined ? {} : { arguments: edited }),
        }),
        options,
      );
    },
    async reject(id, reason, options) {
      await reply(
        outside,
        id,
        ["approval"],
        (wait) => ({ decision: "reject", hash: hashOf(wait.question), reason }),
        options,
      );
    },
    async revise(id, change) {
      await submitted(id);
      await send(outside, id, REVISE, change as Json);
    },
    async cancel(id, reason) {
      await submitted(id);
      await cancel(outside, id, reason, async (each) => {
        const never = new AbortController().signal;
        const ports = { store, clock, clean, failpoint };
        const nothing = () => Promise.reject(new InputError("CANCELED", "canceled"));
        await liveOn(ports, each, nothing, { cancel: never });
      });
    },
    async callback(token, result) {
      const { target, outcome } = await complete(outside, secret(), token, result);
      return { requestId: target.request, outcome };
    },
    tokenOf: (id, waitKey) => callbackToken(secret(), { request: id, wait: waitKey }),
  };

  async function outcomeOf(
    requestId: string,
    end: LifeEnd,
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

  return requests;
}

function endedAlready(id: string, status: string): InputError {
  return new InputError(
    "REQUEST_ENDED",
    `Request ${id} has ended (${status}): there is nothing to carry on. See it: toolwright request show ${id}.`,
    { facts: { request: id, status } },
  );
}

function hashOf(question: Json | undefined): string {
  return String((question as { readonly hash?: Json } | undefined)?.hash ?? "");
}
