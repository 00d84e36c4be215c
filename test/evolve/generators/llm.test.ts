/** Prompts out of parents, programs out of replies, in the order of the calls. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BudgetExceededError, ModelError } from "../../../src/core/errors.ts";
import type { RecordedCall } from "../../../src/core/events/model.ts";
import type { ModelRequest } from "../../../src/core/ports.ts";
import { seededRandom } from "../../../src/core/random.ts";
import type { Task } from "../../../src/core/task.ts";
import type { Parent, Proposal, ProposeContext } from "../../../src/evolve/generators/generator.ts";
import { llmGenerator } from "../../../src/evolve/generators/llm/generator.ts";
import { openaiModel } from "../../../src/models/openai/openai.ts";
import { recordingModel, replayModel } from "../../../src/models/replay.ts";
import { scriptedModel } from "../../../src/models/scripted.ts";
import { modelServer } from "../../support/model-server.ts";

const TASK: Task = {
  name: "packing",
  spec: {
    name: "packing",
    description:
      "Priority of putting an item into a bin; the bin of the highest priority takes it.",
    signature: "function packing(items: number[], capacity: number): number[]",
  },
  kernel: {
    entry: "priority",
    parameters: [
      { name: "item", type: "number" },
      { name: "bin", type: "number" },
    ],
    result: "number",
    features: [],
    seeds: ["function priority(item, bin) {\n  return 0;\n}\n"],
  },
  limits: { timeoutMs: 1_000, memoryMiB: 64, outputBytes: 1_000 },
  quick: 1,
  instances: () => [],
  score: () => ({ status: "scored", score: 0 }),
  publish: (source) => ({ language: "javascript", source, entry: "priority" }),
  tool: () => {
    throw new Error("not asked for here");
  },
};

const WORSE: Parent = {
  digest: "digest-of-worse",
  source: "function priority(item, bin) {\n  return 0;\n}\n",
  fitness: 1,
  scores: [1, 1],
};
const BETTER: Parent = {
  digest: "digest-of-better",
  source:
    "function priority(item, bin) {\n  // The tighter the better.\n  return item > bin ? priority(bin, bin) : -gap(item, bin);\n}\n\nfunction gap(item, bin) {\n  return bin - item;\n}\n",
  fitness: 2.5,
  scores: [4, 1],
  feedback: ["input [3, 9]: expected 6, got -6", "input [9, 3]: threw: RangeError"],
};
const PARENTS = [BETTER, WORSE];
const ANSWER = "```js\nfunction priority(item, bin) {\n  return item / bin;\n}\n```";
const PROGRAM = "function priority(item, bin) {\n  return item / bin;\n}\n";

const never = (): AbortSignal => new AbortController().signal;
const context = (more: Partial<ProposeContext> = {}): ProposeContext => ({
  task: TASK,
  random: seededRandom(1),
  count: 4,
  best: BETTER,
  examples: [],
  ...more,
});
/** The calls that led to proposals, question and answer of each in one. */
const factsOf = (proposals: readonly Proposal[]): Record<string, unknown>[] => {
  const events = proposals.flatMap(({ trace = [] }) => trace);
  const replies = events.filter(({ type }) => type === "model-reply");
  return events
    .filter(({ type }) => type === "model-call")
    .map(({ data }, index) => Object.assign({}, replies[index]?.data, data) as object)
    .map((fact) => ({ ...fact }));
};
const textOf = (request: ModelRequest | undefined): string =>
  (request?.messages ?? []).map(({ content }) => content).join("\n");
const gone = (proposal: Proposal | undefined): boolean =>
  /^\/\* no candidate: .+ \*\/\n$/.test(proposal?.source ?? "") && proposal?.failure !== undefined;

/**
 * The form that Extended Data of the publication shows for bin packing, in JavaScript: versions in
 * ascending order of their score, self-calls renamed, and the header of the next version.
 */
const GOLDEN = `\`\`\`js
/** Priority of putting an item into a bin; the bin of the highest priority takes it. */
function priority_v0(item, bin) {
  return 0;
}

/** Improved version of \`priority_v0\`. */
function priority_v1(item, bin) {
  function gap(item, bin) {
    return bin - item;
  }
  // The tighter the better.
  return item > bin ? priority_v1(bin, bin) : -gap(item, bin);
}

/** Improved version of \`priority_v1\`. */
function priority_v2(item, bin) {
\`\`\``;

describe("llm generator: best-shot", () => {
  test("shows the parents in ascending order as versions, and the header of the next", async () => {
    const model = scriptedModel(() => ANSWER);
    await llmGenerator({ model, modes: ["best-shot"] }).propose(PARENTS, context(), never());
    expect(model.requests[0]?.messages.map(({ role }) => role)).toEqual(["system", "user"]);
    expect(model.requests[0]?.messages[1]?.content).toBe(GOLDEN);
  });

  test("shows a parent that was drawn twice once", async () => {
    const model = scriptedModel(() => ANSWER);
    await llmGenerator({ model, modes: ["best-shot"] }).propose([WORSE, WORSE], context(), never());
    expect(textOf(model.requests[0])).toContain("function priority_v1(item, bin) {\n```");
    expect(textOf(model.requests[0])).not.toContain("priority_v2");
  });

  test("puts examples and features into the preface as comments, and the sandbox's words into the system", async () => {
    const model = scriptedModel(() => ANSWER);
    const task: Task = {
      ...TASK,
      kernel: { ...TASK.kernel, features: [{ source: "bin - item", type: "number" }] },
    };
    await llmGenerator({ model, modes: ["best-shot"], capabilities: "No network." }).propose(
      PARENTS,
      context({ task, examples: [{ input: [1, 2], expected: 3 }] }),
      never(),
    );
    const [system, user] = model.requests[0]?.messages ?? [];
    expect(system?.content).toContain("No network.");
    expect(
      user?.content.startsWith("```js\n// priority(1, 2) gives 3\n\n// bin - item\n\n/** Priority"),
    ).toBe(true);
  });

  test("starts from the kernel's seeds when there are no parents yet", async () => {
    const model = scriptedModel(() => ANSWER);
    const proposals = await llmGenerator({ model, modes: ["best-shot"] }).propose(
      [],
      context({ count: 1 }),
      never(),
    );
    expect(proposals[0]?.source).toBe(PROGRAM);
    expect(textOf(model.requests[0])).toContain("priority_v1(item, bin) {\n```");
  });

  test("refuses a proposal that calls an ancestor", async () => {
    const model = scriptedModel(
      () =>
        "```js\nfunction priority_v2(item, bin) {\n  return priority_v1(item, bin) + 1;\n}\n```",
    );
    const proposals = await llmGenerator({ model, modes: ["best-shot"] }).propose(
      PARENTS,
      context({ count: 1 }),
      never(),
    );
    expect(gone(proposals[0])).toBe(true);
    expect(proposals[0]?.failure).toContain("ancestor priority_v1");
  });
});

describe("llm generator: other ways of asking", () => {
  test("reflect shows the failing cases of a parent that has some, and keeps the thought", async () => {
    const model = scriptedModel(() => `It fails for large items.\n${ANSWER}`);
    const [proposal] = await llmGenerator({ model, modes: ["reflect"] }).propose(
      PARENTS,
      context({ count: 1 }),
      never(),
    );
    expect(textOf(model.requests[0])).toContain(
      "- input [3, 9]: expected 6, got -6\n- input [9, 3]: threw: RangeError",
    );
    expect(proposal).toMatchObject({
      source: PROGRAM,
      operator: "reflect",
      parents: [BETTER.digest],
      thought: "It fails for large items.",
    });
  });

  describe("for a task whose seeds are placeholders", () => {
    const examples = [
      { input: [1, 2], expected: 1 },
      { input: [5, 6], expected: 7 },
    ];
    const task = { ...TASK, kernel: { ...TASK.kernel, placeholders: 1 } };
    const blank = { ...WORSE, feedback: ["input [5, 6]: expected 7, got 0"] };

    test("the function is asked for plainly: once, at temperature 0, until the code ends", async () => {
      const model = scriptedModel(() => ANSWER);
      const [only, ...others] = await llmGenerator({ model, modes: ["reflect"] }).propose(
        [blank],
        context({ task, examples }),
        never(),
      );
      expect(others).toEqual([]);
      expect(only).toMatchObject({ operator: "first", source: PROGRAM, parents: [WORSE.digest] });
      const [request] = model.requests;
      expect(request).toMatchObject({ temperature: 0, stop: ["\n```\n"] });
      const text = textOf(request);
      for (const { input } of examples) expect(text.split(`(${input.join(", ")})`)).toHaveLength(2);
      expect(text.split(TASK.spec.description)).toHaveLength(2);
      // Nothing of the placeholder is shown.
      expect(text).not.toContain("return 0");
      expect(text).not.toContain("got 0");
    });

    test("further samples of the same question are varied", async () => {
      const model = scriptedModel(() => ANSWER);
      const generator = llmGenerator({ model, temperature: 0.7 });
      for (const count of [4, 2]) {
        await generator.propose([blank], context({ task, examples, count }), never());
      }
      expect(model.requests.map(({ temperature }) => temperature)).toEqual([0, 0.7, 0.7]);
    });

    test("once there is one, the placeholder is neither shown nor reflected on", async () => {
      const model = scriptedModel(() => ANSWER);
      await llmGenerator({ model, modes: ["best-shot", "reflect", "rewrite"] }).propose(
        [blank, BETTER],
        context({ task, examples, count: 12 }),
        never(),
      );
      expect(model.requests.length).toBeGreaterThanOrEqual(12);
      for (const request of model.requests) expect(textOf(request)).not.toContain("return 0");
    });

    test.each([
      [
        "opens its code without a language",
        "Here it is:",
        `Here it is:\n${ANSWER.replace("js", "")}`,
      ],
      ["writes code among its thoughts", "<think>Perhaps\n```js\nx", `<think>x</think>${ANSWER}`],
    ])("a model that %s is asked again without the stop", async (_, cut, whole) => {
      const model = scriptedModel(({ stop }) => (stop === undefined ? whole : cut));
      const proposals = await llmGenerator({ model }).propose(
        [blank],
        context({ task, examples }),
        never(),
      );
      expect(proposals).toMatchObject([{ source: PROGRAM }]);
      expect(model.requests).toHaveLength(2);
    });

    test("code that cannot be read is not asked for again", async () => {
      const model = scriptedModel(() => "```js\nfunction priority(item, bin) { return (; }");
      await llmGenerator({ model }).propose([blank], context({ task, examples }), never());
      expect(model.requests).toHaveLength(1);
    });
  });

  test("reflect takes the worst examples where a parent brings no words", async () => {
    const model = scriptedModel(() => ANSWER);
    const parent = { ...WORSE, scores: [1, 0] };
    const examples = [
      { input: [1, 2], expected: 1 },
      { input: [5, 6], expected: 7 },
    ];
    await llmGenerator({ model, modes: ["reflect"] }).propose(
      [parent],
      context({ count: 1, examples }),
      never(),
    );
    expect(textOf(model.requests[0])).toContain("- priority(5, 6) must give 7; it scores 0");
  });

  test("crossover shows two parents and on which cases they differ", async () => {
    const model = scriptedModel(() => ANSWER);
    const [proposal] = await llmGenerator({ model, modes: ["crossover"] }).propose(
      PARENTS,
      context({ count: 1 }),
      never(),
    );
    expect(textOf(model.requests[0])).toContain("Program A scores 2.5");
    expect(textOf(model.requests[0])).toContain("A does better on the training cases #1.");
    expect(proposal?.parents).toEqual([BETTER.digest, WORSE.digest]);
  });

  test("a mode that the parents do not allow gives way to one that they do", async () => {
    const model = scriptedModel(() => ANSWER);
    const generator = llmGenerator({ model, modes: ["crossover", "reflect"] });
    const [proposal] = await generator.propose([WORSE], context({ count: 1 }), never());
    expect(proposal?.operator).toBe("best-shot");
  });

  const DIFF =
    "Squared.\n<<<<<<< SEARCH\n  return 0;\n=======\n  return item * item;\n>>>>>>> REPLACE";
  const SQUARED = "function priority(item, bin) {\n  return item * item;\n}\n";

  test("diff applies the blocks of the reply", async () => {
    const model = scriptedModel([DIFF]);
    const [proposal] = await llmGenerator({ model, modes: ["diff"] }).propose(
      [WORSE],
      context({ count: 1 }),
      never(),
    );
    expect(proposal).toMatchObject({ source: SQUARED, operator: "diff", thought: "Squared." });
  });

  test("a diff that does not apply is told back once, with the reason and the reply", async () => {
    const bad = DIFF.replace("return 0", "return 1");
    const model = scriptedModel([bad, DIFF]);
    const proposals = await llmGenerator({
      model,
      modes: ["diff"],
    }).propose([WORSE], context({ count: 1 }), never());
    expect(proposals[0]?.source).toBe(SQUARED);
    const messages = model.requests[1]?.messages ?? [];
    expect(messages.at(-2)).toEqual({ role: "assistant", content: bad });
    expect(messages.at(-1)?.content).toContain("does not occur in the program");
    expect(factsOf(proposals)).toMatchObject([
      { turn: 0, outcome: { status: "failed" } },
      { turn: 1, outcome: { status: "proposed" } },
    ]);
  });

  test("a diff that fails twice is a failed proposal, not a third call", async () => {
    const bad = DIFF.replace("return 0", "return 1");
    const model = scriptedModel([bad, bad, DIFF]);
    const [proposal] = await llmGenerator({ model, modes: ["diff"] }).propose(
      [WORSE],
      context({ count: 1 }),
      never(),
    );
    expect(gone(proposal)).toBe(true);
    expect(model.requests).toHaveLength(2);
  });

  test("a whole function in place of a diff is taken, without a second call", async () => {
    const model = scriptedModel([ANSWER]);
    const [proposal] = await llmGenerator({ model, modes: ["diff"] }).propose(
      [WORSE],
      context({ count: 1 }),
      never(),
    );
    expect(proposal?.source).toBe(PROGRAM);
    expect(model.requests).toHaveLength(1);
  });

  test("a rewrite goes into the parent's region, and the prompt says where that is", async () => {
    const marked = {
      ...WORSE,
      source: `const KEPT = 1;\n// EVOLVE-BLOCK-START\n${WORSE.source}// EVOLVE-BLOCK-END\n`,
    };
    const model = scriptedModel([ANSWER]);
    const [proposal] = await llmGenerator({ model, modes: ["rewrite"] }).propose(
      [marked],
      context({ count: 1 }),
      never(),
    );
    expect(textOf(model.requests[0])).toContain(
      "between the lines EVOLVE-BLOCK-START and EVOLVE-BLOCK-END.",
    );
    expect(proposal?.source).toBe(
      `const KEPT = 1;\n// EVOLVE-BLOCK-START\n${PROGRAM}// EVOLVE-BLOCK-END\n`,
    );
  });

  test("a replaced prompt is what is sent and what the facts name", async () => {
    const model = scriptedModel(() => ANSWER);
    const proposals = await llmGenerator({
      model,
      modes: ["rewrite"],
      prompts: { rewrite: "Rewrite {{entry}}, now at {{fitness}}." },
    }).propose([WORSE], context({ count: 1 }), never());
    expect(model.requests[0]?.messages).toEqual([
      { role: "user", content: "Rewrite priority, now at 1." },
    ]);
    expect(factsOf(proposals)[0]).toMatchObject({ promptName: "rewrite", promptVersion: "custom" });
  });

  test.each([
    [{ modes: [] }, "INVALID_REQUEST"],
    [{ modes: { diff: -1 } }, "INVALID_REQUEST"],
    [{ prompts: { rewrite: "{{nonsense}}" } }, "UNKNOWN_PROMPT_VARIABLE"],
  ])("%o is refused before a run starts", (options, code) => {
    expect(() => llmGenerator({ model: scriptedModel([]), ...options })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe("llm generator: order and facts", () => {
  test("proposals and facts come in the order of the calls, whatever the order of completion", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 1, max: 5 }),
        async (scheduler, samplers) => {
          const model = scriptedModel(async ({ seed }) => {
            await scheduler.schedule(Promise.resolve());
            return `\`\`\`js\nfunction priority(item, bin) {\n  return ${seed};\n}\n\`\`\``;
          });
          const proposing = llmGenerator({
            model,
            samplers,
            modes: ["best-shot", "rewrite", "crossover"],
            samplesPerPrompt: 3,
          }).propose(PARENTS, context({ count: 8 }), never());
          await scheduler.waitFor(proposing);
          const proposals = await proposing;
          const calls = factsOf(proposals);
          const seeds = calls.map(({ seed }) => seed);
          expect(new Set(seeds).size).toBe(8);
          expect(proposals.map(({ source }) => Number(/return (\d+);/.exec(source)?.[1]))).toEqual(
            seeds,
          );
          expect(proposals.map(({ tag }) => tag)).toEqual(
            calls.map(
              ({ promptGroup, sampleIndex }) =>
                `${String(promptGroup).slice(0, 16)}/${String(sampleIndex)}`,
            ),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  test("equal seeds, parents and replies give equal proposals, from a record in any order too", async () => {
    const calls: RecordedCall[] = [];
    const source = scriptedModel(({ seed = 0 }) =>
      seed % 3 === 0
        ? new ModelError("MODEL_TIMEOUT", "late", { retryable: true })
        : `\`\`\`js\nfunction priority(item, bin) {\n  return ${seed};\n}\n\`\`\``,
    );
    const run = (
      model: Parameters<typeof llmGenerator>[0]["model"],
    ): Promise<readonly Proposal[]> =>
      llmGenerator({ model }).propose(PARENTS, context({ count: 12 }), never());
    const first = await run(recordingModel(source, (call) => void calls.push(call)));
    expect(await run(source)).toEqual(first);
    expect(await run(replayModel([...calls].reverse(), source))).toEqual(first);
  });

  test("facts carry the prompt, the messages as sent, the reply and the model's terms", async () => {
    const model = scriptedModel(() => ANSWER, { name: "small", terms: "open-weights:apache-2.0" });
    const generator = llmGenerator({
      model,
      modes: ["best-shot"],
      samplesPerPrompt: 2,
    });
    const calls = factsOf([
      ...(await generator.propose(PARENTS, context({ count: 2 }), never())),
      ...(await generator.propose(
        PARENTS,
        context({ count: 2, random: seededRandom(2) }),
        never(),
      )),
    ]);
    expect(calls[0]).toMatchObject({
      promptName: "best-shot",
      promptVersion: "3",
      parents: [BETTER.digest, WORSE.digest],
      messages: model.requests[0]?.messages,
      content: ANSWER,
      model: "scripted:small",
      terms: "open-weights:apache-2.0",
      outcome: { status: "proposed", source: PROGRAM },
    });
    expect(new Set(calls.map(({ promptGroup }) => promptGroup)).size).toBe(1);
    expect(calls.map(({ sampleIndex }) => sampleIndex)).toEqual([0, 1, 2, 3]);
  });
});

describe("llm generator: failures", () => {
  const busy = new ModelError("MODEL_TIMEOUT", "late", { retryable: true });
  const auth = new ModelError("MODEL_AUTH", "no such key");

  test("one failed call is one failed proposal among the others", async () => {
    const model = scriptedModel([ANSWER, auth, ANSWER, busy]);
    const proposals = await llmGenerator({ model, modes: ["best-shot"], samplers: 1 }).propose(
      PARENTS,
      context(),
      never(),
    );
    expect(proposals.map(gone)).toEqual([false, true, false, true]);
  });

  test("rejects when every sample failed for good, and only then", async () => {
    const propose = (errors: readonly ModelError[]): Promise<readonly Proposal[]> =>
      llmGenerator({
        model: scriptedModel(errors),
        modes: ["best-shot"],
        samplers: 1,
      }).propose(PARENTS, context({ count: errors.length }), never());
    await expect(propose([auth, auth])).rejects.toBe(auth);
    expect((await propose([auth, busy])).map(gone)).toEqual([true, true]);
    expect((await propose([busy, busy])).map(gone)).toEqual([true, true]);
  });

  test("a spent budget keeps what was paid for, and rejects when nothing was", async () => {
    const spent = new BudgetExceededError("spent");
    let calls = 0;
    const model = {
      ...scriptedModel([]),
      complete: async (request: ModelRequest, signal: AbortSignal) => {
        if (calls++ > 1) throw spent;
        return scriptedModel([ANSWER]).complete(request, signal);
      },
    };
    const generator = llmGenerator({ model, modes: ["best-shot"], samplers: 1 });
    expect((await generator.propose(PARENTS, context(), never())).map(gone)).toEqual([
      false,
      false,
      true,
      true,
    ]);
    await expect(generator.propose(PARENTS, context(), never())).rejects.toBe(spent);
  });

  test.each([
    ["a refusal", { refuse: "No." }, /refused/],
    ["an empty reply", "", /empty/],
    ["prose", "I can not.", /no function|no code|parse/],
    [
      "a comment that would end the note early",
      "```js\nfunction one(a, b) { return '*/ x' } function two(a, b) { return 1 }\n```",
      /one, two/,
    ],
  ])("%s is a failed proposal with its reason", async (_, reply, reason) => {
    const [proposal] = await llmGenerator({
      model: scriptedModel([reply]),
      modes: ["rewrite"],
    }).propose(PARENTS, context({ count: 1 }), never());
    expect(gone(proposal)).toBe(true);
    expect(proposal?.failure).toMatch(reason);
  });

  test("rejects with the signal's reason when it is no longer wanted", async () => {
    const controller = new AbortController();
    const model = scriptedModel(() => ({ content: ANSWER, afterMs: 60_000 }));
    const proposing = llmGenerator({ model }).propose(PARENTS, context(), controller.signal);
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(proposing).rejects.toBe(reason);
  });
});

describe("llm generator: with the real client", () => {
  test("makes programs out of a provider on loopback, faults of the provider among them", async () => {
    const server = await modelServer((request, index) => {
      if (index === 1) return { status: 400, error: { message: "no" } };
      return `\`\`\`ts\nexport const priority_v2 = (item: number, bin: number): number => ${request.body.seed};\n\`\`\``;
    });
    const model = openaiModel({ model: "m", baseUrl: `${server.url}/v1`, maxRetries: 0 });
    const proposals = await llmGenerator({
      model,
      modes: ["best-shot"],
      samplers: 1,
      temperature: 0.7,
    }).propose(PARENTS, context(), never());
    await server.close();
    const calls = factsOf(proposals);
    expect(proposals.map(gone)).toEqual([false, true, false, false]);
    expect(proposals[0]?.source).toBe(
      `function priority(item, bin) {\n  return ${String(calls[0]?.seed)};\n}\n`,
    );
    expect(server.requests[0]?.body).toMatchObject({
      model: "m",
      temperature: 0.7,
      seed: calls[0]?.seed,
    });
    expect(server.requests[0]?.body.messages[1].content).toBe(GOLDEN);
    expect(calls[1]).toMatchObject({
      error: { code: "MODEL_BAD_REQUEST" },
      outcome: { status: "failed" },
    });
  });
});
