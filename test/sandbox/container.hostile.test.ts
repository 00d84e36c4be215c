import { readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { containerSandbox } from "../../sandbox/container/container.ts";
import { Limits } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { engineNote, withoutEngine } from "./container-engine.ts";
import { lanes } from "./lanes.ts";

const folder = new URL("../fixtures/hostile-python/", import.meta.url);
const read = (file: string): string => readFileSync(new URL(file, folder), "utf8");
const manifest = JSON.parse(read("manifest.json")) as {
  readonly file: string;
  readonly expect: readonly string[];
  readonly note: string;
}[];
const limits = Limits.parse({ timeoutMs: 1_000, memoryMiB: 64 });
const never = new AbortController().signal;
const inputs = [
  [57, [130, 150]],
  [20, [150]],
];

describe.skipIf(withoutEngine)(`hostile Python in a container${engineNote}`, () => {
  const lend = lanes(() => containerSandbox({ languages: ["python"], concurrency: 1 }));
  const priority = (sandbox: Sandbox, source: string) =>
    sandbox.run(
      { program: { language: "python", source, entry: "priority" }, inputs, limits, seed: 1 },
      never,
    );

  it.concurrent.for(manifest)(
    "$file gets one of its outcomes, and the next program is right",
    ({ file, expect: outcomes }, { expect }) =>
      lend(async (sandbox) => {
        const executions = await priority(sandbox, read(file));
        expect(executions).toHaveLength(inputs.length);
        for (const { status } of executions) expect(outcomes).toContain(status);

        const control = await priority(sandbox, read("py-00-benign.py"));
        expect(control.map((execution) => "output" in execution && execution.output)).toEqual([
          [-73, -93],
          [-130],
        ]);
      }),
  );

  const tellers = manifest.filter(({ file }) => read(file).includes('print("LEAK'));
  it.concurrent.for(tellers)("$file finds nothing to report", ({ file }, { expect }) =>
    lend(async (sandbox) => {
      const session = sandbox.session(file, "python", 64);
      const cell = await session.run(`${read(file)}\npriority(57, [130, 150])`, limits, never);
      await session.close();
      expect(cell.execution.status).toBe("threw");
      expect(cell.stdout).not.toContain("LEAK");
    }),
  );
});
