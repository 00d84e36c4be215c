/**
 * A request that a model plans, killed at its journal writes through the command line and resumed: it
 * ends as the uncut one, no tool call is made twice, and only a reply in flight is asked for again.
 * Every eighth write by default, each of them with TOOLWRIGHT_CRASH=all.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { embeddedToolStore } from "../../toolstore/store/embedded.ts";
import { workplace } from "../support/cli.ts";
import { modelServer } from "../support/model-server.ts";
import { walkScript } from "../support/walk-script.ts";
import { sampleTool } from "../toolstore/sample.ts";

const STRIDE = process.env.TOOLWRIGHT_CRASH === "all" ? 1 : 8;
const KINDS = ["tool-call", "tool-result", "plan-proposed", "answer-given", "answer-checked"];

interface Shown {
  readonly status: string;
  readonly kinds: readonly string[];
  readonly calls: number;
  readonly asked: number;
  readonly killed: boolean;
}

/** One request in a home of its own, killed at the failpoint if there is one, then resumed. */
async function request(failpoint: string | undefined): Promise<Shown> {
  const server = await modelServer(
    walkScript({
      blind_affordance: { potential_tools: [] },
      plan: {
        reason: "Twice, one after the other.",
        steps: [
          { id: "a", kind: "call-tool", tool: "double", arguments: { input: 3 } },
          { id: "b", kind: "call-tool", tool: "double", arguments: { input: { $from: "a" } } },
          { id: "end", kind: "answer", value: { $from: "b" } },
        ],
      },
      answer: { text: "Twelve.", value: null },
      judge: { verdicts: [{ item: 0, verdict: "met", reason: "It is." }] },
    }),
  );
  const place = workplace();
  try {
    mkdirSync(join(place.folder, "home"));
    const model = { model: "scripted", baseUrl: `${server.url}/v1` };
    place.file("home/toolwright.config.json", JSON.stringify({ model }));
    const store = embeddedToolStore(join(place.folder, "home", "tools.db"));
    await store.put(
      sampleTool({ name: "double", description: "Doubles a number.", body: "input * 2" }),
    );
    await store.close();

    const words = ["request", "Double a number twice", "--require", "Be right.", "--json"];
    const environment: Record<string, string> = { OPENAI_API_KEY: "sk-test" };
    const first = await place.run(words, {
      environment: {
        ...environment,
        ...(failpoint === undefined ? {} : { TOOLWRIGHT_FAILPOINT: failpoint }),
      },
    });
    const killed = first.status === null;
    if (killed) await place.run(["request", "resume", "--all", "--json"], { environment });
    const list = (await place.json(["request", "ls"])).value as { id: string; status: string }[];
    const [only] = list;
    const trace = (await place.json(["traces", "show", only?.id ?? ""])).value as {
      events: { type: string }[];
    };
    const tool = (await place.json(["tools", "show", "double"])).value as {
      usage: { calls: number };
    };
    return {
      status: only?.status ?? "none",
      kinds: trace.events.map(({ type }) => type).filter((type) => KINDS.includes(type)),
      calls: tool.usage.calls,
      asked: server.requests.length,
      killed,
    };
  } finally {
    place.remove();
    await server.close();
  }
}

test("a planned request killed at any write ends as the uncut one", {
  timeout: 900_000,
}, async () => {
  const whole = await request(undefined);
  expect(whole).toMatchObject({ status: "SUCCEEDED", calls: 2, killed: false });

  let cuts = 0;
  // The request's first writes make it known at all: before that there is nothing to resume.
  for (let write = 4; ; write += STRIDE) {
    const side = write % 2 === 0 ? "before" : "after";
    const cut = await request(`${side}:${write}`);
    expect(cut.status, `${side}:${write}`).toBe("SUCCEEDED");
    expect(cut.kinds, `${side}:${write}`).toEqual(whole.kinds);
    expect(cut.calls, `${side}:${write}`).toBe(2);
    expect(cut.asked - whole.asked, `${side}:${write}`).toBeLessThanOrEqual(cut.killed ? 1 : 0);
    if (!cut.killed) break;
    cuts++;
  }
  expect(cuts).toBeGreaterThanOrEqual(Math.floor(24 / STRIDE));
});
