/** create_tool with its real parts: real isolates, the real loop, gate and store; the model is scripted. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { specTask } from "../../evaluators/index.ts";
import { isolateSandbox } from "../../sandbox/index.ts";
import type { Ask } from "../../src/ask/ask.ts";
import { CanceledError, ModelError } from "../../src/core/errors.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { Request } from "../../src/core/request.ts";
import { type CreateToolPorts, createTool } from "../../src/create-tool/create-tool.ts";
import { createFromWords } from "../../src/create-tool/from-words.ts";
import { fileClaims, singleFlight } from "../../src/create-tool/single-flight.ts";
import { withVariants } from "../../src/create-tool/variants.ts";
import { toolDigest } from "../../toolstore/index.ts";
import { memoryToolStore } from "../../toolstore/store/memory.ts";
import { sampleTool } from "../toolstore/sample.ts";
import { knowing, newTool, workbench } from "./creating.ts";

const never = new AbortController().signal;
const objective = "How many vowels are in the text?";
const request = Request.parse({ objective });
const vowels = (text: string): number =>
  [...text].filter((letter) => "aeiou".includes(letter)).length;
const TEXTS = [
  "hello",
  "sky",
  "aeiou",
  "banana",
  "",
  "queue",
  "rhythm",
  "toolwright",
  "o",
  "idea",
  "xyz",
  "area",
];
const INPUTS = TEXTS.map((text) => [text]);
const SCOPE = newTool("count_vowels", "function count_vowels(text: string): number");
const RIGHT = `function count_vowels(text) { return [...text].filter((l) => "aeiou".includes(l)).length; }`;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await isolateSandbox({ slots: 1 });
});
afterAll(async () => {
  await sandbox?.close();
});

describe("create_tool from words", () => {
  it("writes cases, evolves, gates and registers; nobody sees what is not theirs", async () => {
    const bench = workbench({
      sandbox,
      answers: knowing(vowels, INPUTS, { scope: SCOPE }),
      candidates: () => ["function count_vowels(text) { return text.length; }", RIGHT],
    });
    const made = await createFromWords(bench.ports, request, { words: objective }, never);
    expect(made).toMatchObject({
      kind: "tool-created",
      tool: { name: "count_vowels", version: 1, evaluation: { heldOut: 1 } },
    });
    expect(bench.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["scope-decide", "cases-write", "tool-create", "tool-register"]),
    );
    // The test author is another role, and is shown words alone.
    const testers = bench.asked.filter(({ role }) => role === "tester");
    expect(testers.length).toBeGreaterThanOrEqual(2);
    for (const { variables } of testers)
      expect(JSON.stringify(variables)).not.toContain("function count_vowels(text) {");
    // The candidates' author is shown the training cases alone.
    const [task] = bench.evolved;
    const shown = new Set(task?.instances("train", 1).map(({ input }) => input[0]));
    const hidden = [
      ...(task?.instances("sealed", 1) ?? []),
      ...(task?.instances("validation", 1) ?? []),
    ];
    expect(hidden.length).toBeGreaterThanOrEqual(5);
    expect(hidden.filter(({ input }) => shown.has(input[0] as Json))).toEqual([]);
    expect(shown.size + hidden.length).toBe(TEXTS.length);
  });

  it("drops a case on which the test authors contradict each other", async () => {
    const bench = workbench({
      sandbox,
      answers: knowing(vowels, INPUTS, {
        scope: SCOPE,
        wrong: (prompt, _sample, [text]) =>
          text === "sky" && prompt === "write-cases" ? 1 : undefined,
      }),
      candidates: () => [RIGHT],
    });
    const made = await createFromWords(bench.ports, request, { words: objective }, never);
    expect(made.kind).toBe("tool-created");
    const written = bench.events.find(({ type }) => type === "cases-write");
    expect(written?.data).toMatchObject({
      kept: TEXTS.length - 1,
      dropped: [{ args: ["sky"], reason: expect.stringContaining("do not agree") }],
    });
  });

  it("takes what one author wrote where another fails, and drops cases without arguments", async () => {
    const knows = knowing(vowels, INPUTS, { scope: SCOPE });
    const bench = workbench({
      sandbox,
      answers: (prompt, sample, variables) => {
        if (prompt !== "write-cases") return knows(prompt, sample, variables);
        if (sample === 0) throw new ModelError("MALFORMED_REPLY", "no cases");
        const named = INPUTS.map(([text = ""]) => ({ args: { text }, expected: vowels(text) }));
        return { cases: [{ expected: 1 }, ...named] };
      },
      candidates: () => [RIGHT],
    });
    const made = await createFromWords(bench.ports, request, { words: objective }, never);
    expect(made.kind).toBe("tool-created");
    expect(bench.events.find(({ type }) => type === "cases-write")?.data).toMatchObject({
      kept: TEXTS.length,
      dropped: [],
    });
  });

  it("ends with what the authors failed for where nobody writes cases", async () => {
    const knows = knowing(vowels, INPUTS, { scope: SCOPE });
    const bench = workbench({
      sandbox,
      answers: (prompt, sample, variables) => {
        if (prompt === "write-cases") throw new ModelError("MALFORMED_REPLY", "no cases");
        return knows(prompt, sample, variables);
      },
      candidates: () => [RIGHT],
    });
    await expect(
      createFromWords(bench.ports, request, { words: objective }, never),
    ).rejects.toMatchObject({ code: "MALFORMED_REPLY" });
  });

  it("refuses to guess where too few cases are agreed on", async () => {
    let count = 0;
    const bench = workbench({
      sandbox,
      answers: knowing(() => count++, INPUTS, { scope: SCOPE }),
      candidates: () => [],
    });
    await expect(
      createFromWords(bench.ports, request, { words: objective }, never),
    ).rejects.toMatchObject({ code: "CASES_UNCLEAR" });
    expect(bench.evolved).toEqual([]);
  });

  it("keeps a right candidate that a wrong case speaks against, when others side with it", async () => {
    // Both authors take y for a vowel in one text; who is asked afresh does not.
    const wrong = (_prompt: string, sample: number, [text]: readonly Json[]): Json | undefined =>
      sample < 2 && text === "sky" ? 1 : undefined;
    const bench = workbench({
      sandbox,
      answers: knowing(vowels, INPUTS, { scope: SCOPE, wrong }),
      candidates: () => [RIGHT],
    });
    const made = await createFromWords(bench.ports, request, { words: objective }, never);
    expect(made).toMatchObject({ kind: "tool-created", tool: { evaluation: { heldOut: 1 } } });
    expect(bench.events.find(({ type }) => type === "cases-dispute")?.data).toEqual({
      cases: [
        { args: ["sky"], expected: 1, got: 0, voicesFor: 2, voicesAgainst: 3, verdict: "dropped" },
      ],
    });
  });

  it("keeps a case that stands, and refuses the candidate that it speaks against", async () => {
    const bench = workbench({
      sandbox,
      answers: knowing(vowels, INPUTS, { scope: SCOPE }),
      candidates: () => [RIGHT.replace('"aeiou"', '"aeiouy"')],
    });
    const made = await createFromWords(bench.ports, request, { words: objective }, never);
    expect(made).toMatchObject({ kind: "tool-refused" });
    expect(await bench.ports.tools.list()).toEqual([]);
  });

  it("never doubts a person's example", async () => {
    const bench = workbench({
      sandbox,
      answers: knowing(vowels, INPUTS, { scope: SCOPE }),
      candidates: () => [RIGHT],
    });
    const examples = [{ args: ["sky"], expected: 1 }];
    const made = await createFromWords(bench.ports, request, { words: objective, examples }, never);
    expect(made.kind).toBe("tool-refused");
    expect(bench.events.filter(({ type }) => type === "cases-dispute")).toEqual([]);
  });
});

describe("the scope", () => {
  // One tool, three scenarios: made for the first one, it has to serve the others.
  const words = "Alice has 3 coins. How many coins do Alice and Bob have, who owns 4?";
  const scope = newTool(
    "total_count",
    "function total_count(first: number, second: number): number",
  );
  const scenarios = [
    [5, 6],
    [20, 1],
    [0, 9],
    [7, 7],
  ];
  const sum = (a: number, b: number): number => a + b;
  const specific = "function total_count(first, second) { return 7; }";
  const general = "function total_count(first, second) { return first + second; }";

  it("takes the general candidate rather than the one made for the call, shorter as it is", async () => {
    const bench = workbench({
      sandbox,
      answers: knowing(sum, scenarios, { scope }),
      candidates: () => [specific, general],
    });
    const made = await createFromWords(
      bench.ports,
      request,
      { words, examples: [{ args: [3, 4], expected: 7 }] },
      never,
    );
    expect(made).toMatchObject({
      kind: "tool-created",
      tool: { source: expect.stringContaining("first + second") },
    });
  });

  it("tells the author what a narrow candidate fails on, and takes the next one", async () => {
    const bench = workbench({
      sandbox,
      answers: knowing(sum, scenarios, { scope }),
      candidates: (_task, run) => (run === 1 ? [specific] : [general]),
    });
    const made = await createFromWords(
      bench.ports,
      request,
      { words, examples: [{ args: [3, 4], expected: 7 }] },
      never,
    );
    expect(made.kind).toBe("tool-created");
    const [first, second] = bench.evolved;
    expect(second?.instances("train", 1).length).toBeGreaterThan(
      first?.instances("train", 1).length ?? 9,
    );
    expect(second?.instances("sealed", 1)).toEqual(first?.instances("sealed", 1));
  });

  it("refuses when only narrow candidates come", async () => {
    const bench = workbench({
      sandbox,
      answers: knowing(sum, scenarios, { scope }),
      candidates: () => [specific],
    });
    const wanted = { words, examples: [{ args: [3, 4], expected: 7 }] };
    expect(await createFromWords(bench.ports, request, wanted, never)).toMatchObject({
      kind: "tool-refused",
    });
    expect(await bench.ports.tools.list()).toEqual([]);
  });

  it("tells a name that holds the request's value back", async () => {
    const answers = knowing(sum, scenarios, { scope });
    const bench = workbench({
      sandbox,
      answers: (prompt, sample, variables) =>
        prompt === "scope" && sample === 0
          ? newTool("coins_of_alice", "function coins_of_alice(a: number, b: number): number")
          : answers(prompt, sample, variables),
      candidates: () => [general],
    });
    const made = await createFromWords(bench.ports, request, { words }, never);
    expect(made).toMatchObject({ kind: "tool-created", tool: { name: "total_count" } });
    const [, told] = bench.asked.filter(({ prompt }) => prompt === "scope");
    expect(told?.variables.flags).toContain('holds "Alice"');
  });

  it("refuses a table of a person's examples, also without a model", async () => {
    const cases = ["north", "south", "east", "west"].map((text) => ({
      args: [text],
      expected: [...text].reverse().join(""),
    }));
    const { ask: _, ...ports } = workbench({
      sandbox,
      candidates: () => [
        `function reverse(text) { return { north: "htron", "south": "htuos", "east": "tsae", "west": "tsew" }[text] ?? { "north": "htron" }[text]; }`,
      ],
    }).ports;
    const task = specTask({
      name: "reverse",
      description: "Reverses a text.",
      signature: "function reverse(text: string): string",
      cases,
    });
    const goal = { request, task, words: "reverse", instances: [], context: [] };
    expect(await createTool(ports, goal, never)).toMatchObject({
      kind: "tool-refused",
      reasons: [expect.stringContaining("table")],
    });
  });
});

describe("a person's few examples", () => {
  const examples = ["north", "tea", "sky"].map((text) => ({
    args: [text],
    expected: vowels(text),
  }));
  const task = specTask({
    name: "count_vowels",
    description: "Counts the vowels of a text.",
    signature: "function count_vowels(text: string): number",
    cases: examples,
  });
  const goal = { request, task, words: objective, instances: [], context: [] };
  const narrow =
    "function count_vowels(text) { return text === 'tea' ? 2 : text === 'north' ? 1 : 0; }";
  const withModel = (answers: Parameters<typeof workbench>[0]["answers"]) => {
    const bench = workbench({
      sandbox,
      candidates: () => [narrow, RIGHT],
      ...(answers === undefined ? {} : { answers }),
    });
    const variants: CreateToolPorts["variants"] = (of, words, signal) =>
      withVariants({ ...bench.ports, ask: bench.ports.ask as Ask }, of, words, signal);
    return { bench, ports: { ...bench.ports, variants } };
  };

  it("get variants from a test author, which a narrow candidate fails", async () => {
    const { bench, ports } = withModel(knowing(vowels, INPUTS, { scope: SCOPE }));
    const made = await createTool(ports, goal, never);
    expect(made).toMatchObject({
      kind: "tool-created",
      tool: { source: expect.stringContaining("aeiou"), evaluation: { heldOut: 1 } },
    });
    expect(bench.asked.every(({ role }) => role === "tester")).toBe(true);
    expect(bench.evolved[0]?.instances("sealed", 1).length).toBeGreaterThanOrEqual(3);
  });

  it("decide alone when no variant can be had", async () => {
    const failing = withModel(() => {
      throw new ModelError("MODEL_TIMEOUT", "no answer");
    });
    expect((await createTool(failing.ports, goal, never)).kind).toBe("tool-created");
    expect(failing.bench.evolved[0]?.instances("sealed", 1)).toEqual([]);
  });
});

describe("equal wishes", () => {
  it("make one tool: ten at once, one evolution, ten answers", async () => {
    const bench = workbench({
      sandbox,
      answers: knowing(vowels, INPUTS, { scope: SCOPE }),
      candidates: () => [RIGHT],
    });
    const writings = [
      objective,
      "how many vowels are in the text",
      "How many  VOWELS are in the text?!",
    ];
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        createFromWords(bench.ports, request, { words: writings[index % 3] as string }, never),
      ),
    );
    expect(bench.evolved.length).toBe(1);
    expect(bench.asked.filter(({ prompt }) => prompt === "scope").length).toBe(1);
    expect(made.map((each) => (each.kind === "tool-created" ? each.tool.version : 0))).toEqual(
      Array(10).fill(1),
    );
    expect((await bench.ports.tools.history("count_vowels")).length).toBe(1);
  });

  it("find the stored tool that passes every case, whatever it is called", async () => {
    const tools = memoryToolStore();
    await tools.put(
      sampleTool({
        name: "vowel_total",
        description: "How many vowels a text has.",
        signature: "function vowel_total(text: string): number",
        parameters: {
          type: "object",
          properties: { text: { type: "string" } },
          required: ["text"],
        },
        source: RIGHT.replace("count_vowels", "vowel_total"),
        entry: "vowel_total",
      }),
    );
    const bench = workbench({
      sandbox,
      tools,
      answers: knowing(vowels, INPUTS, { scope: SCOPE }),
      candidates: () => [],
    });
    const made = await createFromWords(bench.ports, request, { words: objective }, never);
    expect(made).toMatchObject({ kind: "tool-refused", instead: { name: "vowel_total" } });
    expect(bench.evolved).toEqual([]);
    expect(bench.events.map(({ type }) => type)).toContain("tool-reuse");
  });

  it("cost one question when the reasoner knows the stored tool", async () => {
    const tools = memoryToolStore();
    const cases = INPUTS.slice(0, 6).map(([text = ""]) => ({
      args: [text],
      expected: vowels(text),
    }));
    await tools.put(
      sampleTool({
        name: "vowel_total",
        description: "How many vowels are in the text.",
        signature: "function vowel_total(text: string): number",
        parameters: { type: "object", properties: { text: { type: "string" } } },
        source: RIGHT.replace("count_vowels", "vowel_total"),
        entry: "vowel_total",
        cases,
      }),
    );
    const bench = workbench({
      sandbox,
      tools,
      answers: () => ({
        ...(SCOPE as object),
        decision: "reuse",
        reuse: "vowel_total",
        calls: [["audio"]],
      }),
      candidates: () => [],
    });
    const made = await createFromWords(bench.ports, request, { words: objective }, never);
    expect(made).toMatchObject({ kind: "tool-refused", instead: { name: "vowel_total" } });
    expect(bench.asked.length).toBe(1);
  });

  it("go on with the next when the first is canceled, and wait for each other between processes", async () => {
    const flights = singleFlight<string>();
    const first = new AbortController();
    const log: string[] = [];
    const work = (name: string, signal: AbortSignal) => async (): Promise<string> => {
      log.push(name);
      await new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, 50);
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          reject(new CanceledError());
        });
      });
      return name;
    };
    const one = flights.once("key", work("one", first.signal), first.signal);
    const two = flights.once("key", work("two", never), never);
    first.abort(new CanceledError());
    await expect(one).rejects.toThrow(CanceledError);
    expect(await two).toEqual({ value: "two", shared: false });
    expect(log).toEqual(["one", "two"]);

    const folder = mkdtempSync(join(tmpdir(), "toolwright-claims-"));
    try {
      const release = await fileClaims(folder)("key", never);
      let taken = false;
      const other = fileClaims(folder)("key", never).then(async (giveBack) => {
        taken = true;
        await giveBack();
      });
      await new Promise((wake) => setTimeout(wake, 250));
      expect(taken).toBe(false);
      await release();
      await other;
      expect(taken).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("take the version that another process registered meanwhile, if it does it", async () => {
    const store = memoryToolStore();
    let raced = false;
    const racing = {
      ...store,
      async put(tool: Parameters<typeof store.put>[0]) {
        if (!raced) {
          raced = true;
          const other = { ...tool, source: `${tool.source} ` };
          await store.put({ ...other, digest: toolDigest(other) });
        }
        return store.put(tool);
      },
    };
    const bench = workbench({
      sandbox,
      tools: racing,
      answers: knowing(vowels, INPUTS, { scope: SCOPE }),
      candidates: () => [RIGHT],
    });
    const made = await createFromWords(bench.ports, request, { words: objective }, never);
    expect(made).toMatchObject({
      kind: "tool-refused",
      instead: { version: 1, source: expect.stringMatching(/ $/) },
    });
    expect((await store.history("count_vowels")).length).toBe(1);
  });

  it("leave nothing behind when the model fails", async () => {
    const bench = workbench({
      sandbox,
      answers: () => {
        throw new ModelError("MODEL_AUTH", "the key was refused");
      },
      candidates: () => [],
    });
    const ask = () => createFromWords(bench.ports, request, { words: objective }, never);
    await expect(ask()).rejects.toMatchObject({ code: "MODEL_AUTH" });
    // The next wish starts anew; it does not wait for the one that failed.
    await expect(ask()).rejects.toMatchObject({ code: "MODEL_AUTH" });
    expect(await bench.ports.tools.list()).toEqual([]);
  });
});

describe("a name that another tool has", () => {
  const toll = (perKilo: number, first: number) =>
    Array.from({ length: 8 }, (_, kilo) => ({ args: [kilo], expected: first + perKilo * kilo }));
  const wish = (place: string, cases: ReturnType<typeof toll>) => {
    const spec = {
      name: "toll_by_weight",
      description: `the toll by the weight of a load for a bridge in ${place}`,
      signature: "function toll_by_weight(kilo: number): number",
      cases,
      heldOut: [],
    };
    const words = Request.parse({ objective: spec.description });
    return {
      request: words,
      task: specTask(spec),
      words: spec.description,
      instances: [],
      context: [],
    };
  };
  const source = (body: string) => `function toll_by_weight(kilo) { return ${body}; }`;
  const benchOf = (...bodies: readonly string[]) =>
    workbench({ sandbox, candidates: (_, run) => [source(bodies[run - 1] ?? "0")] });

  it("is not taken by a tool that breaks a stored case: its own words name it", async () => {
    const { ports } = benchOf("2 * kilo + 1", "5 * kilo + 4", "7 * kilo");
    await createTool(ports, wish("Hamburg", toll(2, 1)), never);
    const second = await createTool(ports, wish("Oslo", toll(5, 4)), never);
    expect(second).toMatchObject({
      kind: "tool-created",
      tool: {
        name: "toll_by_weight_oslo",
        version: 1,
        signature: "function toll_by_weight_oslo(kilo: number): number",
      },
    });
    const third = await createTool(ports, wish("Oslo", toll(7, 0)), never);
    expect(third).toMatchObject({ tool: { name: "toll_by_weight_2", version: 1 } });
    const kept = await ports.tools.list({ statuses: ["active"] });
    expect(kept.map(({ name, version }) => `${name}@${version}`).sort()).toEqual([
      "toll_by_weight@1",
      "toll_by_weight_2@1",
      "toll_by_weight_oslo@1",
    ]);
  });

  it("is kept by a tool that passes every stored case, and the cases stay with it", async () => {
    const { ports } = benchOf("2 * kilo + 1", "kilo < 0 ? -kilo : 2 * kilo + 1");
    await createTool(ports, wish("Hamburg", toll(2, 1)), never);
    const negative = [-1, -2, -3].map((kilo) => ({ args: [kilo], expected: -kilo }));
    const made = await createTool(ports, wish("Hamburg", negative), never);
    expect(made).toMatchObject({
      kind: "tool-created",
      tool: { name: "toll_by_weight", version: 2, cases: [...negative, ...toll(2, 1)] },
    });
  });
});
