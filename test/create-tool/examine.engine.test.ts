/** What the evidence says of tools that are made from examples, through the engine. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { specTask } from "../../evaluators/index.ts";
import { Config } from "../../src/core/config.ts";
import type { Json } from "../../src/core/json.ts";
import { Request } from "../../src/core/request.ts";
import { examine, withAnswers } from "../../src/create-tool/examine.ts";
import { specFromExamples } from "../../src/create-tool/spec-from-examples.ts";
import { openEngine } from "../../src/engine/open-engine.ts";

const signal = new AbortController().signal;
const budget = { evaluations: 1_000 };
/** Three searches on a loaded machine. */
const TIMEOUT_MS = 180_000;
const home = mkdtempSync(join(tmpdir(), "toolwright-examine-"));
const engine = openEngine(Config.parse({ home }));
afterAll(async () => {
  await engine.close();
  rmSync(home, { recursive: true, force: true });
});

const taskOf = (objective: string, cases: readonly (readonly [Json, Json])[]) =>
  specTask(
    specFromExamples(
      objective,
      cases.map(([input, expected]) => ({ args: [input], expected })),
    ),
  );

async function examined(task: ReturnType<typeof taskOf>) {
  const { result } = await engine.evolve(task, { budget, seed: 1 }, signal);
  const sandbox = await engine.sandbox();
  const examination = await examine(
    { sandbox, seed: 1 },
    { searched: task, task },
    result,
    [],
    signal,
  );
  return { result, examination };
}

const LAST = taskOf("last word of a text", [
  ["hello world", "world"],
  ["one two three", "three"],
  ["alone", "alone"],
  ["see you later", "later"],
  ["a b", "b"],
  ["good night moon", "moon"],
  ["this is it", "it"],
  ["final answer", "answer"],
]);
const EXTENSION = taskOf("extension of a file name", [
  ["a.txt", "txt"],
  ["photo.jpg", "jpg"],
  ["archive.zip", "zip"],
  ["index.html", "html"],
  ["data.json", "json"],
  ["main.ts", "ts"],
  ["song.mp3", "mp3"],
  ["notes.md", "md"],
]);

describe("the evidence of a tool", { timeout: TIMEOUT_MS }, () => {
  it("is trusted if the cases say enough of a short program", async () => {
    const { result, examination } = await examined(LAST);
    expect(result.survivors.length).toBeGreaterThan(1);
    expect(examination?.evidence).toMatchObject({
      status: "trusted",
      heldOut: { passed: 2, total: 2 },
    });
    expect(examination?.evidence.searched).toBeGreaterThan(500);
  });

  it("is provisional if other fitting programs disagree, and an answer settles it", async () => {
    const { examination } = await examined(EXTENSION);
    expect(examination?.evidence.status).toBe("provisional");
    const [telling] = examination?.telling ?? [];
    // The part behind the first dot, or behind the last one: an input with two dots tells.
    expect(String(telling?.args[0]).split(".").length).toBeGreaterThan(2);
    expect(examination?.evidence.unsureOn[0]?.results.length).toBeGreaterThan(1);

    const answers = [{ args: ["archive.tar.gz"], expected: "gz" }];
    const asked = withAnswers(EXTENSION, examination?.survivors ?? [], answers);
    const { result } = await engine.evolve(asked, { budget, seed: 1 }, signal);
    const source = result.winner?.program.source ?? "";
    const [execution] = await (await engine.sandbox()).run(
      {
        program: { language: "javascript", source, entry: EXTENSION.kernel.entry },
        inputs: [["lib.min.js"]],
        limits: EXTENSION.limits,
        seed: 1,
      },
      signal,
    );
    expect(execution).toMatchObject({ status: "returned", output: "js" });
  });

  it("is stored with the tool, whose description says what was tested", async () => {
    const request = Request.parse({ objective: "last word of a text" });
    const instances = LAST.instances("train", 1);
    const { solution } = await engine.request(
      request,
      { task: LAST, instances, source: null, budget, seed: 1 },
      signal,
    );
    if (solution?.status !== "answered") throw new Error("expected an answer");
    const { name = "" } = solution.answer.tool ?? {};
    const tool = await engine.tools.get(name);
    expect(tool.evidence?.status).toBe("trusted");
    expect(solution.answer.evidence).toEqual(tool.evidence);
    expect(tool.description).toMatch(/^last word of a text\n\nTested on 8 cases\. Not tested: /);
    expect(tool.signature).toBe("function last_word_text(text: string): string");
  });
});

describe("the shortest survivor", { timeout: TIMEOUT_MS }, () => {
  it("has no wrapper that changes no case", async () => {
    const seeds = ["function f(a) { return Math.round(Math.max(...a) + 0); }"];
    const spec = {
      name: "f",
      description: "the largest",
      signature: "function f(a: number[]): number",
      cases: [[1, 3], [5], [2, 1], [-1, -4], [7, 7]].map((list) => ({
        args: [list],
        expected: Math.max(...list),
      })),
      seeds,
    };
    const { result } = await engine.evolve(specTask(spec), { budget, seed: 1 }, signal);
    expect(result.winner?.program.source).not.toContain("round");
    expect(result.winner?.program.source).not.toContain("+ 0");
  });
});
