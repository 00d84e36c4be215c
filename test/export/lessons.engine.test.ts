import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { specTask } from "../../evaluators/index.ts";
import { isolateSandbox } from "../../sandbox/index.ts";
import { Limits } from "../../src/core/execution.ts";
import { startFacts } from "../../src/evolve/loop/start-facts.ts";
import type { Prompt } from "../../src/export/examples.ts";
import { exportTraces } from "../../src/export/export.ts";
import { tokenCounter, tokensOf } from "../../src/export/tokens.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { codeOf } from "../contracts/event-store.ts";
import { eventOf } from "../support/events.ts";
import { evolutionRun, requestWithPeople, write } from "../trace/runs.ts";
import { rowsIn } from "./rows.ts";

const home = mkdtempSync(join(tmpdir(), "trace-lessons-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const rowsOf = rowsIn(home);

describe("what runs teach beyond their improvements", () => {
  it("is a failed program mended by one of the same parents, each used once", async () => {
    const store = memoryEventStore();
    await evolutionRun(store, "evo", { count: 7 });
    const { train } = await rowsOf(store);
    const mended = train.filter(({ origin }) => origin.recipe === "repair");
    expect(mended).toHaveLength(1);
    const [asked, answer] = (mended[0]?.messages ?? []).slice(1);
    expect(asked?.content).toContain("It failed: threw: boom");
    const best = train.find(({ origin }) => origin.recipe === "improve" && origin.score === 1.6);
    expect(answer?.content).toBe(best?.messages.at(-1)?.content);
  });

  it("is a call that a person changed, whatever was measured", async () => {
    const store = memoryEventStore();
    await requestWithPeople(store, "people");
    const { folder } = await exportTraces(store, { format: "trl-dpo", out: home });
    const [row = ""] = readFileSync(join(folder, "train.jsonl"), "utf8").split("\n");
    const { prompt, chosen, rejected, tools } = JSON.parse(row);
    expect(prompt.at(-1)).toEqual({ role: "user", content: "To Ann, please." });
    const given = (half: typeof chosen) => half[0].tool_calls[0].function.arguments.copies;
    expect([given(chosen), given(rejected)]).toEqual([2, 20]);
    expect(tools).toHaveLength(2);
    // The first reply did not keep its form, and is learned by no format.
    const sft = await rowsOf(store);
    const plan = sft.train.find(({ origin }) => origin.recipe === "model-call");
    expect(plan?.messages[1]).toMatchObject({ content: "no form", weight: 0 });
  });

  it("is, if asked for, what wrong programs do, as they do it when run anew", async () => {
    const store = memoryEventStore();
    const candidate = (index: number, source: string, fitness: number) =>
      eventOf("candidate-result", { index, digest: `d${index}`, operator: "o", source, fitness });
    await write(store, { id: "evo", kind: "evolution", title: "" }, [
      eventOf("run-start", { entry: "f", inputs: [[1], [2], [3]] }),
      candidate(0, "function f(x) { return x + 1; }", 0.3),
      candidate(1, "function f(x) { return 1 + x; }", 0.3),
      candidate(2, "function f(x) { return 7; }", 0.1),
      candidate(3, "function f(x) { throw new Error('no'); }", 0.1),
      candidate(4, "function f(x) { return 2 * x; }", 1),
    ]);
    const sandbox = await isolateSandbox({ slots: 1 });
    try {
      const { train, result } = await rowsOf(store, {
        hindsight: async ({ source, entry }, inputs) => {
          const program = { language: "javascript" as const, source, entry };
          const job = { program, inputs, limits: Limits.parse({}), seed: 1 };
          const executions = await sandbox.run(job, new AbortController().signal);
          return executions.map((each) => (each.status === "returned" ? each.output : undefined));
        },
      });
      const rows = train.filter(({ origin }) => origin.recipe === "hindsight");
      expect(rows.map(({ messages }) => messages.at(-1)?.content)).toEqual([
        "```javascript\nfunction f(x) { return x + 1; }\n```",
      ]);
      expect(rows[0]?.messages[1]?.content).toContain("f(2) returns 3\nf(3) returns 4");
      const manifest = JSON.parse(readFileSync(join(result.folder, "manifest.json"), "utf8"));
      expect(manifest.recipes.hindsight).toBe(1);
    } finally {
      await sandbox.close();
    }
  });

  it("holds no sealed case of any run of the home, though no trace holds one either", async () => {
    const store = memoryEventStore();
    const task = specTask({
      name: "plus",
      description: "Adds 9000.",
      signature: "function plus(n: number): number",
      cases: [{ args: [1], expected: 9001 }],
      heldOut: [{ args: [41], expected: 9041 }],
    });
    const facts = startFacts(task, 1);
    expect(facts.inputs).toEqual([[1]]);
    expect(JSON.stringify(facts)).not.toContain("9041");
    await write(store, { id: "sealing", kind: "evolution", title: "" }, [
      eventOf("run-start", { task: "plus", ...facts }),
    ]);
    const call = (id: string, expected: number) => [
      eventOf("model-call", {
        id,
        messages: [{ role: "user", content: `Write a case (${id}).` }],
        model: "m",
        terms: "open-weights:mit",
      }),
      eventOf("model-reply", { id, content: `{"args":[41],"expected":${expected}}` }),
    ];
    await write(store, { id: "author", kind: "request", title: "" }, [
      ...call("a", 9041),
      ...call("b", 41),
    ]);
    const { train, result } = await rowsOf(store, { runs: ["author"] });
    expect(result.drops["it holds a part of a sealed case"]).toBe(1);
    expect(train.map(({ messages }) => messages.at(-1)?.content)).toEqual([
      '{"args":[41],"expected":41}',
    ]);
  });

  it("is counted in tokens by the encoding that is named, long runs of spaces too", async () => {
    const words = { role: "user", content: "hello world" } as const;
    const example = { kind: "prompt", prompt: [words], fields: {} } as unknown as Prompt;
    for (const name of ["o200k_base", "gpt-4o", "cl100k_base"]) {
      // Two words, two tokens, and what a template adds to a message.
      expect(tokensOf(example, await tokenCounter(name))).toBe(2 + 4);
    }
    expect(tokensOf(example, await tokenCounter("bytes"))).toBe(Math.ceil(11 / 4 + 4));
    const { count } = await tokenCounter("o200k_base");
    expect(count("<|endoftext|>")).toBeGreaterThan(1);
    expect(await codeOf(tokenCounter("qwen3"))).toBe("UNKNOWN_TOKENIZER");
  });

  it("is counted in bytes, and says so, where no tokenizer is installed and none is named", async () => {
    const missing = () => import("no-such-package-anywhere" as string);
    const lacking = { mapping: missing, encoder: missing };
    const { name, count } = await tokenCounter(undefined, lacking);
    expect(name).toContain("estimate");
    expect(name).toContain("npm install gpt-tokenizer");
    expect(count("12345678")).toBe(2);
    expect(await codeOf(tokenCounter("o200k_base", lacking))).toBe("PACKAGE_MISSING");
    expect((await tokenCounter(undefined)).name).toContain("o200k_base");
  });
});
