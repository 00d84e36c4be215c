/** A request in a store, lived by the runtime: what the tests of this room stand on. */
import { type Clock, systemClock } from "../../src/core/clock.ts";
import type { Json } from "../../src/core/json.ts";
import type { EventStore } from "../../src/core/ports.ts";
import type { Amounts } from "../../src/core/spending.ts";
import type { Steps } from "../../src/core/steps.ts";
import type { AttemptPorts } from "../../src/journal/attempt.ts";
import { type AttemptEnd, runAttempt } from "../../src/journal/durable.ts";
import { failpointOf } from "../../src/journal/failpoint.ts";
import { sendSignal } from "../../src/journal/send.ts";
import { all } from "../contracts/event-store.ts";
import type { Place } from "../contracts/steps.ts";

export function portsOf(store: EventStore, clock: Clock = systemClock): AttemptPorts {
  return { store, clock, clean: (value) => value, failpoint: failpointOf(undefined) };
}

export interface Lived {
  readonly end: AttemptEnd;
  readonly value: Json | undefined;
}

export async function live(
  ports: AttemptPorts,
  id: string,
  workflow: (steps: Steps) => Promise<Json>,
  {
    cancel = new AbortController().signal,
    limit = {},
    leaseMs = 15_000,
    modelWaitMs = 0,
  }: { cancel?: AbortSignal; limit?: Amounts; leaseMs?: number; modelWaitMs?: number } = {},
): Promise<Lived> {
  let value: Json | undefined;
  const end = await runAttempt(
    ports,
    id,
    async (steps) => {
      value = await workflow(steps);
      return { status: "SUCCEEDED", cause: "done" };
    },
    { cancel, limit, leaseMs, modelWaitMs },
  );
  return { end, value };
}

const OURS = /^(step|wait|sleep|signal|request|budget)-/;

/** Its attempts do not end the request, so that there can be another one. */
export async function durablePlace(store: EventStore): Promise<Place> {
  const ports = portsOf(store);
  const id = "req-1";
  await store.begin({ id, kind: "request", title: "" });
  return {
    async live(workflow) {
      let value: Json = "waiting";
      const end = await runAttempt(
        ports,
        id,
        async (steps) => {
          value = await workflow(steps);
          return steps.waitFor("not ever").then(() => ({ status: "FAILED", cause: "" }));
        },
        { cancel: new AbortController().signal },
      );
      if (end.kind !== "waiting") throw new Error(`expected a wait, got ${end.kind}`);
      return value;
    },
    send: async ({ name, id: key, payload }) =>
      (await sendSignal(store, id, { id: key, name, payload })) === "accepted",
    traced: async () =>
      (await all(store, id)).map(({ type }) => type).filter((type) => !OURS.test(type)),
  };
}
