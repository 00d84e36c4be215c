import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

describe("a reply's code", () => {
  test("nothing is written to standard error when types are stripped", () => {
    const script = `
      import { extractFunction } from "./src/evolve/generators/llm/extract.ts";
      const found = extractFunction("function f(a: number): number { return a; }", "f", ["a"]);
      process.stdout.write(found.status);`;
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module-typescript", "-e", script],
      {
        encoding: "utf8",
      },
    );
    expect(stdout).toBe("found");
    expect(stderr).toBe("");
  });
});
