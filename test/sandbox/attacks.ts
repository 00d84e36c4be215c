/** The tests of hostile programs of our own, the same on every driver that runs their language. */
import { it } from "vitest";
import { type Execution, type Language, Limits } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { lanes } from "./lanes.ts";
import type { HostileProgram } from "./more-hostile-programs.ts";

const never = new AbortController().signal;
const limits = Limits.parse({ timeoutMs: 1_000, memoryMiB: 64, outputBytes: 100_000 });
/** Who can only run out of time need not be waited for as long as who has something to finish. */
const short = { ...limits, timeoutMs: 400 };
const CONTROL = {
  javascript: "function f() { return [typeof LEAK, [1].concat(2).length]; }",
  python: "def f():\n    return ['undefined' if 'LEAK' not in globals() else '', len([1, 2])]\n",
};

/**
 * Each gets the right kind of outcome, whole text in its words, and the program that follows on the
 * same sandbox is right.
 */
export function attacks(
  language: "javascript" | "python",
  programs: readonly HostileProgram[],
  open: () => Promise<Sandbox>,
): void {
  const lend = lanes(async () => {
    process.env.TOOLWRIGHT_TEST_SECRET = "secret";
    try {
      return await open();
    } finally {
      delete process.env.TOOLWRIGHT_TEST_SECRET;
    }
  });

  it.concurrent.for(programs)(
    "$name: $expect",
    { timeout: 120_000 },
    ({ source, ...right }, { expect }) =>
      lend(async (sandbox) => {
        const run = async (text: string, within = limits): Promise<Execution | undefined> => {
          const program = { language: language as Language, source: text, entry: "f" };
          return (await sandbox.run({ program, inputs: [[]], limits: within, seed: 1 }, never))[0];
        };
        const execution = await run(source, String(right.expect) === "timed-out" ? short : limits);
        expect(right.expect, JSON.stringify(execution)?.slice(0, 400)).toContain(execution?.status);
        if (execution?.status === "returned" && "output" in right) {
          expect(execution.output).toEqual(right.output);
        }
        if (execution !== undefined && execution.status !== "returned") {
          const text = Object.values(execution).join(" ");
          expect(text.isWellFormed(), text).toBe(true);
          expect(text.length).toBeLessThan(2_100);
        }
        expect(await run(CONTROL[language])).toMatchObject({
          status: "returned",
          output: ["undefined", 2],
        });
      }),
  );
}
