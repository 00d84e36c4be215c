/** What people and outside systems say to a request: each case, and across restarts. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Approvals } from "../../src/core/approvals.ts";
import { systemClock } from "../../src/core/clock.ts";
import { readEvents } from "../../src/core/events/read.ts";
import type { Json } from "../../src/core/json.ts";
import type { EventStore } from "../../src/core/ports.ts";
import { Request } from "../../src/core/request.ts";
import type { Tool } from "../../src/core/tool.ts";
import { createRequests, type Requests } from "../../src/request/requests.ts";
import { walkByRules } from "../../src/request/walk-rules.ts";
import { serveCallbacks } from "../../src/server/callbacks/callbacks.ts";
import type { HttpServer } from "../../src/server/http/listen.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import type { AttemptContext } from "../../src/work/attempt.ts";
import { all } from "../contracts/event-store.ts";
import { caseTask, ruleWalkPorts } from "../support/rule-walk.ts";
import { sampleTool } from "../toolstore/sample.ts";

const home = mkdtempSync(join(tmpdir(), "people-"));
const servers: HttpServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const request = Request.parse({ objective: "pay the bill" });
const work = { source: null, seed: 1 };
const never = new AbortController().signal;

interface World {
  readonly store: EventStore;
  /** Arguments of the calls that were made. */
  readonly calls: Json[];
  tool: Tool;
  /** What the tool gives. */
  output: Json;
  requests: Requests;
  /** Another process: what it knows stands in the store alone. */
  restart(): void;
  attempt(id: string): ReturnType<Requests["attempt"]>;
}

const payTool = (body: string) =>
  sampleTool({
    name: "pay",
    body,
    parameters: { type: "object", properties: { amount: { type: "number" } } },
    effects: true,
  });

/** A walk that calls one tool, once, and answers with what it gives. */
function world(approvals: Partial<Approvals>, output: Json = "paid"): World {
  const store = memoryEventStore();
  const task = caseTask("pay");
  const instances = [{ input: [7] }];
  const walk = async ({ steps }: AttemptContext) => {
    const ports = ruleWalkPorts(steps, {
      approvals: Approvals.parse(approvals),
      run(_, input) {
        it.calls.push([...input]);
        return it.output;
      },
      // What may act outside is called when it is what was asked for, and never tried before.
      createTool: async () => ({
        kind: "tool-refused",
        reasons: ["There is one."],
        runId: "",
        instead: it.tool,
      }),
    });
    await ports.tools.put(it.tool);
    return walkByRules({ ...ports, noneBelow: 2 }, request, { task, instances });
  };
  const it: World = {
    store,
    calls: [],
    tool: payTool("v1"),
    output,
    requests: undefined as never,
    restart() {
      it.requests = createRequests({
        home,
        store,
        clock: systemClock,
        clean: (value) => value,
        newId: () => "req-1",
        hasModel: false,
        modelWaitMs: 0,
        failpoint: undefined,
        walk,
        retire: async () => undefined,
      });
    },
    attempt: (id) =>
      it.requests.attempt(id, { prepare: async () => ({ task: undefined, instances: [] }) }, never),
  };
  it.restart();
  return it;
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: { code?: string }) => error.code,
  );

describe("approvals", () => {
  it("are waited for across a restart, and the call is made once, however often it is approved", async () => {
    const place = world({ default: "always" });
    const id = await place.requests.submit(request, work);
    expect(await place.attempt(id)).toMatchObject({ status: "WAITING_FEEDBACK" });
    expect(place.calls).toEqual([]);
    place.restart();
    await place.requests.approve(id, undefined);
    expect(await codeOf(place.requests.approve(id, undefined))).toBe("NO_QUESTION");
    place.restart();
    expect(await place.attempt(id)).toMatchObject({ status: "SUCCEEDED" });
    expect(place.calls).toEqual([[7]]);
  });

  it("are asked for by condition alone where the policy is a list", async () => {
    for (const [above, status] of [
      [5, "WAITING_FEEDBACK"],
      [10, "SUCCEEDED"],
    ] as const) {
      const place = world({ tools: { pay: [{ argument: "amount", above }] } });
      expect((await place.attempt(await place.requests.submit(request, work))).status).toBe(status);
    }
  });

  it("of edited arguments call with those", async () => {
    const place = world({ default: "always" });
    const id = await place.requests.submit(request, work);
    await place.attempt(id);
    await place.requests.approve(id, [[3]]);
    expect(await place.attempt(id)).toMatchObject({ status: "SUCCEEDED" });
    expect(place.calls).toEqual([[3]]);
    const given = (await all(place.store, id)).find(({ type }) => type === "approval-given");
    expect(given).toMatchObject({ data: { asked: [[7]], arguments: [[3]], edited: true } });
  });

  it("that are refused tell the plan why, and no call is made", async () => {
    const place = world({ default: "always" });
    const id = await place.requests.submit(request, work);
    await place.attempt(id);
    await place.requests.reject(id, "too dear");
    const { solution } = await place.attempt(id);
    expect(solution).toMatchObject({ reason: expect.stringContaining("too dear") });
    expect(place.calls).toEqual([]);
  });

  it("hold for one version of the tool: another one is asked about again", async () => {
    const place = world({ default: "always" });
    const id = await place.requests.submit(request, work);
    const before = await place.attempt(id);
    await place.requests.approve(id, undefined);
    place.tool = payTool("v2");
    // The plan of the first attempt stands; it names the version that was approved.
    expect((await place.attempt(id)).status).toBe("SUCCEEDED");
    const other = world({ default: "always" });
    other.tool = payTool("v2");
    const after = await other.attempt(await other.requests.submit(request, work));
    const hashes = [before, after].map(({ view }) => view?.waits[0]?.name);
    expect(new Set(hashes).size).toBe(2);
  });

  it("that nobody gives in time count as refused", async () => {
    const place = world({ default: "always", expireSeconds: 0.05 });
    const { solution } = await place.attempt(await place.requests.submit(request, work));
    expect(solution).toMatchObject({ reason: expect.stringContaining("in time") });
    expect(place.calls).toEqual([]);
  });
});

describe("callbacks", () => {
  async function pending() {
    const place = world({}, { $pending: "the bank calls back" });
    const id = await place.requests.submit(request, work);
    const { view, status } = await place.attempt(id);
    expect(status).toBe("WAITING_FEEDBACK");
    const key = view?.waits[0]?.key ?? "";
    const server = await serveCallbacks(
      { callback: (...args) => place.requests.callback(...args) },
      { port: 0, onCallback: () => undefined, onError: () => undefined },
    );
    servers.push(server);
    const token = place.requests.tokenOf(id, key);
    const post = (to: string, body: string) =>
      fetch(`${server.url}/callbacks/${to}`, { method: "POST", body });
    return { place, id, token, post };
  }

  it("complete a call across a restart, once, whatever the second one says", async () => {
    const { place, id, token, post } = await pending();
    place.restart();
    const first = await post(token, '{"result": 42}');
    const second = await post(token, '{"result": 43}');
    expect([first.status, second.status]).toEqual([202, 200]);
    expect(await second.json()).toEqual({ requestId: id, outcome: "duplicate" });
    const { solution } = await place.attempt(id);
    expect(solution).toMatchObject({ answer: { outputs: [42] } });
    expect(place.calls).toHaveLength(1);
    // Late, and the same again: still the duplicate that it is.
    expect((await post(token, '{"result": 44}')).status).toBe(200);
  });

  it("that are forged, of another request, or no JSON are refused and change nothing", async () => {
    const { place, id, token, post } = await pending();
    const [body = "", signature = ""] = token.split(".");
    const other = Buffer.from(JSON.stringify(["req-2", "x#1"])).toString("base64url");
    for (const forged of [`${other}.${signature}`, `${body}.AAAA`, body, `${token}x`, "a.b.c"]) {
      const refused = await post(forged, '{"result": 1}');
      expect(refused.status, forged).toBe(403);
      expect(refused.headers.get("content-type")).toBe("application/problem+json");
    }
    for (const bad of ["", "{", "42", '{"value": 1}']) {
      expect((await post(token, bad)).status).toBe(400);
    }
    expect((await place.requests.view(id)).status).toBe("WAITING_FEEDBACK");
  });

  it("after the request was canceled find it closed", async () => {
    const { place, id, token, post } = await pending();
    await place.requests.cancel(id, "no longer needed");
    expect((await place.requests.view(id)).status).toBe("CANCELED");
    const late = await post(token, '{"result": 1}');
    expect(late.status).toBe(410);
    expect(await late.json()).toMatchObject({ title: "CALLBACK_CLOSED", status: 410 });
  });
});

describe("a revision", () => {
  it("starts the plan anew from the changed words, and makes no finished call again", async () => {
    const place = world({ default: "always" });
    const id = await place.requests.submit(request, work);
    await place.attempt(id);
    await place.requests.approve(id, undefined);
    await place.requests.revise(id, { objective: "pay half of the bill" });
    expect(await place.attempt(id)).toMatchObject({ status: "SUCCEEDED" });
    expect(place.calls).toEqual([[7]]);
    const view = await place.requests.view(id);
    expect(view).toMatchObject({ revision: 2, objective: "pay half of the bill" });
    // Fields that were not named stay.
    const events = await Array.fromAsync(readEvents(place.store, id, ["request-revised"]));
    expect(events.map(({ data }) => [data.revision, data.changed])).toEqual([[2, ["objective"]]]);
  });

  it("of a request that has ended is refused", async () => {
    const place = world({});
    const id = await place.requests.submit(request, work);
    await place.attempt(id);
    expect(await codeOf(place.requests.revise(id, { objective: "x" }))).toBe("REQUEST_ENDED");
    expect(await codeOf(place.requests.revise("none", { objective: "x" }))).toBe("RUN_NOT_FOUND");
  });
});
