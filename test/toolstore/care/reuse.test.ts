/** Reuse figures over a scripted stream of requests, whose true figures are known by counting. */
import { describe, expect, it } from "vitest";
import type { NewEvent, RunKind } from "../../../src/core/event.ts";
import type { DataOf } from "../../../src/core/events/schemas.ts";
import { memoryEventStore } from "../../../src/trace/index.ts";
import { reuseStats } from "../../../toolstore/index.ts";
import { EVENTS, eventOf } from "../../support/events.ts";

function stream() {
  let seconds = 0;
  const clock = { now: () => seconds * 1_000, monotonicMs: () => seconds * 1_000 };
  const events = memoryEventStore({ clock });
  async function run(
    id: string,
    kind: RunKind,
    from: number,
    to: number,
    list: readonly NewEvent[],
    { parent, failed = false }: { parent?: string; failed?: boolean } = {},
  ): Promise<void> {
    seconds = from;
    await events.begin({ id, kind, title: id, ...(parent === undefined ? {} : { parent }) });
    await events.append(id, list);
    seconds = to;
    await events.end(id, failed ? "failed" : "succeeded");
  }
  return { events, run };
}

const create = (name: string) => eventOf("tool-create", { name });
const register = (name: string) => eventOf("tool-register", { name });
let calls = 0;
function call(name: string, status: "returned" | "failed" = "returned"): NewEvent[] {
  const id = `call-${++calls}`;
  const result = status === "returned" ? { output: 1 } : { error: "no" };
  return [
    eventOf("tool-call", { id, name }),
    { type: "tool-result", data: { id, status, ...result } as DataOf<"tool-result"> },
  ];
}
function reply(costUsd?: number): NewEvent {
  const { data } = EVENTS["model-recorded"];
  const { outcome } = data;
  if (outcome.status !== "replied") throw new Error("the sample is a reply");
  const priced = { ...outcome.reply, ...(costUsd === undefined ? {} : { costUsd }) };
  return eventOf("model-recorded", { outcome: { ...outcome, reply: priced } });
}

describe("reuse", () => {
  it("counts creations, what made them needless, how soon, and at what cost", async () => {
    const { events, run } = stream();
    await run("r1", "request", 0, 20, [create("a"), register("a"), ...call("a"), ...call("a")]);
    await run("e1", "evolution", 0, 10, [], { parent: "r1" });
    await run("e1-replies", "replies", 0, 10, [reply(0.1), reply(0.1)], { parent: "e1" });
    await run("r2", "request", 100, 101, call("a"));
    await run("r3", "request", 160, 190, [create("b"), register("b"), ...call("b")]);
    await run("e3", "evolution", 160, 180, [], { parent: "r3" });
    await run("e3-replies", "replies", 160, 180, [reply(0.4)], { parent: "e3" });
    // Refused: its search has cost and made nothing.
    await run("r4", "request", 200, 240, [create("c"), ...call("a")], { failed: true });
    await run("e4", "evolution", 200, 230, [], { parent: "r4" });
    await run("e4-replies", "replies", 200, 230, [reply(0.6)], { parent: "e4" });
    // Tried in vain: a call that failed serves nobody.
    await run("r5", "request", 300, 301, [...call("a"), ...call("b"), ...call("c", "failed")]);
    // A person's own experiment is no request's cost.
    await run("e9", "evolution", 400, 500, []);

    expect(await reuseStats(events)).toEqual({
      requests: 5,
      succeeded: 4,
      withoutCreation: 2,
      shareWithoutCreation: 0.5,
      creations: 2,
      creationsAvoided: 3,
      reusedTools: 2,
      // a: from 0 to 100, b: from 160 to 300.
      secondsToSecondUse: 120,
      creationSeconds: 60,
      creationUsd: expect.closeTo(1.2, 12),
      secondsPerReuse: 20,
      usdPerReuse: expect.closeTo(0.4, 12),
    });
  });

  it("says nothing where nothing is known: no requests, no reuse, a price that is not known", async () => {
    const { events, run } = stream();
    expect(await reuseStats(events)).toMatchObject({
      shareWithoutCreation: undefined,
      secondsToSecondUse: undefined,
      secondsPerReuse: undefined,
    });
    await run("r1", "request", 0, 20, [create("a"), register("a"), ...call("a")]);
    await run("e1", "evolution", 0, 10, [], { parent: "r1" });
    await run("e1-replies", "replies", 0, 10, [reply(0.1), reply()], { parent: "e1" });
    expect(await reuseStats(events)).toMatchObject({
      creationsAvoided: 0,
      creationSeconds: 10,
      creationUsd: undefined,
      secondsPerReuse: undefined,
    });
  });
});
