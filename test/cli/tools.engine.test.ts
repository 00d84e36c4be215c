/**
 * The library's commands on a home of their own: in this process, for there are many; what needs a
 * folder with a configuration runs as a user runs it.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exitStatus, reportError } from "../../src/cli/output.ts";
import { createProgram } from "../../src/cli/program.ts";
import { type Workplace, workplace } from "../support/cli.ts";

const fixture = fileURLToPath(new URL("../support/mcp-fixture.ts", import.meta.url));
let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

async function json(
  args: readonly string[],
  home = "home",
): Promise<{ readonly status: number; readonly value: unknown }> {
  const write = process.stdout.write;
  let text = "";
  process.stdout.write = (chunk) => {
    text += String(chunk);
    return true;
  };
  process.exitCode = 0;
  try {
    const argv = [...args, "--json", "--home", `${place.folder}/${home}`];
    await createProgram().parseAsync(argv, { from: "user" });
  } catch (error) {
    reportError(error, true);
    process.exitCode = exitStatus(error);
  } finally {
    process.stdout.write = write;
  }
  const status = Number(process.exitCode);
  process.exitCode = 0;
  return { status, value: JSON.parse(text) as unknown };
}

const spec = (name: string, rule: (n: number) => number, body: string, more: object = {}) =>
  place.file(
    `${name}.json`,
    JSON.stringify({
      name,
      description: `What ${name} gives.`,
      signature: `function ${name}(value: number): number`,
      cases: [1, 2, 3, 5, -4].map((n) => ({ args: [n], expected: rule(n) })),
      heldOut: [7, 0.5, 100].map((n) => ({ args: [n], expected: rule(n) })),
      seeds: [`function ${name}(value) { return ${body}; }`],
      ...more,
    }),
  );

describe("toolwright tools", () => {
  it("registers what a person wrote, with what it calls, and shows both ways", async () => {
    const double = await json(["tools", "add", spec("double", (n) => 2 * n, "value * 2")]);
    expect(double).toMatchObject({ status: 0, value: { status: "registered" } });
    const uses = { uses: ["double"] };
    const quadruple = spec("quadruple", (n) => 4 * n, "double(double(value))", uses);
    expect(await json(["tools", "add", quadruple])).toMatchObject({ status: 0 });
    expect(await json(["tools", "run", "quadruple", "--args", '{"value": 2.5}'])).toMatchObject({
      status: 0,
      value: { status: "returned", output: 10 },
    });
    expect((await json(["tools", "show", "double"])).value).toMatchObject({
      release: "1.0.0",
      dependants: [{ name: "quadruple", version: 1 }],
      reviews: [{ action: "register", by: "person" }],
    });
    expect((await json(["tools", "show", "quadruple"])).value).toMatchObject({
      dependencies: [{ name: "double", version: 1, pinned: false }],
      usage: { calls: 1, successes: 1 },
    });
  });

  it("keeps the types of a signature in what is stored, and holds calls to them", async () => {
    const types = {
      signature:
        "function points(kind: 'a' | 'b', point: [number, number], x: number | null, rows: {x: number}[]): string[]",
      cases: [1, 2, 3].map((n) => ({ args: ["a", [n, 2], null, [{ x: n }]], expected: [] })),
      heldOut: [{ args: ["b", [0, 0], 1, []], expected: [] }],
      seeds: ["function points(kind, point, x, rows) { return []; }"],
    };
    const file = spec("points", (n) => n, "[]", types);
    const added = await json(["tools", "add", file], "typed");
    expect(added).toMatchObject({ status: 0, value: { status: "registered" } });
    const asked = await json(["request", "points of rows", "--spec", file], "asked");
    expect(asked.status).toBe(0);
    const number = { type: "number" };
    for (const home of ["typed", "asked"]) {
      expect((await json(["tools", "show", "points"], home)).value).toMatchObject({
        parameters: {
          properties: {
            kind: { type: "string", enum: ["a", "b"] },
            point: { type: "array", prefixItems: [number, number], minItems: 2, items: false },
            x: { anyOf: [number, { type: "null" }] },
            rows: { type: "array", items: { properties: { x: number }, required: ["x"] } },
          },
          required: ["kind", "point", "x", "rows"],
        },
        result: { type: "array", items: { type: "string" } },
      });
    }
    const run = (change: object) => {
      const given = { kind: "a", point: [1, 2], x: null, rows: [], ...change };
      return json(["tools", "run", "points", "--args", JSON.stringify(given)], "typed");
    };
    expect(await run({})).toMatchObject({ status: 0, value: { output: [] } });
    for (const wrong of [{ kind: "c" }, { point: [1] }, { x: "1" }, { rows: [{ y: 1 }] }]) {
      expect((await run(wrong)).status).not.toBe(0);
    }
  });

  it("refuses a tool that fails a sealed case, and says so by its exit status", async () => {
    const wrong = spec("wrong", (n) => n * n * n, "value === 7 ? 0 : value * value * value");
    const refused = await json(["tools", "add", wrong]);
    expect(refused).toMatchObject({ status: 1, value: { status: "refused" } });
    const shown = await json(["tools", "show", "wrong"]);
    expect(shown).toMatchObject({ status: 2, value: { error: { code: "TOOL_NOT_FOUND" } } });
  });

  it("puts a dangerous version before a person, who approves or rejects it with a reason", async () => {
    const capabilities = { capabilities: { network: ["example.org"], files: false, model: false } };
    const net = spec("net", (n) => n + 40, "value + 40", capabilities);
    expect(await json(["tools", "add", net])).toMatchObject({ value: { status: "waiting" } });
    expect((await json(["tools", "pending"])).value).toMatchObject([{ name: "net", version: 1 }]);
    await json(["tools", "reject", "net", "--reason", "no network here"]);
    expect((await json(["tools", "pending"])).value).toEqual([]);
    const again = spec("net", (n) => n + 40, "40 + value", capabilities);
    await json(["tools", "add", again]);
    expect(await json(["tools", "approve", "net", "--reason", "read it"])).toMatchObject({
      value: { version: 2, status: "active" },
    });
    expect((await json(["tools", "history", "net"])).value).toMatchObject([
      { reviews: [{ action: "register" }, { action: "reject", reasons: ["no network here"] }] },
      { release: "1.1.0", reviews: [{ action: "register" }, { action: "approve" }] },
    ]);
  });

  it("says of what a search finds whether it is likely to be meant", async () => {
    const near = await json(["tools", "search", "what double gives"]);
    expect(near.value).toContainEqual(expect.objectContaining({ name: "double", meant: true }));
    const far = (await json(["tools", "search", "translate a letter into Portuguese"])).value as {
      meant: boolean;
    }[];
    expect(far.filter(({ meant }) => meant)).toEqual([]);
  });

  it("retires, restores, and carries a library to another home with what it calls", async () => {
    expect((await json(["tools", "retire", "--grace-days", "0", "--dry-run"])).value).toMatchObject(
      {
        retired: [],
        least: 0,
      },
    );
    const file = `${place.folder}/tools.json`;
    const exported = await json(["tools", "export", "quadruple", "--out", file]);
    expect(exported.value).toMatchObject({ versions: 2 });
    expect((await json(["tools", "import", file], "other")).value).toEqual({
      added: 2,
      unchanged: 0,
      waiting: [],
    });
    expect(await json(["tools", "run", "quadruple", "--args", "[3]"], "other")).toMatchObject({
      value: { output: 12 },
    });
    await json(["tools", "deprecate", "double", "--reason", "moved"]);
    expect((await json(["tools", "search", "double"])).value).not.toContainEqual(
      expect.objectContaining({ name: "double" }),
    );
    const restored = await json(["tools", "restore", "double"]);
    expect(restored.value).toMatchObject({ version: 1, status: "active" });
  });

  it("gives clear errors for awkward input", async () => {
    const code = async (...args: string[]) =>
      ((await json(["tools", ...args])).value as { error: { code: string } }).error.code;
    expect(await code("run", "double", "--args", '{"valu": 1}')).toBe("INVALID_ARGUMENTS");
    expect(await code("run", "double", "--args", "3")).toBe("USAGE");
    expect(await code("approve", "double")).toBe("NOTHING_WAITS");
    expect(await code("restore", "double")).toBe("NOTHING_TO_RESTORE");
    expect(await code("import", place.file("junk.json", "{}"))).toBe("BAD_TOOLS_FILE");
    const lost = spec("lost", (n) => n, "nowhere(value)", { uses: ["nowhere"] });
    expect(await code("add", lost)).toBe("TOOL_NOT_FOUND");
  });
});

describe("a request", () => {
  it("makes a tool that calls a stored one where its spec says so", async () => {
    // Steps of the Collatz sequence down to 1: no short expression gives them.
    const steps = (n: number): number => (n <= 1 ? 0 : 1 + steps(n % 2 === 0 ? n / 2 : 3 * n + 1));
    const numbers = [1, 6, 7, 9, 12, 19, 27, 97];
    const cases = (rule: (n: number) => number) =>
      numbers.map((n) => ({ args: [n], expected: rule(n) }));
    const loop = "let n = value, k = 0; while (n > 1) { n = n % 2 ? 3 * n + 1 : n / 2; k++; }";
    await json([
      "tools",
      "add",
      spec("collatz", steps, "", {
        cases: cases(steps),
        heldOut: [{ args: [871], expected: 178 }],
        seeds: [`function collatz(value) { ${loop} return k; }`],
      }),
    ]);
    const file = spec("collatz_plus", (n) => n, "", {
      cases: cases((n) => 2 * steps(n) + 1),
      heldOut: [{ args: [871], expected: 357 }],
      uses: [{ name: "collatz", version: 1 }],
      seeds: ["function collatz_plus(value) { return 2 * collatz(value) + 1; }"],
    });
    const budget = ["--budget-evaluations", "200"];
    const made = await json(["request", "twice the steps, plus one", "--spec", file, ...budget]);
    expect(made).toMatchObject({ status: 0, value: { status: "SUCCEEDED", created: true } });
    expect((await json(["tools", "show", "collatz_plus"])).value).toMatchObject({
      dependencies: [{ name: "collatz", version: 1, pinned: true }],
    });
    expect((await json(["tools", "stats"])).value).toMatchObject({
      reuse: { requests: 1, succeeded: 1, withoutCreation: 0, creations: 1 },
    });
  }, 60_000);
});

describe("a configured MCP server", () => {
  it("serves requests with its tools beside our own, and shows where they are from", async () => {
    const state = place.file("state.json", JSON.stringify({ description: "Adds two numbers." }));
    place.file(
      "toolwright.config.json",
      JSON.stringify({
        mcpServers: {
          sums: {
            command: process.execPath,
            args: ["--disable-warning=ExperimentalWarning", fixture, state],
          },
        },
      }),
    );
    const listed = (await place.json(["tools", "ls"])).value as { name: string; origin?: string }[];
    const add = listed.find(({ name }) => name.startsWith("sums__add_numbers"))?.name ?? "";
    expect(listed.find(({ name }) => name === add)).toMatchObject({ origin: "mcp:sums" });
    const examples = [1, 2, 3].map((n) => ({ args: [n, 10], expected: { sum: n + 10 } }));
    const file = place.file("sums.json", JSON.stringify(examples));
    const served = await place.json(["request", "add two numbers", "--examples", file]);
    expect(served).toMatchObject({
      status: 0,
      value: { status: "SUCCEEDED", created: false, tool: { name: add, version: 1 } },
    });

    place.file("state.json", JSON.stringify({ description: "Adds two numbers, now otherwise." }));
    const refused = await place.json(["tools", "run", add, "--args", "[1, 2]"]);
    expect(refused).toMatchObject({ status: 1, value: { status: "refused" } });
    await place.json(["tools", "approve", add]);
    const called = await place.json(["tools", "run", add, "--args", "[1, 2]"]);
    expect(called).toMatchObject({ status: 0, value: { output: { sum: 3 } } });
  }, 60_000);

  it("asks a person before a tool is called that can destroy something, as its server says", async () => {
    const hints = { destructiveHint: true };
    const state = place.file("hints.json", JSON.stringify({ description: "Adds.", hints }));
    const args = ["--disable-warning=ExperimentalWarning", fixture, state];
    const configured = (approvals: object) =>
      place.file(
        "toolwright.config.json",
        JSON.stringify({ approvals, mcpServers: { disk: { command: process.execPath, args } } }),
      );
    configured({});
    const script = place.file("wipe.js", "return await tools.disk__wipe({ a: 1, b: 2 });");
    expect(await place.run(["tools", "ls"])).toMatchObject({ status: 0 });
    const waiting = (await place.json(["run", script])).value as Record<string, unknown>;
    expect(waiting.status).toBe("WAITING_FEEDBACK");
    expect(JSON.stringify(waiting)).toContain("Its server says that it can destroy something");
    expect(existsSync(`${state}.wiped`)).toBe(false);
    configured({ tools: { disk__wipe: "never" } });
    expect((await place.json(["run", script])).value).toMatchObject({ status: "SUCCEEDED" });
    expect(existsSync(`${state}.wiped`)).toBe(true);
  }, 60_000);
});
