/**
 * Several requests with a paid model and effects outside, and processes that are killed at random
 * moments. In the end every request that was submitted has ended right, each effect has happened
 * once, and what was spent covers every reply that the server gave.
 *
 * TOOLWRIGHT_FUZZ_SEED chooses the moments, TOOLWRIGHT_CHAOS_KILLS how many there are.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { type Workplace, workplace } from "../support/cli.ts";
import { type Effects, effectsServer } from "../support/effects.ts";
import { type ModelServer, modelServer } from "../support/model-server.ts";
import { textOf, walkScript } from "../support/walk-script.ts";

const SEED = Number(process.env.TOOLWRIGHT_FUZZ_SEED ?? 2);
const KILLS = Number(process.env.TOOLWRIGHT_CHAOS_KILLS ?? 12);
const ORDERS = ["o1", "o2", "o3", "o4", "o5"];

const orderIn = (text: string): string => /order (o\d)/.exec(text)?.[1] ?? "none";
const step = (id: string, tool: string, order: string, dependsOn: readonly string[]) => ({
  id,
  kind: "call-tool",
  tool: `shop__${tool}`,
  arguments: { order },
  dependsOn,
});

let place: Workplace;
let effects: Effects;
let model: ModelServer;
/** Replies that were given, by order: each was paid for. */
let replies: Map<string, number>;
beforeEach(async () => {
  place = workplace({ apart: true });
  effects = await effectsServer(undefined, 60);
  replies = new Map();
  const script = walkScript({
    ground_queries: { data: [], outcomes: [], preferences: [] },
    blind_affordance: {
      potential_tools: [
        { name: "charge", signature: "(order: string) => string", description: "Charges a card." },
        { name: "mail", signature: "(order: string) => string", description: "Sends a mail." },
      ],
    },
    answer: { text: "Done.", value: null },
    plan: (request) => {
      const order = orderIn(textOf(request));
      return {
        reason: "charge, then mail",
        steps: [
          step("a", "charge", order, []),
          step("b", "mail", order, ["a"]),
          { id: "end", kind: "answer", text: "Done.", value: { $from: "b" } },
        ],
      };
    },
  });
  model = await modelServer((request) => {
    const order = orderIn(textOf(request));
    const served = script(request) as object;
    // What is refused is not paid for.
    if (!("status" in served)) replies.set(order, (replies.get(order) ?? 0) + 1);
    return { ...served, afterMs: 40 };
  });
  mkdirSync(join(place.folder, "home"));
  place.file(
    "home/toolwright.config.json",
    JSON.stringify({
      model: { model: "scripted-7b", baseUrl: `${model.url}/v1` },
      mcpServers: { shop: { url: effects.url } },
      approvals: { default: "never" },
    }),
  );
});
afterEach(async () => {
  await effects.close();
  await model.close();
  place.remove();
});

interface Listed {
  readonly id: string;
  readonly status: string;
  readonly objective: string;
}
const ls = async () => (await place.json(["request", "ls"])).value as readonly Listed[];

/** A person who looks at what happened outside before answering. */
async function answerAsItIs(waiting: Listed): Promise<void> {
  const order = orderIn(waiting.objective);
  const { value } = await place.json(["request", "show", waiting.id]);
  const tool = /shop__([a-z]+)/.exec((value as { cause: string }).cause)?.[1];
  expect(tool, JSON.stringify(value)).toBeDefined();
  const happened = effects.doneFor.includes(`${tool} ${order}`);
  const answer = happened ? ["--skip", JSON.stringify(`ok ${tool}`)] : ["--retry"];
  await place.run(["request", "answer", waiting.id, ...answer, "--detach"]);
}

it("requests whose processes are killed at random end right, and nothing is lost or done twice", {
  timeout: 600_000,
}, async () => {
  const random = seededRandom(SEED, "chaos");
  for (const order of ORDERS) {
    await place.run(["request", "submit", `Charge and mail for order ${order}`, "--detach"]);
  }
  const submitted = (await ls()).map(({ id }) => id).sort();
  expect(submitted).toHaveLength(ORDERS.length);

  for (let kill = 0; kill < KILLS; kill++) {
    const killAfterMs = Math.round(250 + 1_500 * random.next());
    await place.run(["request", "resume", "--all"], { killAfterMs });
  }

  for (let rounds = 0; rounds < 12; rounds++) {
    const open = (await ls()).filter(({ status }) => status !== "SUCCEEDED");
    if (open.length === 0) break;
    for (const each of open) if (each.status === "WAITING_FEEDBACK") await answerAsItIs(each);
    await place.run(["request", "resume", "--all"]);
  }

  const ended = await ls();
  expect(ended.map(({ id }) => id).sort()).toEqual(submitted);
  expect(ended.map(({ status }) => status)).toEqual(ORDERS.map(() => "SUCCEEDED"));
  const once = ORDERS.flatMap((order) => [`charge ${order}`, `mail ${order}`]);
  expect([...effects.doneFor].sort()).toEqual(once.sort());
  // In sum: the text of one request may name another one's order.
  let spent = 0;
  for (const { id } of ended) {
    const { value } = await place.json(["request", "show", id]);
    spent += (value as { spent: { calls: number } }).spent.calls;
  }
  const given = [...replies.values()].reduce((sum, count) => sum + count, 0);
  expect(spent).toBeGreaterThanOrEqual(given);
});
