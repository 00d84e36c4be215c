/** The isolate driver keeps the port's contract, and what is its own. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isolateSandbox } from "../../sandbox/index.ts";
import { SandboxUnavailableError } from "../../src/core/errors.ts";
import { type Execution, type Language, Limits } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { seededRandom } from "../../src/core/random.ts";
import { sandboxContract } from "../contracts/sandbox.ts";

const never = new AbortController().signal;
const limits = Limits.parse({ timeoutMs: 5_000, outputBytes: 10_000 });

describe("isolate sandbox: javascript", () => {
  sandboxContract(() => isolateSandbox({ slots: 2 }), { language: "javascript" });
});

describe("isolate sandbox", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await isolateSandbox({ slots: 1 });
  });
  afterAll(() => sandbox?.close());

  const runAs = (language: Language, source: string, inputs: readonly (readonly Json[])[] = [[]]) =>
    sandbox.run({ program: { language, source, entry: "f" }, inputs, limits, seed: 7 }, never);
  const run = (source: string, inputs?: readonly (readonly Json[])[]) =>
    runAs("javascript", source, inputs);

  it("refuses a language that it does not run", async () => {
    const [execution] = await runAs("python", "def f():\n  return 1\n");
    expect(execution).toMatchObject({
      status: "refused",
      reason: expect.stringContaining("python"),
    });
  });

  it.each([
    ["types", "typescript", "export function f(): number { const x: number = 42; return x; }"],
    ["types in JavaScript", "javascript", "function f(): number { return 42 as number; }"],
    ["a default export", "javascript", "export default function f() { return 42; }"],
    ["an export list", "javascript", "const f = () => 42;\nexport { f };"],
    ["a fence", "javascript", "```js\nfunction f() { return 42; }\n```\n"],
    [
      "a fence in prose",
      "javascript",
      "Here it is:\n```ts\nconst f = (): number => 42;\n```\nDone.",
    ],
    ["an arrow in a const", "javascript", "const f = () => 42;"],
    ["a Windows line end", "javascript", "function f() {\r\n  return 42;\r\n}\r\n"],
  ] as const)("runs a source with %s", async (_, language, source) => {
    expect(await runAs(language, source)).toMatchObject([{ status: "returned", output: 42 }]);
  });

  it("says where a source does not parse and where a program threw", async () => {
    expect(await run("function f() {\n  return 1 +;\n}")).toMatchObject([
      { status: "refused", reason: expect.stringContaining("(line 2, column 13)") },
    ]);
    expect(await runAs("typescript", "let a: number;\nfunction f(a: { return 1; }")).toMatchObject([
      { status: "refused", reason: expect.stringContaining("line 2") },
    ]);
    expect(await run("function f() {\n  return null.x;\n}")).toMatchObject([
      { status: "threw", message: expect.stringMatching(/TypeError.*\(line 2, column 15\)/) },
    ]);
  });

  it("tells a throw at the top from a source that does not parse", async () => {
    expect(await run('throw new SyntaxError("mine"); function f() {}')).toMatchObject([
      { status: "threw", message: expect.stringContaining("mine") },
    ]);
    expect(await run('import fs from "node:fs"; function f() {}')).toMatchObject([
      { status: "refused" },
    ]);
  });

  it("prints nothing of its own when types are stripped", () => {
    const script = `
      import { isolateSandbox } from ${JSON.stringify(new URL("../../sandbox/index.ts", import.meta.url).href)};
      const sandbox = await isolateSandbox({ slots: 1 });
      await sandbox.run({ program: { language: "typescript", source: "function f(): number { return 1 }", entry: "f" },
        inputs: [[]], limits: ${JSON.stringify(limits)}, seed: 1 }, new AbortController().signal);
      await sandbox.close();`;
    const words = ["--input-type=module", "--eval", `(async () => {})(); ${script}`];
    const text = execFileSync(process.execPath, words, { encoding: "utf8", stdio: "pipe" });
    expect(text).toBe("");
  });

  it.each<[string, string, Json]>([
    ["-0", "return -0;", 0],
    ["a typed array", "return new Uint8Array([1, 2]);", [1, 2]],
    ["an undefined field", "return { a: undefined, b: 1 };", { b: 1 }],
    ["a getter, read once", "let n = 0; return { get a() { return n++; } };", { a: 0 }],
    [
      "an instance's own fields",
      "return new (class { x = 1; get y() { return 2; } })();",
      { x: 1 },
    ],
    ["an object without prototype", "const o = Object.create(null); o.a = 1; return o;", { a: 1 }],
    [
      "a key called __proto__",
      "return JSON.parse('{\"__proto__\": 1}');",
      JSON.parse('{"__proto__":1}'),
    ],
    ["what shares a part", "const p = [1]; return [p, p];", [[1], [1]]],
  ])("gives %s as JSON does", async (_, body, output) => {
    expect(await run(`function f() { ${body} }`)).toMatchObject([{ status: "returned", output }]);
  });

  it.each([
    ["undefined", "return;", /undefined/],
    ["a hole", "return [1, , 3];", /undefined.*\[1\]/],
    ["Infinity in a list", "return [1, { a: Infinity }];", /Infinity.*\[1\]\.a/],
    ["a bigint", "return 1n;", /bigint/],
    ["a symbol", "return Symbol();", /symbol/],
    ["a function", "return { a() {} };", /function.*\.a/],
    ["a cycle", "const a = []; a.push([a]); return a;", /cycle/],
    ["a promise", "return Promise.resolve(1);", /promise/],
    ["a generator", "return (function* () {})();", /Generator/],
    ["a Map", "return new Map([[1, 2]]);", /Map/],
    ["half a surrogate pair", 'return "\\ud800";', /surrogate/],
    ["deep nesting", "let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a;", /deeper/],
    ["too much", 'return "x".repeat(1e8);', /larger than 10000 bytes/],
    ["too much by escapes", 'return "\\u0001".repeat(9000);', /larger than 10000 bytes/],
    ["too many items", "return new Array(1e7).fill(0);", /larger than 10000 bytes/],
  ])("takes %s as bad output", async (_, body, reason) => {
    expect(await run(`function f() { ${body} }`)).toMatchObject([
      { status: "bad-output", reason: expect.stringMatching(reason) },
    ]);
  });

  it("is not fooled by a patched realm: outputs are written with what was there before", async () => {
    const source = `
      Object.prototype.toJSON = () => "forged"; Array.prototype.toJSON = () => "forged";
      JSON.stringify = () => '"forged"'; JSON.parse = () => ["forged"];
      Object.keys = () => []; Array.isArray = () => false; Reflect.apply = () => "forged";
      Array.prototype[Symbol.iterator] = function* () { yield "forged"; };
      String.prototype.slice = () => "forged"; Function.prototype.call = () => "forged";
      Object.defineProperty(Object.prototype, "0", { set() { throw 1; }, configurable: true });
      function f(x) { return { got: x, list: [1, "a"] }; }`;
    expect(await run(source, [[5]])).toMatchObject([
      { status: "returned", output: { got: 5, list: [1, "a"] } },
    ]);
  });

  it("has no clock, no timers, no network, no files, no process, no shared memory", async () => {
    const source = `function f() {
      return ["process", "require", "fetch", "setTimeout", "performance", "WebAssembly", "Atomics",
        "SharedArrayBuffer", "Intl", "WeakRef", "FinalizationRegistry", "queueMicrotask"]
        .filter((name) => typeof globalThis[name] !== "undefined")
        .concat(Date.now() === new Date().getTime() ? [] : ["a clock"]); }`;
    expect(await run(source)).toMatchObject([{ status: "returned", output: [] }]);
  });

  it("draws the engine's own random stream for the seed, on both sides of a harness", async () => {
    const random = seededRandom(7);
    const expected = [random.next(), random.next(), random.next()];
    const source = "function f() { return [Math.random(), Math.random(), Math.random()]; }";
    expect(await run(source)).toMatchObject([{ status: "returned", output: expected }]);
    const harness = {
      source:
        "function harness(c) { return [...c(), Math.random(), Math.random(), Math.random()]; }",
    };
    const program = { language: "javascript" as const, source, entry: "f" };
    const job = { program, inputs: [[]], harness, limits, seed: 7 };
    expect(await sandbox.run(job, never)).toMatchObject([
      { status: "returned", output: [...expected, ...expected] },
    ]);
  });

  it("counts an output's bytes, not those of what passes between candidate and harness", async () => {
    const program = {
      language: "javascript" as const,
      source: "function f(list) { return Array.from(list, (x) => x + 0.5); }",
      entry: "f",
    };
    const harness = {
      source:
        "function harness(c, n) { return c(new Float64Array(n)).reduce((a, b) => a + b, 0); }",
    };
    const job = {
      program,
      inputs: [[20_000]],
      harness,
      limits: { ...limits, outputBytes: 10 },
      seed: 1,
    };
    expect(await sandbox.run(job, never)).toMatchObject([{ status: "returned", output: 10_000 }]);
  });

  it("shows the candidate nothing of the harness: no caller, no frame's function, no global", async () => {
    const source = `
      const seen = [];
      Error.prepareStackTrace = (_, sites) => sites.map((site) => [site.getFunction(), site.getThis()]);
      function look(x) {
        for (const [fn, self] of new Error().stack) {
          if (typeof fn === "function" && fn !== look && fn !== f) seen.push("function");
          if (self !== undefined && self !== globalThis) seen.push("this");
        }
        if (look.caller !== f && look.caller !== null) seen.push("caller");
        if (f.caller !== null) seen.push("caller of f");
        if (arguments.callee.caller.caller !== null) seen.push("callee");
        if (typeof harness !== "undefined" || typeof badOutput !== "undefined") seen.push("global");
        if (x.constructor !== Float64Array || x.buffer.constructor !== ArrayBuffer) seen.push("realm");
        return seen.length;
      }
      function f(x) { return look(x); }`;
    const harness = {
      source: "function harness(c) { const secret = 1; return c(Float64Array.of(1, 2)); }",
    };
    const job = { program: { language: "javascript" as const, source, entry: "f" }, inputs: [[]] };
    expect(await sandbox.run({ ...job, harness, limits, seed: 1 }, never)).toMatchObject([
      { status: "returned", output: 0 },
    ]);
  });

  it("leaves no process behind on close, also in the middle of work", async () => {
    const others = hosts();
    const other = await isolateSandbox({ slots: 2 });
    const program = {
      language: "javascript" as const,
      source: "function f() { for (;;); }",
      entry: "f",
    };
    const running = other.run({ program, inputs: [[]], limits, seed: 1 }, never);
    const lost = expect(running).rejects.toBeInstanceOf(SandboxUnavailableError);
    await setTimeout(200);
    await other.close();
    await lost;
    expect(hosts().filter((pid) => !others.includes(pid))).toEqual([]);
  });

  it("loses and doubles no outcome when host processes are killed in the middle of a batch", async () => {
    const others = new Set(hosts());
    const other = await isolateSandbox({ slots: 2 });
    const programs = Array.from({ length: 150 }, (_, i) => ({
      language: "javascript" as const,
      // Method calls are outside the total grammar: half of them take the other lane.
      source: `function f() { let x = 0; for (let k = 0; k < 2000000; k++) { x += k % 7; } return x > 0 ? ${i % 2 ? i : `[${i}].at(0)`} : -1; }`,
      entry: "f",
    }));
    const batch = { programs, inputs: [[]], limits, seed: 1 };
    let killed = 0;
    for (let round = 0; round < 3; round++) {
      const running = other.runBatch(batch, never);
      await setTimeout(100 + 150 * round);
      // Once a round: a program that loses its host twice is the driver's word for a lost machine.
      for (const pid of hosts().filter((each) => !others.has(each))) {
        endGroup(pid);
        killed++;
      }
      expect((await running).map(firstOutput)).toEqual(programs.map((_, i) => i));
    }
    await other.close();
    expect(killed).toBeGreaterThanOrEqual(3);
  });

  it("is lost, and says so, when somebody ends every host process at once", async () => {
    const others = new Set(hosts());
    const other = await isolateSandbox({ slots: 1 });
    let finished = false;
    const killing = (async () => {
      while (!finished) {
        for (const pid of hosts()) if (!others.has(pid)) endGroup(pid);
        await setTimeout(20);
      }
    })();
    const program = {
      language: "javascript" as const,
      source: "function f() { return 1; }",
      entry: "f",
    };
    const job = { program, inputs: [[]], limits, seed: 1 };
    const run = other.run(job, never).catch((error: unknown) => error);
    const outcome = await run;
    finished = true;
    await killing;
    expect(outcome).toBeInstanceOf(SandboxUnavailableError);
    expect(firstOutput(await other.run(job, never))).toBe(1);
    await other.close();
  });
});

function firstOutput(executions: readonly Execution[]): Json | undefined {
  const [execution] = executions;
  return execution?.status === "returned" ? execution.output : execution?.status;
}

/** A host and what wraps it at once: behind a wrapper it would live on for some milliseconds. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Pids of the host processes that this process owns. */
function hosts(): number[] {
  return readdirSync("/proc/self/task").flatMap((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/children`, "utf8")
        .trim()
        .split(" ")
        .filter(Boolean)
        .map(Number);
    } catch {
      return []; // The thread has ended meanwhile.
    }
  });
}
