import { expect, it } from "vitest";
import { specTask } from "../../../evaluators/spec-task.ts";
import { startFacts } from "../../../src/evolve/loop/start-facts.ts";

it("a run's first event says what candidates are written in, where it is not JavaScript", () => {
  const spec = {
    name: "double",
    description: "Doubles.",
    signature: "function double(n: number): number",
    cases: [{ args: [1], expected: 2 }],
  };
  expect(startFacts(specTask({ ...spec, language: "python" }), 1).language).toBe("python");
  expect(startFacts(specTask(spec), 1)).not.toHaveProperty("language");
});
