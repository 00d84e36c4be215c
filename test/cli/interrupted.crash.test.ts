/** Requests cut off by a crash or a signal, over the command line; effects are counted outside of the engine. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../support/cli.ts";
import { type Effects, effectsServer } from "../support/effects.ts";
import { type ModelServer, modelServer, type ServedRequest } from "../support/model-server.ts";
import { walkScript } from "../support/walk-script.ts";

const CALLS = {
  reason: "charge, then mail",
  steps: [
    { id: "a", kind: "call-tool", tool: "shop__charge", arguments: { order: "7" } },
    { id: "b", kind: "call-tool", tool: "shop__mail", arguments: { order: "7" }, dependsOn: ["a"] },
    { id: "end", kind: "answer", value: { $from: "b" } },
  ],
};
const script = walkScript({
  ground_queries: { data: [], outcomes: [], preferences: [] },
  blind_affordance: {
    potential_tools: [
      { name: "charge", signature: "(order: string) => string", description: "Charges a card." },
      { name: "mail", signature: "(order: string) => string", description: "Sends a mail." },
    ],
  },
  plan: CALLS,
  answer: { text: "Done.", value: null },
});

let place: Workplace;
let effects: Effects;
let model: ModelServer;
beforeEach(async () => {
  place = workplace({ apart: true });
  effects = await effectsServer();
});
afterEach(async () => {
  await effects.close();
  await model.close();
  place.remove();
});

async function home(says: (request: ServedRequest) => ReturnType<typeof script>): Promise<void> {
  model = await modelServer(says);
  const folder = join(place.folder, "home");
  mkdirSync(folder);
  writeFileSync(
    join(folder, "toolwright.config.json"),
    JSON.stringify({
      model: { model: "scripted-7b", baseUrl: `${model.url}/v1` },
      mcpServers: { shop: { url: effects.url } },
    }),
  );
}

const submit = ["request", "Charge the card and send a mail for order 7"];
const ls = async () =>
  (await place.json(["request", "ls"])).value as { id: string; status: string }[];

/** Killed while the mail is under way, and carried on until it asks. */
async function cutOff(): Promise<string> {
  await home(script);
  await place.run(submit, { signalWhen: [effects.arrival("mail"), "SIGKILL"] });
  await place.run(["request", "resume", "--all"]);
  const [request] = await ls();
  expect(request?.status).toBe("WAITING_FEEDBACK");
  await expect.poll(() => effects.done).toEqual(["charge", "mail"]);
  return request?.id ?? "";
}

describe("a step that was cut off", { timeout: 120_000 }, () => {
  it.each([
    ["a text", "ok mail"],
    ["a list of records like the engine's own", [{ status: "failed", code: "x", reason: "no" }]],
  ])("is skipped with %s as its result, and its effect stays the one", async (_, result) => {
    const id = await cutOff();
    const said = await place.json(["request", "answer", id, "--skip", JSON.stringify(result)]);
    expect(said).toMatchObject({ status: 0, value: { status: "SUCCEEDED", value: result } });
    expect(effects.done).toEqual(["charge", "mail"]);
  });

  it("is done again with --retry, and takes no words", async () => {
    const id = await cutOff();
    const words = await place.run(["request", "answer", id, "it was sent"]);
    expect(words.status).toBe(2);
    expect(words.stderr).toContain("--retry, --skip or --fail");
    const again = await place.json(["request", "answer", id, "--retry"]);
    expect(again.value).toMatchObject({ status: "SUCCEEDED", value: "ok mail" });
    expect(effects.done).toEqual(["charge", "mail", "mail"]);
  });
});

describe("a signal", { timeout: 120_000 }, () => {
  it.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGINT", 130],
  ] as const)(
    "%s stops the process, not the request: carried on, each effect happens once",
    async (signal, status) => {
      await home(script);
      const stopped = await place.run(submit, {
        signalWhen: [effects.arrival("charge"), signal],
      });
      expect(stopped.status).toBe(status);
      const [request] = await ls();
      expect(request?.status).toBe("IN_PROGRESS");
      expect(stopped.stderr).toContain(`toolwright request resume ${request?.id}`);
      const { value } = await place.json(["request", "resume", request?.id ?? ""]);
      expect(value).toMatchObject({ status: "SUCCEEDED" });
      expect(effects.done).toEqual(["charge", "mail"]);
    },
  );
});

describe("a limit", { timeout: 120_000 }, () => {
  it("in calls counts those that crashes cut off, and ends the request there", async () => {
    let asked = () => {};
    let replied = 0;
    await home((request) => {
      asked();
      replied++;
      return { ...(script(request) as object), afterMs: 30_000 };
    });
    const args = [...submit, "--limit", "calls=3"];
    for (let kill = 0; kill < 3; kill++) {
      const arrived = new Promise<void>((resolve) => {
        asked = resolve;
      });
      await place.run(kill === 0 ? args : ["request", "resume", "--all"], {
        signalWhen: [arrived, "SIGKILL"],
      });
    }
    const [request] = await ls();
    const { value } = await place.json(["request", "show", request?.id ?? ""]);
    expect(value).toMatchObject({ status: "IN_PROGRESS", spent: { calls: 3 } });
    const last = await place.run(["request", "resume", request?.id ?? ""]);
    expect(last.status).toBe(3);
    expect(last.stderr).toContain("BUDGET_EXCEEDED");
    expect(replied).toBe(3);
  });

  it("says which units there are", async () => {
    await home(script);
    const { status, stderr } = await place.run([...submit, "--limit", "calls=0"]);
    expect(status).toBe(2);
    expect(stderr).toContain("calls");
  });
});
