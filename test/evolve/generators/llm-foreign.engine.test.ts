/** Candidates in languages that are not read here: asked for whole, judged by what they do. */
import { describe, expect, it } from "vitest";
import { createEvaluator, specTask } from "../../../evaluators/index.ts";
import { processSandbox } from "../../../sandbox/process/process.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { ToolSpec } from "../../../src/core/tool.ts";
import { generatorByName } from "../../../src/evolve/generators/by-name.ts";
import { readForeign } from "../../../src/evolve/generators/llm/foreign.ts";
import { llmGenerator } from "../../../src/evolve/generators/llm/generator.ts";
import { evolve } from "../../../src/evolve/loop/evolve.ts";
import { strategyByName } from "../../../src/evolve/population/strategies.ts";
import { scriptedModel } from "../../../src/models/scripted.ts";

const never = new AbortController().signal;
const taskIn = (language: string) =>
  specTask(
    ToolSpec.parse({
      name: "shout",
      description: "Writes a text in capitals.",
      signature: "function shout(text: string): string",
      language,
      limits: { timeoutMs: 20_000 },
      cases: ["a", "bc", "Hello", "x y"].map((text) => ({
        args: [text],
        expected: text.toUpperCase(),
      })),
      heldOut: [{ args: ["sealed"], expected: "SEALED" }],
    }),
  );

describe("a reply in another language", () => {
  it("gives its last block that defines what was asked for", () => {
    const reply =
      "First:\n```python\ndef other(x):\n    return x\n```\nThen\n```py\ndef shout(text):\n    return text\n```\nDone.";
    expect(readForeign("python", reply, "shout")).toEqual({
      status: "edited",
      source: "def shout(text):\n    return text\n",
    });
    expect(readForeign("python", "def shout(text): return text", "shout").status).toBe("edited");
    expect(
      readForeign("python", "<think>```python\ndef shout(t): pass\n```</think>I can not.", "shout"),
    ).toMatchObject({
      status: "refused",
      reason: expect.stringContaining("defines shout"),
    });
    expect(readForeign("shell", "```sh\necho hi\n```", "shout")).toEqual({
      status: "edited",
      source: "echo hi\n",
    });
    expect(readForeign("shell", "I would rather not.", "shout").status).toBe("refused");
  });
});

describe("a task in another language", () => {
  it("starts from a program of that language that knows nothing", () => {
    expect(taskIn("python").kernel.seeds).toEqual(['def shout(text):\n    return ""\n']);
    expect(taskIn("python").tool("x").language).toBe("python");
    expect(taskIn("javascript").language).toBeUndefined();
  });

  it("is for a model alone", () => {
    expect(() => generatorByName("offline", taskIn("python"), undefined)).toThrow(/MODEL|model/);
  });

  it.each([
    ["python", "```python\ndef shout(text):\n    return text.upper()\n```"],
    ["shell", '```sh\nprintf \'"%s"\' "$1" | tr a-z A-Z\n```'],
  ])(
    "is solved in %s where a sandbox runs it",
    async (language, reply) => {
      const sandbox = await processSandbox({ accept: "weaker-isolation", concurrency: 1 });
      try {
        if (!sandbox.capabilities.languages.includes(language as "python")) return;
        const model = scriptedModel((_request, call) => (call === 0 ? "No idea." : reply));
        const result = await evolve(
          {
            task: taskIn(language),
            generator: llmGenerator({ model, samplers: 1 }),
            strategy: strategyByName("funsearch"),
            sandbox,
            evaluator: createEvaluator(),
            clock: systemClock,
            trace: async () => undefined,
          },
          { seed: 1, budget: { evaluations: 8 }, batch: 2, inFlight: 1 },
          never,
        );
        expect(result.winner).toMatchObject({ program: { fitness: 1 }, sealed: { fitness: 1 } });
        const [first] = model.requests;
        expect(first?.messages.at(-1)?.content).toContain(
          language === "python" ? "Python 3 function shout" : "POSIX sh",
        );
      } finally {
        await sandbox.close();
      }
    },
    30_000,
  );
});
