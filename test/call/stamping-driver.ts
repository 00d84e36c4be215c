/**
 * A sandbox driver whose effects are outside of the engine: each run adds a line to a file, so that a
 * call that nobody asked for, or one that was made twice, is seen whatever the engine says of itself.
 *
 * A tool's source is JSON: the file, and what it gives.
 */
import { appendFileSync } from "node:fs";
import type { Execution, ExecutionJob } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";

interface Source {
  readonly file: string;
  /** Absent: the text, so many times. */
  readonly gives?: Json;
}

async function run({ program, inputs }: ExecutionJob): Promise<readonly Execution[]> {
  const { file, gives } = JSON.parse(program.source) as Source;
  return inputs.map((input) => {
    appendFileSync(file, `${JSON.stringify([program.entry, ...input])}\n`);
    const [text, times = 1] = input;
    return {
      status: "returned",
      output: gives ?? String(text).repeat(Math.max(0, Number(times))),
      wallMs: 1,
    };
  });
}

export const sandbox: Sandbox = {
  name: "stamping",
  capabilities: {
    languages: ["python"],
    network: true,
    files: "mounted",
    packages: [],
    stateful: true,
    holds: [],
    doesNotHold: ["anything"],
    prompt: "It stamps.",
  },
  run,
  runBatch: ({ programs, ...job }) =>
    Promise.all(programs.map((program) => run({ ...job, program }))),
  close: async () => undefined,
};
