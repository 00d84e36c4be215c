import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.ts";
import { loadTask } from "../../src/tasks/tasks.ts";

const folder = mkdtempSync(join(tmpdir(), "toolwright-tasks-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function moduleWith(type: string): string {
  const path = join(folder, `${type.replace(/\W/g, "-")}.mjs`);
  const kernel = {
    entry: "f",
    parameters: [{ name: "rows", type }],
    result: "number",
    features: [],
    seeds: ["function f() { return 0; }"],
  };
  writeFileSync(path, `export const tasks = [{ name: "toy", kernel: ${JSON.stringify(kernel)} }];`);
  return path;
}

it("refuses a kernel of nested lists, and says what to do instead", async () => {
  const loading = loadTask(moduleWith("number[][]"));
  await expect(loading).rejects.toThrow(InputError);
  await expect(loading).rejects.toThrow(
    /number\[\]\[\] for rows\. Nested lists are not supported: pass a flat list/,
  );
});

it("takes a kernel of the types that the search knows", async () => {
  expect((await loadTask(moduleWith("number[]"))).name).toBe("toy");
});
