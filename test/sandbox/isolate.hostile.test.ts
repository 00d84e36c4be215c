/**
 * One program of the hostile list per test: each gets one of its right outcomes, and the benign
 * control that follows on the same sandbox packs into 13 bins as before.
 */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isolateSandbox } from "../../sandbox/index.ts";
import { type Execution, type ExecutionStatus, Limits } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { lanes } from "./lanes.ts";

const folder = new URL("../fixtures/hostile/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const { cases } = JSON.parse(read("manifest.json")) as {
  readonly cases: readonly { file: string; expect: readonly string[]; note: string }[];
};

const STATUS: Readonly<Record<string, ExecutionStatus>> = {
  ok: "returned",
  compile: "refused",
  runtime: "threw",
  timeout: "timed-out",
  memory: "out-of-memory",
  invalid_output: "bad-output",
  serialization: "bad-output",
  crash: "crashed",
};

const HARNESS = `
function harness(priority, items, capacity) {
  const rooms = new Float64Array(items.length).fill(capacity);
  return items.map((item) => {
    const fitting = [];
    for (let bin = 0; bin < rooms.length; bin++) if (rooms[bin] >= item) fitting.push(bin);
    const given = priority(item, Float64Array.from(fitting, (bin) => rooms[bin]));
    if (!(given instanceof Float64Array)) badOutput("expected a list, got a " + typeof given);
    if (given.length !== fitting.length) badOutput("expected one priority per bin");
    let best = 0;
    for (let i = 0; i < given.length; i++) {
      if (!Number.isFinite(given[i])) badOutput("expected finite priorities");
      if (given[i] > given[best]) best = i;
    }
    rooms[fitting[best]] -= item;
    return fitting[best];
  });
}`;

/**
 * Attacks on a list of any values: a Float64Array, which is what a harness hands on, would turn
 * their strings into numbers and refuse their getters, so they get a plain list of their own.
 */
const ON_PLAIN_LISTS = ["res-strings.js", "time-getter.js"];

const inputs = [[Array.from({ length: 30 }, (_, i) => 20 + ((i * 37) % 81)), 150]];
const limits = Limits.parse({ timeoutMs: 1_000, memoryMiB: 64 });
const never = new AbortController().signal;

describe("hostile programs", () => {
  const lend = lanes(() => isolateSandbox({ slots: 1 }));

  async function pack(
    sandbox: Sandbox,
    source: string,
    { entry = "priority", within = limits } = {},
  ): Promise<Execution | undefined> {
    const program = { language: "javascript" as const, source, entry };
    const job = { program, inputs, harness: { source: HARNESS }, limits: within, seed: 1 };
    const [execution] = await sandbox.run(job, never);
    return execution;
  }

  it.concurrent.for(cases)(
    "$file ($note): $expect",
    { timeout: 120_000 },
    ({ file, expect: right }, { expect }) =>
      lend(async (sandbox) => {
        const plain = ON_PLAIN_LISTS.includes(file);
        const adapter = "\nfunction onPlainList(item, bins) { return priority(item, [...bins]); }";
        // Who can only run out of time need not be waited for as long as who has something to finish.
        const timeoutMs = right.every((word) => STATUS[word] === "timed-out") ? 400 : 1_000;
        const within = { ...limits, timeoutMs };
        const execution = plain
          ? await pack(sandbox, read(file) + adapter, { entry: "onPlainList", within })
          : await pack(sandbox, read(file), { within });
        expect(right.map((word) => STATUS[word])).toContain(execution?.status);
        const text = JSON.stringify(execution);
        expect(text.length).toBeLessThan(2_000);
        expect(text).not.toContain("LEAK");

        const control = await pack(sandbox, read("00-benign.js"));
        expect(control?.status).toBe("returned");
        const packing = control?.status === "returned" ? (control.output as number[]) : [];
        expect(new Set(packing).size).toBe(13);
      }),
  );

  it("are all on the list: no file without a case, no case without a file", () => {
    const files = readdirSync(folder).filter((file) => file !== "manifest.json");
    expect(cases.map(({ file }) => file).sort()).toEqual(files.sort());
  });
});
