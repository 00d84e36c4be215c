/** Plan as code: programs in real isolates, tools that are plain functions, a scripted simulator. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isolateSandbox } from "../../sandbox/index.ts";
import type { Ask } from "../../src/ask/ask.ts";
import { createArgumentFaults } from "../../src/call/argument-faults.ts";
import { makeCall } from "../../src/call/call-tool.ts";
import { ModelError } from "../../src/core/errors.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { immediateSteps, stepsMemory } from "../../src/journal/immediate.ts";
import { declarations } from "../../src/program/declarations.ts";
import { runProgram } from "../../src/program/program.ts";
import { simulateCall } from "../../src/program/semantic.ts";
import { programOutcome } from "../../src/program/step.ts";
import type { ProgramPorts, ProgramRequest } from "../../src/program/types.ts";
import type { Callable, CallOutcome } from "../../src/work/callable.ts";

const never = new AbortController().signal;
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await isolateSandbox({ slots: 1 });
});
afterAll(async () => {
  await sandbox?.close();
});

type Body = (given: Record<string, Json>) => Json | Promise<Json>;

/** A tool whose parameters are numbers, texts or anything. */
function tool(name: string, parameters: Readonly<Record<string, string>>, body: Body): Callable {
  return {
    name,
    description: `The tool ${name}.`,
    origin: "engine",
    parameters: {
      type: "object",
      properties: Object.fromEntries(
        Object.entries(parameters).map(([key, type]) => [key, { type }]),
      ),
      required: Object.keys(parameters),
    },
    async call(given): Promise<CallOutcome> {
      try {
        return { status: "returned", output: await body({ ...given }) };
      } catch (error) {
        return { status: "failed", reason: (error as Error).message };
      }
    },
  };
}

const log: string[] = [];
const TOOLS = [
  tool("add", { a: "number", b: "number" }, ({ a, b }) => {
    log.push(`add ${a} ${b}`);
    return (a as number) + (b as number);
  }),
  tool("fail", {}, () => {
    throw new Error("the door is locked");
  }),
  tool("list", { size: "number" }, ({ size }) =>
    Array.from({ length: size as number }, (_, i) => i),
  ),
];

interface Options extends Omit<ProgramRequest, "code" | "tools"> {
  readonly tools?: readonly Callable[];
  /** Values by the arguments' text; asked for by a scripted model. */
  readonly simulate?: (name: string, args: string) => unknown;
  readonly memory?: ReturnType<typeof stepsMemory>;
  readonly in?: Sandbox;
}

async function run(
  code: string,
  { tools = TOOLS, simulate, memory = stepsMemory(), in: inside = sandbox, ...rest }: Options = {},
) {
  log.length = 0;
  const asked: string[] = [];
  const steps = immediateSteps(memory);
  const faults = createArgumentFaults();
  const ask: Ask = async ({ variables, schema }) => {
    asked.push(`${variables.name}${variables.arguments}`);
    const parsed = schema.safeParse({
      value: simulate?.(variables.name ?? "", variables.arguments ?? ""),
    });
    if (!parsed.success) throw new ModelError("MALFORMED_REPLY", "no value that fits");
    return parsed.data as never;
  };
  const ports: ProgramPorts = {
    sandbox: inside,
    steps,
    seed: 1,
    call: (callable, given, key) =>
      makeCall(
        {
          steps,
          argumentFaults: faults,
          permit: async (_callable, wanted) => ({
            decision: "approved",
            arguments: wanted,
            edited: false,
          }),
        },
        callable,
        given,
        key,
      ),
    simulate:
      simulate === undefined
        ? undefined
        : (gap, args, signal) => simulateCall(ask, gap, args, signal),
  };
  const outcome = await runProgram(ports, { code, tools, ...rest }, never);
  return { outcome, asked, events: memory.events, log: [...log] };
}

describe("a program", () => {
  it("calls tools as async functions, side by side and one after the other", async () => {
    const { outcome, log: calls } = await run(`
      const [a, b]: number[] = await Promise.all([tools.add({ a: 1, b: 2 }), tools.add({ a: 3, b: 4 })]);
      let sum = 0;
      for (const n of await tools.list({ size: 4 })) sum = await tools.add({ a: sum, b: n });
      return { a, b, sum };
    `);
    expect(outcome).toMatchObject({ status: "returned", value: { a: 3, b: 7, sum: 6 }, calls: 7 });
    expect(calls).toEqual(["add 1 2", "add 3 4", "add 0 0", "add 0 1", "add 1 2", "add 3 3"]);
  });

  it("may be a function main, an expression, or statements; input is handed in", async () => {
    const value = async (code: string) => (await run(code, { input: { n: 5 } })).outcome;
    expect(
      await value("export default async function main(given) { return given.n + 1; }"),
    ).toMatchObject({ value: 6 });
    expect(await value("const x = 2;\nx * input.n")).toMatchObject({ value: 10 });
    expect(await value("return input;")).toMatchObject({ value: { n: 5 } });
    expect(await value("return null;")).toMatchObject({ status: "returned", value: null });
  });

  it.each([
    ["has no return", "const sum = 17 * 23;"],
    ["returns undefined", "return undefined;"],
    ["defines a function that nobody calls", "function calc() { return 396; }"],
    ["exports a function that nobody calls", "export const calc = () => 396;"],
    ["has a main without a return", "function main() { 17 * 23; }"],
  ])("that %s is not taken for one that returned null", async (_, code) => {
    expect((await run(code)).outcome).toMatchObject({ status: "empty", made: [] });
  });

  it("without a result fails as a step, with the calls that it made", async () => {
    const { outcome } = await run("const sum = await tools.add({ a: 1, b: 2 });");
    expect(programOutcome(outcome)).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/returned nothing.*do not make them again: add .* gave 3/),
    });
  });

  it("gets a tool's failure as an exception that it can catch, results as copies", async () => {
    const { outcome } = await run(`
      const one = await tools.list({ size: 2 });
      one.push(9);
      const two = await tools.list({ size: 2 });
      try { await tools.fail(); } catch (error) { return [two.length, error.name, error.message]; }
    `);
    expect(outcome).toMatchObject({ value: [2, "ToolError", "the door is locked"] });
    expect((await run("await tools.fail();")).outcome).toMatchObject({
      status: "threw",
      message: expect.stringContaining("ToolError: the door is locked"),
    });
  });

  it("is told what is wrong with its arguments, and the tool is not called", async () => {
    const { outcome, log: calls } = await run(
      `try { await tools.add({ a: 1, b: "2", c: 3 }); } catch (error) { return error.message; }`,
    );
    expect(outcome).toMatchObject({
      value: expect.stringMatching(/no parameter "c".*b: must be number/),
    });
    expect(calls).toEqual([]);
  });

  it("keeps its order of calls over chains of different lengths", async () => {
    // Chain A is quick between its calls, chain B dawdles: a replay must still issue them alike.
    const { outcome } = await run(`
      const chain = async (start, turns) => {
        let n = start;
        for (let i = 0; i < 4; i++) { n = await tools.add({ a: n, b: i }); for (let t = 0; t < turns; t++) await null; }
        return n;
      };
      return Promise.all([chain(0, 0), chain(100, 7), chain(200, 3)]);
    `);
    expect(outcome).toMatchObject({ status: "returned", value: [6, 106, 206], calls: 12 });
  });

  it("says where it threw, in its author's lines", async () => {
    const { outcome } = await run(
      `const a = await tools.add({ a: 1, b: 1 });\n\nconst b = a.missing.field;`,
    );
    expect(outcome).toMatchObject({
      status: "threw",
      message: expect.stringMatching(/TypeError.*\(line 3\)/),
    });
  });

  it.each([
    ["a default arrow", "export default async () => (await tools.add({ a: 1, b: 2 })) + 1;"],
    ["a default arrow in TypeScript", "export default async (x: unknown): Promise<number> => 4;"],
    ["a default function", "export default async function () { return 4; }"],
    ["a default function of another name", "export default function four() { return 4; }"],
    ["a default name", "const four = () => 4;\nexport default four;"],
    ["an export list", "const four = () => 4;\nexport { four as default };"],
    ["module.exports", "module.exports = () => 4;"],
    ["module.exports.main", "const n = 4;\nmodule.exports = { n, main: () => n };"],
    ["exports", "exports.main = async () => 4;"],
    ["an exported main", "export async function main() { return 4; }"],
    ["a shebang line", "#!/usr/bin/env node\nreturn 4;"],
    [
      "types and a return",
      'import type { A } from "./a";\nexport type B = A;\nconst b: B = 4;\nreturn b;',
    ],
  ])("runs with %s", async (_, code) => {
    expect((await run(code)).outcome).toMatchObject({ status: "returned", value: 4 });
  });

  it.each([
    ["nothing", "", "UNREADABLE"],
    ["only comments", "// one\n/* two */;", "UNREADABLE"],
    ["only types", "export type A = number;", "UNREADABLE"],
  ])("is refused with %s in it", async (_, code, fault) => {
    expect((await run(code)).outcome).toMatchObject({ status: "refused", code: fault });
  });

  it.each([
    ["a number as its default export", "export default 5;", "threw"],
    ["a generator", "export default function* () { yield 4; }", "refused"],
    ["a class without main", "export default class { a() {} b() {} }", "threw"],
  ])("fails with %s: its value is none", async (_, code, status) => {
    expect((await run(code)).outcome).toMatchObject({ status });
  });

  it("is refused for what it can not do, with the reason", async () => {
    const code = async (text: string) => (await run(text)).outcome;
    expect(await code("import fs from 'node:fs'; return 1;")).toMatchObject({
      code: "UNREADABLE",
      reason: expect.stringContaining("has an import"),
    });
    expect(await code("return await fetch('http://127.0.0.1')")).toMatchObject({
      reason: expect.stringContaining("does not exist in the sandbox"),
    });
    expect(await code("return await add({ a: 1, b: 1 })")).toMatchObject({
      reason: expect.stringContaining("await tools.add("),
    });
    expect(await code("const = 1")).toMatchObject({
      code: "UNREADABLE",
      reason: expect.stringContaining("does not parse"),
    });
    expect(await code("return await tools.subtract({})")).toMatchObject({
      status: "threw",
      message: expect.stringContaining('no tool named "subtract"'),
    });
    expect(await code("return NaN")).toMatchObject({
      code: "BAD_RESULT",
      reason: expect.stringContaining("NaN is not a JSON number at its result"),
    });
    expect(await code("tools.add({ a: 1, b: 1 }); return 1;")).toMatchObject({
      code: "UNAWAITED",
      reason: expect.stringContaining("add"),
    });
    expect(await code("await new Promise(() => {});")).toMatchObject({ code: "STALLED" });
    expect((await run("for (;;) {}", { limits: { seconds: 1 } })).outcome).toMatchObject({
      code: "TIME",
    });
  }, 60_000);
});

describe("a semantic gap", () => {
  const CODE = `
    // isSarcastic(text: string): boolean  Whether the text is meant ironically.
    const texts = ["great, rain again", "thank you", "great, rain again"];
    let count = 0;
    for (const text of texts) if (isSarcastic(text)) count = count + 10;
    const total = await tools.add({ a: count, b: 1 });
    return total;
  `;
  const simulate = (_name: string, args: string): boolean => args.includes("rain");

  it("is filled by the model: two different calls, two questions, state after each line", async () => {
    const { outcome, asked, events } = await run(CODE, { simulate });
    expect(outcome).toMatchObject({ status: "returned", value: 21, calls: 1, simulated: 2 });
    expect(asked).toEqual(['isSarcastic["great, rain again"]', 'isSarcastic["thank you"]']);
    const changed = outcome.lines.map(({ changed: delta }) => delta);
    expect(changed).toEqual([
      { texts: '["great, rain again","thank you","great, rain again"]' },
      { count: "0" },
      { count: "20" },
      { total: "21" },
    ]);
    const marked = events.filter(({ type }) => type === "semantic-call").map(({ data }) => data);
    expect(marked).toMatchObject([
      {
        name: "isSarcastic",
        arguments: ["great, rain again"],
        value: true,
        simulated: true,
        state: { count: "0" },
      },
      { name: "isSarcastic", arguments: ["thank you"], value: false, simulated: true },
    ]);
  });

  it("has to fit its declared type; the program sees a misfit as an exception", async () => {
    const { outcome } = await run(CODE, { simulate: () => "perhaps" });
    expect(outcome).toMatchObject({
      status: "threw",
      message: expect.stringContaining("isSarcastic"),
    });
  });

  it("is asked about side by side where it is awaited", async () => {
    const { outcome, asked } = await run(
      `return Promise.all(["a", "b", "c"].map(async (text) => await mood(text)));`,
      {
        simulate: (_name, args) => args.length,
        semantic: [{ name: "mood", signature: "mood(text: string): number" }],
      },
    );
    expect(outcome).toMatchObject({ value: [5, 5, 5], simulated: 3 });
    expect(asked.length).toBe(3);
  });

  it("is declared by the planner, a declaration, or not at all", async () => {
    const simulated = async (code: string, value: unknown) =>
      (await run(code, { simulate: () => value })).outcome;
    expect(
      await simulated(
        "declare function tone(text: string): 'warm' | 'cold';\nreturn tone('x');",
        "warm",
      ),
    ).toMatchObject({ value: "warm" });
    expect(
      await simulated(
        "declare function tone(text: string): 'warm' | 'cold';\nreturn tone('x');",
        "hot",
      ),
    ).toMatchObject({ status: "threw" });
    const said = `// pick(from: { id: number }[]): { id: number } | "none of 'em" - Which one.
      // later(text: string): Promise<[string, number]>  Word and count.
      // compare(a, b): see above`;
    expect(await simulated(`${said}\nreturn pick([]);`, { id: 1 })).toMatchObject({
      value: { id: 1 },
    });
    expect(await simulated(`${said}\nreturn pick([]);`, { id: "1" })).toMatchObject({
      status: "threw",
    });
    expect(await simulated(`${said}\nreturn await later("x");`, ["x", 1])).toMatchObject({
      value: ["x", 1],
    });
    expect(await simulated(`${said}\nreturn await later("x");`, ["x"])).toMatchObject({
      status: "threw",
    });
    for (const undeclared of [
      "return guess(1, 'b');",
      `${said}\nreturn compare(1, 2);`,
      "// guess(a)\nlet n = 0; if (guess(1)) n += guess(2); return n;",
    ]) {
      expect(await simulated(undeclared, true)).toMatchObject({
        code: "UNREADABLE",
        reason: expect.stringMatching(/no declaration says what it returns.*declare function/),
      });
    }
  });

  it.each([
    ["its name says so", "return [isNice('a'), has_style('b')];", [true, true]],
    [
      "it is a condition",
      "let n = 0; if (!good('a')) n++; while (n < 3 && good('b')) n++; return n;",
      3,
    ],
    ["it is awaited as a condition", "return (await good('a')) ? 1 : 2;", 1],
  ])("without a declaration is true or false where %s", async (_, code, value) => {
    expect((await run(code, { simulate: () => true })).outcome).toMatchObject({ value });
    expect((await run(code, { simulate: () => "perhaps" })).outcome).toMatchObject({
      status: "threw",
    });
  });

  it("needs a model, and no more questions than allowed", async () => {
    expect((await run(CODE)).outcome).toMatchObject({
      code: "NO_MODEL",
      reason: expect.stringContaining("isSarcastic"),
    });
    const many =
      "// weigh(n: number): number\nlet n = 0; for (let i = 0; i < 100; i++) n += weigh(i); return n;";
    const { outcome, asked } = await run(many, { simulate: () => 1, limits: { simulations: 5 } });
    expect(outcome).toMatchObject({ code: "TOO_MANY_SIMULATIONS" });
    expect(asked.length).toBe(5);
  });
});

describe("a program that is carried on", () => {
  it("does nothing twice: what an earlier life did is on record", async () => {
    const memory = stepsMemory();
    const code = "const a = await tools.add({ a: 1, b: 2 }); return tools.add({ a, b: 10 });";
    const broken = { ...sandbox, run: failingAfter(2) };
    await expect(run(code, { memory, in: broken })).rejects.toThrow("the machine went down");
    expect(log).toEqual(["add 1 2", "add 3 10"]);
    const { outcome, log: again } = await run(code, { memory });
    expect(outcome).toMatchObject({ value: 13 });
    expect(again).toEqual([]);
  });

  it("is refused when it makes other calls than before", async () => {
    const memory = stepsMemory();
    await run("return tools.add({ a: 1, b: 2 });", { memory });
    const { outcome, log: calls } = await run("return tools.add({ a: 5, b: 5 });", { memory });
    expect(outcome).toMatchObject({ status: "refused", code: "DIVERGED" });
    expect(calls).toEqual([]);
  });

  it("is refused when its runs differ from each other", async () => {
    let flips = 0;
    const flipping: Sandbox = {
      ...sandbox,
      run: (job, signal) => sandbox.run({ ...job, seed: flips++ }, signal),
    };
    const { outcome } = await run(
      "const a = Math.floor(Math.random() * 1e9); await tools.add({ a, b: 0 }); return a;",
      { in: flipping },
    );
    expect(outcome).toMatchObject({ code: "DIVERGED" });
  });

  function failingAfter(rounds: number): Sandbox["run"] {
    let left = rounds;
    return async (job, signal) => {
      if (left-- === 0) throw new Error("the machine went down");
      return sandbox.run(job, signal);
    };
  }
});

describe("a hostile program", () => {
  it("can not do more than a program may", async () => {
    const end = async (code: string, limits = {}) => (await run(code, { limits })).outcome;
    expect(
      await end(
        "const all = []; for (let i = 0; i < 10_000; i++) all.push(tools.add({ a: i, b: 0 })); await Promise.all(all);",
      ),
    ).toMatchObject({ code: "TOO_MANY_CALLS" });
    expect(
      await end("for (let i = 0; ; i++) await tools.add({ a: i, b: 1 });", { calls: 30 }),
    ).toMatchObject({ code: "TOO_MANY_CALLS", calls: 30 });
    expect(
      await end("return tools.add({ a: 'x'.repeat(1e6), b: 1 }).catch((error) => error.message);"),
    ).toMatchObject({ status: "threw", message: expect.stringContaining("at most 100000") });
    expect(await end("const big = []; for (;;) big.push(new Array(1e5).fill(7));")).toMatchObject({
      code: "MEMORY",
    });
    expect(await end("await null; for (;;) await null;", { seconds: 1 })).toMatchObject({
      code: "TIME",
    });
    expect(await end("return (await tools.list({ size: 400_000 })).length;")).toMatchObject({
      status: "threw",
      message: expect.stringContaining("at most 1000000"),
    });
  }, 60_000);

  it("gains nothing by patching what the bridge stands on", async () => {
    const outcome = (code: string) => run(code).then((result) => result.outcome);
    const patches = [
      "Promise.prototype.then = function () { return this; };",
      "JSON.stringify = () => '\"forged\"'; JSON.parse = () => ({});",
      "Object.defineProperty(Array.prototype, '0', { set() {}, get() { return { name: 'root', given: '{}', kind: 'tool', line: 0 }; } });",
      "Object.prototype.known = { key: 'x', ok: true, value: 'forged' };",
      "Reflect.apply = () => { throw new Error('no'); }; globalThis.Promise = class {};",
    ];
    for (const patch of patches) {
      const ended = await outcome(`${patch}\nconst a = await tools.add({ a: 2, b: 3 }); return a;`);
      // Either it works as ever, or the program has only spoilt its own run.
      if (ended.status === "returned") expect(ended.value).toBe(5);
      else expect(["threw", "refused"]).toContain(ended.status);
      expect(log.every((line) => line === "add 2 3")).toBe(true);
    }
    const entry = await outcome(
      "const bridge = toolwright_bridge; return [typeof bridge('report'), Object.keys(tools), (() => { try { tools.add = 1; } catch { return 'kept'; } })()];",
    );
    expect(entry).toMatchObject({ value: ["object", ["add", "fail", "list"], "kept"] });
  });

  it("is refused when what leaves the sandbox was forged", async () => {
    const forging = (report: unknown): Sandbox => ({
      ...sandbox,
      run: async (job) =>
        job.inputs.map(() => ({ status: "returned", output: report as Json, wallMs: 1 })),
    });
    const honest = {
      stage: 0,
      issued: 1,
      halted: false,
      diverged: null,
      tooMany: false,
      done: null,
      unawaited: [],
      lines: [],
    };
    const asks = (name: string) => [{ name, given: "{}", kind: "tool", line: 1 }];
    const code = "return 1;";
    expect(
      (await run(code, { in: forging({ ...honest, asked: asks("root") }) })).outcome,
    ).toMatchObject({ code: "BROKEN" });
    expect(
      (await run(code, { in: forging({ ...honest, issued: 0, asked: asks("add") }) })).outcome,
    ).toMatchObject({ code: "BROKEN" });
    expect((await run(code, { in: forging("nonsense") })).outcome).toMatchObject({
      code: "BROKEN",
    });
    expect(
      (
        await run(code, {
          in: forging({ ...honest, asked: [{ ...asks("add")[0], given: "no json" }] }),
          limits: { calls: 1 },
        })
      ).outcome.status,
    ).toBe("refused");
  });
});

describe("declarations", () => {
  it("say a tool's types, required or not, with its words", () => {
    const text = declarations([
      {
        name: "find_rows",
        description: "Finds rows. */ Not an end.",
        parameters: {
          type: "object",
          properties: {
            table: {
              type: "array",
              items: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
            },
            mode: { enum: ["all", "first"] },
          },
          required: ["table"],
        },
        result: { type: "array", items: { anyOf: [{ type: "string" }, { type: "null" }] } },
      },
      { name: "now", description: "", parameters: { type: "object", properties: {} } },
    ]);
    expect(text).toContain(
      'find_rows(given: { table: { id: number }[]; mode?: "all" | "first" }): Promise<(string | null)[]>;',
    );
    expect(text).toContain("now(): Promise<any>;");
    expect(text).toContain("/** Finds rows. * / Not an end. */");
  });
});
