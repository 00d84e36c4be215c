/** The commands as a user runs them: a home of their own, no network. */
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wholeProgram } from "../../src/cli/program.ts";
import { main, type Workplace, workplace } from "../support/cli.ts";
import { CLAMP } from "./specs.ts";

let place: Workplace;
let spec: string;
beforeAll(() => {
  place = workplace();
  spec = place.file("clamp.json", JSON.stringify(CLAMP));
});
afterAll(() => place.remove());

describe("evolve", { timeout: 120_000 }, () => {
  it("evolves a function for a spec and prints the documented document", async () => {
    const { status, value } = await place.json([
      "evolve",
      "--spec",
      spec,
      "--seed",
      "3",
      "--budget-evaluations",
      "4000",
    ]);
    expect(value).toMatchObject({
      best: { source: expect.stringContaining("clamp"), score: 1, heldOut: 1 },
      evaluations: expect.any(Number),
      seconds: expect.any(Number),
      failures: { byStatus: expect.any(Object) },
      runId: expect.stringMatching(/^evo-/),
    });
    expect(status).toBe(0);
  });

  it("gives the same best program for the same seed and evaluation budget, with 1 or 2 workers", async () => {
    const run = async (workers: string) => {
      const { value } = await place.json([
        "evolve",
        "bin-packing",
        "--seed",
        "5",
        "--budget-evaluations",
        "150",
        "--workers",
        workers,
      ]);
      const { best, evaluations, runId } = value as {
        best: { source: string; score: number; heldOut: number };
        evaluations: number;
        runId: string;
      };
      const shown = await place.json(["traces", "show", runId, "--limit", "0"]);
      return { best, evaluations, sum: (shown.value as { sum: string }).sum };
    };
    const one = await run("1");
    const two = await run("2");
    expect(one.evaluations).toBe(150);
    expect(two).toEqual(one);
  });

  it("can be taken up again: what has run is not run again, and the end is the same", async () => {
    const whole = await place.json([
      "evolve",
      "--spec",
      spec,
      "--seed",
      "8",
      "--budget-evaluations",
      "300",
    ]);
    const { runId, best } = whole.value as { runId: string; best: unknown };
    const again = await place.json([
      "evolve",
      "--spec",
      spec,
      "--seed",
      "8",
      "--budget-evaluations",
      "300",
      "--resume",
      runId,
    ]);
    expect((again.value as { best: unknown }).best).toEqual(best);

    const other = await place.json(["evolve", "--spec", spec, "--seed", "9", "--resume", runId]);
    expect(other.value).toMatchObject({ error: { code: "RESUME_MISMATCH" } });
    expect(other.status).toBe(2);
  });
});

describe("request", () => {
  it("makes a tool out of a spec, then finds it again and makes none", async () => {
    const ask = [
      "request",
      "keep a number between two bounds",
      "--spec",
      spec,
      "--seed",
      "3",
      "--budget-evaluations",
      "4000",
    ];
    const first = await place.json(ask);
    expect(first.value).toMatchObject({
      status: "SUCCEEDED",
      created: true,
      tool: { name: "clamp", version: 1 },
    });
    expect((first.value as { outputs: unknown[] }).outputs.slice(0, 4)).toEqual([5, 0, 10, 8]);
    const second = await place.json(ask);
    expect(second.value).toMatchObject({
      status: "SUCCEEDED",
      created: false,
      tool: { name: "clamp", version: 1 },
    });
    const call = await place.json(["tools", "run", "clamp", "--args", "[9, 1, 4]"]);
    expect(call.value).toMatchObject({ status: "returned", output: 4 });
  }, 60_000);

  it("says what is missing when it can be checked by nothing", async () => {
    const { status, value } = await place.json(["request", "make me happy"]);
    expect(status).toBe(2);
    expect(value).toMatchObject({ error: { code: "REQUEST_UNCHECKABLE" } });
  });
});

describe("start", () => {
  it("makes the packing tool, better than best fit on inputs that no search saw, then finds it", async () => {
    const first = await place.json([
      "start",
      "--task",
      "bin-packing",
      "--budget-evaluations",
      "300",
      "--seed",
      "2",
    ]);
    expect(first.value).toMatchObject({ status: "SUCCEEDED", created: true });
    const { measures } = first.value as { measures: Record<string, number> };
    expect(measures.excessPercent).toBeLessThan(measures.bestFitPercent ?? 0);
    expect(measures.bestFitPercent).toBeLessThan(measures.firstFitPercent ?? 0);
    const second = await place.json(["start", "--task", "bin-packing", "--seed", "2"]);
    expect(second.value).toMatchObject({ status: "SUCCEEDED", created: false, runId: null });
  }, 180_000);
});

describe("sandbox run", () => {
  it("prints the execution of a program", async () => {
    const file = place.file(
      "twice.ts",
      "export function main(x: number): number { return 2 * x; }",
    );
    const { status, value } = await place.json(["sandbox", "run", file, "--args", "[21]"]);
    expect(value).toMatchObject({ status: "returned", output: 42 });
    expect(status).toBe(0);
  });

  it("gives a typed outcome and status 1 for one that loops", async () => {
    const file = place.file("loop.js", "function main() { for (;;); }");
    const { status, value } = await place.json(["sandbox", "run", file, "--timeout-ms", "200"]);
    expect(value).toEqual({ status: "timed-out", limitMs: 200 });
    expect(status).toBe(1);
  });
});

describe("bad input", () => {
  const bad = (change: object): string =>
    place.file("bad.json", JSON.stringify({ ...CLAMP, ...change }));

  it.each([
    ["a case of the wrong arity", { cases: [{ args: [1, 2], expected: 1 }] }, /case/i],
    [
      "a signature that does not parse",
      { signature: "function clamp(value: number" },
      /signature/i,
    ],
    ["a seed with a syntax error", { seeds: ["function clamp( { return 1; }"] }, /seed/i],
  ])("refuses %s with status 2", async (_, change, message) => {
    const { status, stderr } = await place.run(["evolve", "--spec", bad(change)]);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  it("names file, line and field of a spec that does not fit", async () => {
    const file = place.file(
      "bad.yaml",
      "name: clamp\ndescription: bounds\nsignature: x\ncases:\n  - args: 3\n    expected: 1\n",
    );
    const { status, stderr } = await place.run(["evolve", "--spec", file]);
    expect(stderr).toMatch(/bad\.yaml:5: cases\[0\]\.args: expected a list, got 3/);
    expect(status).toBe(2);
  });

  it.each([
    ["--limit", "abc", ["traces", "ls"]],
    ["--limit", "-1", ["tools", "search", "x"]],
    ["--budget-evaluations", "many", ["evolve", "bin-packing"]],
    ["--timeout-ms", "0", ["sandbox", "run", "twice.js"]],
    ["--port", "70000", ["serve"]],
  ])("names the flag %s that can not be %s", async (flag, value, command) => {
    place.file("twice.js", "function main(x) { return 2 * x; }");
    const { status, stderr } = await place.run([...command, flag, value]);
    expect(stderr).toMatch(new RegExp(`${flag}.*(${value}|>=1)`));
    expect(status).toBe(2);
  });

  it.skipIf(!existsSync("/dev/full"))(
    "says that standard output can not be written, with status 1 (skipped where there is no /dev/full)",
    () => {
      const full = openSync("/dev/full", "w");
      const { status, stderr } = spawnSync(process.execPath, [main, "prompts", "ls"], {
        env: { PATH: process.env.PATH ?? "", TOOLWRIGHT_HOME: `${place.folder}/home` },
        stdio: ["ignore", full, "pipe"],
      });
      closeSync(full);
      expect(stderr.toString()).toMatch(/^STDOUT_UNWRITABLE: .*no space left/m);
      expect(status).toBe(1);
    },
  );

  it("names the tasks there are when it does not know one", async () => {
    const { status, stderr } = await place.run(["evolve", "bin-packign"]);
    expect(stderr).toMatch(/UNKNOWN_TASK.*bin-packing/);
    expect(status).toBe(2);
  });

  it("says where a data file is cut off", async () => {
    const file = place.file("cut.txt", "1\nu120_00\n150 5 48\n42\n69\n");
    const source = place.file("ff.js", "function score() { return 0; }");
    const { status, stderr } = await place.run([
      "evaluate",
      "bin-packing",
      "--source",
      source,
      "--data",
      file,
    ]);
    expect(stderr).toMatch(/cut\.txt/);
    expect(status).toBe(2);
  });

  it("refuses a home that is a file, or where no folder can be made", async () => {
    const file = place.file("plain-file", "");
    const nowhere = process.platform === "linux" ? ["/proc/nowhere/home"] : [];
    for (const home of [file, `${file}/home`, ...nowhere]) {
      const { status, stderr } = await place.run(["tools", "ls", "--home", home]);
      expect(stderr).toMatch(/HOME_NOT_WRITABLE/);
      expect(status).toBe(2);
    }
  });
});

describe("evaluate", () => {
  it("scores first fit and best fit in both forms alike", async () => {
    const kernel = place.file(
      "bf-kernel.js",
      "function score(item, room, capacity) { return item - room; }",
    );
    const vector = place.file(
      "bf.js",
      "function priority(item, bins) { return bins.map((room) => item - room); }",
    );
    const one = await place.json(["evaluate", "bin-packing", "--source", kernel]);
    const two = await place.json(["evaluate", "bin-packing", "--source", vector]);
    expect(one.value).toMatchObject({
      excessPercent: expect.any(Number),
      meanBins: expect.any(Number),
      l1Bound: expect.any(Number),
    });
    expect((two.value as { scores: unknown }).scores).toEqual(
      (one.value as { scores: unknown }).scores,
    );
  }, 60_000);
});

describe("help", () => {
  it("is there for every command, on stdout, with status 0", async () => {
    // In this process: fifty starts of Node would prove nothing more.
    const program = await wholeProgram();
    const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
    const names = all(program).map((command) => command.name());
    expect(names).toEqual(
      expect.arrayContaining(["evolve", "evaluate", "request", "run", "ls", "doctor"]),
    );
    for (const command of all(program)) {
      expect(command.helpInformation(), command.name()).toMatch(/Usage: /);
      expect(command.description(), command.name()).not.toBe("");
    }
  });

  it("ends a command line with status 0, and one that is wrong with status 2", async () => {
    const asked = await place.run(["evolve", "--help"], { apart: true });
    expect(asked.stdout).toMatch(/Usage: toolwright evolve/);
    expect(asked.status).toBe(0);
    const flag = ["evolve", "bin-packing", "--budgt-seconds", "1"];
    const wrong = await place.run(flag, { apart: true });
    expect(wrong.stderr).toMatch(/unknown option/);
    expect(wrong.status).toBe(2);
  });
});
