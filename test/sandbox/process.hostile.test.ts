import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { processSandbox } from "../../sandbox/process/process.ts";
import { Limits } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { lanes } from "./lanes.ts";

const folder = new URL("../fixtures/hostile-python/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const manifest = JSON.parse(read("manifest.json")) as {
  readonly file: string;
  readonly expect: readonly string[];
}[];
// These prove a container's walls; what a process holds of them differs from machine to machine.
const CONTAINER_ONLY = [
  "py-ptrace-worker.py",
  "py-privileges.py",
  "py-disk-fill.py",
  "py-mem-tmpfs.py",
];
const limits = Limits.parse({ timeoutMs: 1_000, memoryMiB: 64 });
const never = new AbortController().signal;
const inputs = [[57, [130, 150]]];
const withoutPython = !["/usr/bin/python3", "/usr/local/bin/python3"].some(existsSync);

it("no hostile Python file is without a case, and no case without a file", () => {
  const files = readdirSync(folder).filter((file) => file !== "manifest.json");
  expect(manifest.map(({ file }) => file).sort()).toEqual(files.sort());
});

describe.skipIf(withoutPython)(
  "hostile Python in a process (skipped where there is no Python 3)",
  () => {
    const lend = lanes(() => processSandbox({ accept: "weaker-isolation", concurrency: 1 }));
    const priority = (sandbox: Sandbox, source: string) =>
      sandbox.run(
        { program: { language: "python", source, entry: "priority" }, inputs, limits, seed: 1 },
        never,
      );

    it.concurrent.for(manifest.filter(({ file }) => !CONTAINER_ONLY.includes(file)))(
      "$file gets one of its outcomes, and the next program is right",
      ({ file, expect: outcomes }, { expect }) =>
        lend(async (sandbox) => {
          const executions = await priority(sandbox, read(file));
          expect(executions).toHaveLength(inputs.length);
          for (const { status } of executions) expect(outcomes).toContain(status);
          const control = await priority(sandbox, read("py-00-benign.py"));
          expect(control).toMatchObject([{ status: "returned", output: [-73, -93] }]);
        }),
    );
  },
);
