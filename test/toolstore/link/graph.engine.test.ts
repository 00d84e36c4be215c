import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { specTask } from "../../../evaluators/index.ts";
import { ToolSpec } from "../../../src/core/tool.ts";
import {
  approve,
  dependantsOf,
  dependenciesOf,
  reject,
  reviewsOf,
  waitingForApproval,
} from "../../../toolstore/index.ts";
import { linkProgram, resolverOf } from "../../../toolstore/link/link.ts";
import { signal, type TestLibrary, testLibrary } from "../../support/library.ts";
import { sampleTool } from "../sample.ts";

let library: TestLibrary;
beforeAll(async () => {
  library = await testLibrary();
});
afterAll(() => library.close());

const cases = (rule: (value: number) => number, values = [1, 2, 3, 5, 8, -4, 0.5, 100, 7]) =>
  values.map((value) => ({ args: [value], expected: rule(value) }));

describe("a tool that calls tools", () => {
  it("runs with their sources beside it, each in a scope of its own", async () => {
    // Both have a helper of the same name; TypeScript and an export are habits of authors.
    await library.add({
      name: "half",
      source:
        "function helper(x) { return x / 2; }\nfunction half(value) { return helper(value); }",
      cases: cases((value) => value / 2),
    });
    const added = await library.add({
      name: "quarter",
      language: "typescript",
      source:
        "function helper(x: number): number { return half(x); }\nexport function quarter(value: number): number { return half(helper(value)); }",
      uses: [{ name: "half" }],
      cases: cases((value) => value / 4),
    });
    expect(added).toMatchObject({ status: "registered" });
    expect(await library.call("quarter", 10)).toMatchObject({ status: "returned", output: 2.5 });
    const quarter = await library.tools.get("quarter");
    expect(await dependenciesOf(library.tools, quarter)).toEqual([
      { name: "half", version: 1, pinned: false },
    ]);
    expect((await dependantsOf(library.tools, "half")).map(({ name }) => name)).toEqual([
      "quarter",
    ]);
  });

  it("keeps a pinned version when the current one moves on, and follows it without a pin", async () => {
    await library.add({
      name: "step",
      source: "function step(value) { return value + 1; }",
      cases: [{ args: [1], expected: 2 }],
    });
    for (const [name, uses] of [
      ["pinned", [{ name: "step", version: 1 }]],
      ["following", [{ name: "step" }]],
    ] as const) {
      await library.add({
        name,
        uses: [...uses],
        // On 0 alone the two rules agree, so that the change below reaches no case.
        source: `function ${name}(value) { return value === 0 ? 0 : step(value) * ${name.length}; }`,
        cases: [{ args: [0], expected: 0 }],
      });
    }
    await library.add({
      name: "step",
      source: "function step(value) { return value + (value > 1 ? 10 : 1); }",
      cases: [{ args: [1], expected: 2 }],
    });
    expect(await library.call("pinned", 5)).toMatchObject({ output: 6 * 6 });
    expect(await library.call("following", 5)).toMatchObject({ output: 15 * 9 });
  });

  it("is guarded: a version that breaks the cases of whoever follows it is refused", async () => {
    await library.add({
      name: "tripled",
      source: "function tripled(value) { return value * 3; }",
      cases: [{ args: [1], expected: 3 }],
    });
    await library.add({
      name: "ninefold",
      source: "function ninefold(value) { return tripled(tripled(value)); }",
      uses: [{ name: "tripled" }],
      cases: cases((value) => value * 9),
    });
    const broken = await library.add({
      name: "tripled",
      source: "function tripled(value) { return value === 1 ? 3 : 0; }",
      cases: [{ args: [1], expected: 3 }],
    });
    expect(broken.status).toBe("refused");
    // Of nine cases only that of 0.5... and the rest change: 1 -> tripled(3) = 0 too.
    expect(broken.reasons.join()).toMatch(/ninefold@1, which calls it, passes 0 of its 9 cases/);
    expect((await library.tools.history("tripled")).length).toBe(1);
  });

  it("may not call itself, a tool that is not there, or one in another kind of language", async () => {
    const use = (
      name: string,
      uses: { name: string; version?: number }[],
      language = "javascript",
    ) => library.tools.put(sampleTool({ name, uses, language: language as "javascript" }));
    await expect(use("selfish", [{ name: "selfish" }])).rejects.toMatchObject({
      code: "USES_CYCLE",
    });
    await expect(use("lost", [{ name: "nowhere" }])).rejects.toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
    await expect(use("lost", [{ name: "half", version: 9 }])).rejects.toMatchObject({
      code: "TOOL_NOT_FOUND",
    });
    await expect(use("twice", [{ name: "half" }, { name: "half", version: 1 }])).rejects.toThrow(
      /Expected each tool once/,
    );
    await library.tools.put(sampleTool({ name: "snake", language: "python" }));
    await expect(use("tamer", [{ name: "snake" }])).rejects.toMatchObject({
      code: "USES_NOT_LINKABLE",
    });
    // half -> quarter would close the circle half -> quarter -> half.
    const circle = sampleTool({ name: "half", version: 2, body: "2", uses: [{ name: "quarter" }] });
    await expect(library.tools.put(circle)).rejects.toThrow(/half -> quarter -> half/);
  });

  it("may not stand more than eight deep", async () => {
    let uses: { name: string }[] = [];
    for (let depth = 0; depth <= 8; depth++) {
      await library.tools.put(sampleTool({ name: `deep_${depth}`, uses }));
      uses = [{ name: `deep_${depth}` }];
    }
    await expect(library.tools.put(sampleTool({ name: "deeper", uses }))).rejects.toMatchObject({
      code: "USES_TOO_DEEP",
    });
  });

  it("is refused, not crashed, when what it calls can not be linked any more", async () => {
    const program = {
      language: "javascript",
      source: "function f() { return gone(); }",
      entry: "f",
      uses: [{ name: "gone" }],
    } as const;
    const limits = { timeoutMs: 1_000, memoryMiB: 64, outputBytes: 1_000 };
    const sandbox = await library.sandbox();
    const job = { inputs: [[], []], limits, seed: 0 };
    const refused = { status: "refused", reason: expect.stringContaining('"gone"') };
    expect(await sandbox.run({ program, ...job }, signal)).toEqual([refused, refused]);
    const fine = {
      language: "javascript",
      source: "function f() { return 1; }",
      entry: "f",
    } as const;
    expect(await sandbox.runBatch({ programs: [program, fine], ...job }, signal)).toMatchObject([
      [refused, refused],
      [{ output: 1 }, { output: 1 }],
    ]);
    await expect(linkProgram(program, resolverOf(library.tools))).rejects.toThrow(/gone/);
  });
});

it("a tool depends on what its program calls, of all that its spec allows", () => {
  const task = specTask(
    ToolSpec.parse({
      name: "either",
      description: "One of two.",
      signature: "function either(value: number): number",
      cases: [{ args: [1], expected: 1 }],
      uses: ["half", { name: "quarter", version: 1 }],
    }),
  );
  const made = (body: string) => task.tool(`function either(value) { return ${body}; }`).uses;
  expect(made("half(value)")).toEqual([{ name: "half" }]);
  expect(made("quarter(half(value))")).toEqual([{ name: "half" }, { name: "quarter", version: 1 }]);
  expect(made("value")).toBeUndefined();
});

it("a fault keeps its line in a linked program", async () => {
  await library.tools.put(
    sampleTool({ name: "thrower", source: 'function thrower() { throw new Error("deep"); }' }),
  );
  const source = "// one\n// two\nfunction f() { return thrower(undefinedHere); }";
  const uses = [{ name: "thrower" }];
  const program = { language: "javascript", source, entry: "f", uses } as const;
  const limits = { timeoutMs: 1_000, memoryMiB: 64, outputBytes: 1_000 };
  const sandbox = await library.sandbox();
  const [execution] = await sandbox.run({ program, inputs: [[]], limits, seed: 0 }, signal);
  expect(execution).toMatchObject({ status: "threw" });
  expect(execution?.status === "threw" && execution.message).toMatch(/undefinedHere.*line 3/s);
});

describe("releases", () => {
  const versions: [string, Parameters<typeof sampleTool>[0], string][] = [
    ["the first", { name: "rel", body: "input" }, "1.0.0"],
    ["other code, the same results", { name: "rel", body: "input + 0" }, "1.0.1"],
    ["another result on a known case", { name: "rel", body: "input * 2" }, "1.1.0"],
    [
      "another signature",
      {
        name: "rel",
        body: "String(input)",
        signature: "function rel(input: number): string",
        result: { type: "string" },
      },
      "2.0.0",
    ],
    [
      "the same signature in other words",
      {
        name: "rel",
        body: "'' + input",
        description: "Says it otherwise.",
        signature: "rel( input:number ): string",
        result: { type: "string", description: "text" },
      },
      "2.0.1",
    ],
  ];
  it("say what changed", async () => {
    for (const [index, [what, sample, release]] of versions.entries()) {
      await library.tools.put(sampleTool({ ...sample, version: index + 1 }));
      expect((await library.tools.get("rel", index + 1)).release, what).toBe(release);
    }
  });
});

describe("a tool that needs something dangerous", () => {
  const network = { network: ["example.org"], files: false, model: false };
  const risky = (body: string) => ({
    name: "risky",
    source: `function risky(value) { return ${body}; }`,
    capabilities: network,
    cases: [{ args: [2], expected: 4 }],
  });

  it("waits for a person, is found by no search, and is used once it is approved", async () => {
    const added = await library.add(risky("value + 2"));
    expect(added).toMatchObject({
      status: "waiting",
      tool: { status: "candidate" },
      reasons: [expect.stringContaining("the network (example.org)")],
    });
    expect(await library.tools.search({ text: "risky", limit: 5 })).toEqual([]);
    expect((await waitingForApproval(library.tools)).map(({ name }) => name)).toEqual(["risky"]);

    const approved = await approve(library.ports, "risky", { reason: "read it" }, signal);
    expect(approved.status).toBe("active");
    expect(await reviewsOf(library.events, "risky")).toMatchObject([
      { action: "register", from: "candidate", to: "candidate", by: "person" },
      { action: "approve", to: "active", reasons: ["read it"], digest: approved.digest },
    ]);
  });

  it("is not run by way of a tool that uses it, before it is approved", async () => {
    await library.memory.put(
      sampleTool({
        name: "unread",
        source: "function unread(n) { return n + 1; }",
        status: "candidate",
      }),
    );
    const user = sampleTool({
      name: "user",
      source: "function user(n) { return unread(n); }",
      uses: [{ name: "unread" }],
    });
    await library.memory.put(user);
    const refused = await library.call("user", 1);
    expect(refused).toMatchObject({
      status: "refused",
      reason: expect.stringContaining("toolwright tools approve unread --tool-version 1"),
    });
    await library.memory.setStatus("unread", 1, "active");
    expect(await library.call("user", 1)).toMatchObject({ output: 2 });
  });

  it("waits again in its next version, which can be turned down with a reason", async () => {
    expect(await library.add(risky("value * 2"))).toMatchObject({ status: "waiting" });
    expect((await library.tools.get("risky")).version).toBe(1);
    await reject(library.ports, "risky", { reason: "not needed" });
    expect((await library.tools.get("risky", 2)).status).toBe("deprecated");
    expect((await reviewsOf(library.events, "risky")).at(-1)).toMatchObject({
      action: "reject",
      version: 2,
      reasons: ["not needed"],
    });
    await expect(approve(library.ports, "risky", {}, signal)).rejects.toMatchObject({
      code: "NOTHING_WAITS",
    });
  });

  it("is not even kept when it fails its cases or holds a secret", async () => {
    expect(
      await library.add({ ...risky("0"), name: "wrong", source: "function wrong() { return 0; }" }),
    ).toMatchObject({ status: "refused" });
    const key = `sk-${"a1b2c3d4e5".repeat(3)}`;
    const held = await library.add(risky(`value + 2 || "${key}"`));
    expect(held.status).toBe("refused");
    expect(held.reasons.join()).toMatch(/looks like a secret/);
    expect(held.reasons.join()).not.toContain(key);
  });

  it("may not take the name of another server's tool", async () => {
    await library.memory.put(sampleTool({ name: "their_tool", language: "mcp", origin: "mcp:s" }));
    const taken = await library.add({
      name: "their_tool",
      source: "function their_tool(value) { return value - 11; }",
      cases: [{ args: [1], expected: -10 }],
    });
    expect(taken).toMatchObject({
      status: "refused",
      reasons: [expect.stringContaining("a tool of mcp:s")],
    });
  });

  it("is judged again when it is approved: what it breaks meanwhile counts", async () => {
    await library.add({
      name: "base",
      source: "function base(value) { return value * 7 - 6; }",
      cases: [{ args: [1], expected: 1 }],
    });
    const changed = {
      name: "base",
      source: "function base(value) { return value === 1 ? 1 : -value; }",
      capabilities: network,
      cases: [{ args: [1], expected: 1 }],
    };
    expect(await library.add(changed)).toMatchObject({ status: "waiting" });
    const upon = await library.add({
      name: "upon",
      source: "function upon(value) { return base(value) + 1; }",
      uses: [{ name: "base" }],
      cases: cases((value) => value * 7 - 5),
    });
    expect(upon).toMatchObject({ status: "registered" });
    await expect(approve(library.ports, "base", {}, signal)).rejects.toMatchObject({
      code: "NOT_APPROVABLE",
      facts: { reasons: ["dependant-broken"] },
    });
    expect((await library.tools.get("base")).version).toBe(1);
  });
});
