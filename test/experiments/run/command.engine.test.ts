/** The command as a user runs it: real worker processes, real traces, a real kill. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main, type Workplace, workplace } from "../../support/cli.ts";

const MANIFEST = `
name: small
tasks: [cap-set-3, ./broken.mjs]
strategies: [funsearch]
generators: [mutation]
seeds: 2
budgets: [{ evaluations: 30 }]
baselines: { strategies: [random] }
`;
const LONG = `
name: long
tasks: [cap-set-5]
strategies: [funsearch]
generators: [mutation]
seeds: [3]
budgets: [{ evaluations: 1500 }]
baselines: { strategies: [] }
`;
/** A user's own task: seed 2 has no instances that can be made, seed 1 is fine. */
const BROKEN = `
export const tasks = [{
  name: "half-broken",
  spec: { name: "half", description: "half of it", signature: "function f(x: number): number" },
  kernel: { entry: "f", parameters: [{ name: "x", type: "number" }], result: "number", features: [],
    seeds: ["function f(x) { return 0; }", "function f(x) { return x; }"] },
  limits: { timeoutMs: 1000, memoryMiB: 64, outputBytes: 1000 },
  instances(split, seed) {
    if (seed === 2) throw new Error("no data for this seed");
    return split === "validation" ? [] : [{ input: [split === "train" ? 4 : 6], expected: split === "train" ? 2 : 3 }];
  },
  quick: 1,
  score: ({ output }, { expected }) => ({ status: "scored", score: output === expected ? 1 : 0 }),
  target: 1,
  publish: (source) => ({ language: "javascript", source, entry: "f" }),
  tool: (source) => ({ name: "half", description: "half of it", signature: "f(x: number): number",
    parameters: {}, result: {}, language: "javascript", source, entry: "f" }),
}];
`;

interface Line {
  readonly status: string;
  readonly cell: { readonly id: string; readonly task: string; readonly seed: number };
  readonly outcome?: { readonly [key: string]: unknown };
}

/** For commands that start no worker. */
const HERE = { apart: false };

let place: Workplace;
beforeAll(() => {
  // A task's harness is its text, and this process has another text of it than the workers have.
  place = workplace({ apart: true });
  place.file("broken.mjs", BROKEN);
});
afterAll(() => place.remove());

function linesOf(folder: string): Line[] {
  const text = readFileSync(join(place.folder, folder, "cells.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

/** What a table shows: everything but times and the names of runs. */
function tableOf(lines: readonly Line[]): unknown {
  return lines
    .map(({ cell, status, outcome }) => {
      const { fitness, sealed, evaluations, proposals, best, failures } = outcome ?? {};
      return { id: cell.id, status, fitness, sealed, evaluations, proposals, best, failures };
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

describe("experiment", () => {
  it("says what a grid would take and runs nothing", async () => {
    const file = place.file("small.yaml", MANIFEST);
    const { status, value } = await place.json(["experiment", "run", file, "--dry-run"], HERE);
    expect(status).toBe(0);
    expect(value).toMatchObject({ estimate: { cells: 8, evaluations: 240, mostUsd: 0 } });
    expect(existsSync(join(place.folder, "home", "experiments"))).toBe(false);
  }, 60_000);

  it("runs a grid; cells that fail stop no other, and the table is the same again", async () => {
    const file = place.file("small.yaml", MANIFEST);
    const first = await place.json(["experiment", "run", file, "--out", "one", "--workers", "2"]);
    expect(first.value).toMatchObject({ cells: 8, done: 6, failed: 2 });
    expect(first.status).toBe(1);
    const failed = linesOf("one").filter(({ status }) => status === "failed");
    expect(failed).toHaveLength(2);
    for (const { cell } of failed) expect(cell).toMatchObject({ seed: 2 });

    await place.json(["experiment", "run", file, "--out", "two", "--workers", "1"]);
    expect(tableOf(linesOf("two"))).toEqual(tableOf(linesOf("one")));

    // Failed cells are not finished: they alone are tried again.
    const again = await place.json(["experiment", "run", file, "--out", "one", "--resume"]);
    expect(again.value).toMatchObject({ done: 6, failed: 2 });
    expect(linesOf("one")).toHaveLength(10);

    const refused = await place.run(["experiment", "run", file, "--out", "one"], HERE);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain("--resume");
  }, 180_000);

  it("goes on after kill -9 in the middle of a cell, and pays for nothing twice", async () => {
    const file = place.file("long.yaml", LONG);
    await killedWhen(
      ["experiment", "run", file, "--out", "cut"],
      (evaluations) => evaluations > 200,
    );
    expect(readFileSync(join(place.folder, "cut", "cells.jsonl"), "utf8")).toBe("");
    const resumed = await place.json(["experiment", "run", file, "--out", "cut", "--resume"]);
    expect(resumed.value).toMatchObject({ done: 1, failed: 0 });
    const whole = await place.json(["experiment", "run", file, "--out", "whole"]);
    expect(whole.value).toMatchObject({ done: 1 });
    expect(linesOf("cut")[0]?.outcome).toMatchObject({ resumed: 1 });
    expect(tableOf(linesOf("cut"))).toEqual(tableOf(linesOf("whole")));
  }, 180_000);

  it("reports on what there is, and refuses a folder that is none", async () => {
    const { value, status } = await place.json(["experiment", "report", "one"], HERE);
    expect(status).toBe(0);
    const { files } = value as { files: string[] };
    const page = readFileSync(files[0] ?? "", "utf8");
    const has = (text: string) => page.includes(text);
    expect(["broken.mjs", "no data for this seed", "<svg", "<script"].map(has)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    const none = await place.run(["experiment", "report", "home"], HERE);
    expect(none.status).toBe(2);
    expect(existsSync(join(place.folder, "home", "home"))).toBe(false);
  }, 60_000);
});

/** Kills the batch itself, not its workers, once a cell has come so far. */
async function killedWhen(
  args: readonly string[],
  enough: (evaluations: number) => boolean,
): Promise<void> {
  const child = spawn(process.execPath, [main, ...args, "--progress", "json"], {
    cwd: place.folder,
    env: { PATH: process.env.PATH ?? "", TOOLWRIGHT_HOME: join(place.folder, "home") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const closed = new Promise((resolve) => child.on("close", resolve));
  for await (const line of createInterface({ input: child.stderr })) {
    if (!line.startsWith("{")) continue;
    const { running = [] } = JSON.parse(line) as { running?: { evaluations: number }[] };
    if (running.some(({ evaluations }) => enough(evaluations))) child.kill("SIGKILL");
  }
  await closed;
}
