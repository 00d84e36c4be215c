import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.ts";
import { loadExamples, loadSpec, loadTask, readText } from "../../src/tasks/tasks.ts";

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

const CASES = '[{ "args": [1], "expected": "é" }]';
const YAML = "- args: [1]\r\n  expected: é\r\n";

it.each([
  ["JSON with a byte order mark", Buffer.from(`\ufeff${CASES}`)],
  ["YAML with a byte order mark and Windows line ends", Buffer.from(`\ufeff${YAML}`)],
])("reads examples in %s", async (_, bytes) => {
  const file = join(folder, "examples.yaml");
  writeFileSync(file, bytes);
  expect(await loadExamples(file)).toEqual([{ args: [1], expected: "é" }]);
});

it("refuses examples, specs and texts in another encoding, with the file and what to do", async () => {
  const file = join(folder, "other.yaml");
  for (const bytes of [Buffer.from(`\ufeff${YAML}`, "utf16le"), Buffer.from(YAML, "latin1")]) {
    writeFileSync(file, bytes);
    for (const load of [loadExamples, loadSpec, readText]) {
      await expect(load(file)).rejects.toMatchObject({
        code: "UNREADABLE_FILE",
        message: expect.stringMatching(
          /other\.yaml: expected UTF-8, got .* Save the file as UTF-8/,
        ),
      });
    }
  }
});

it.each([
  ["an alias that nothing defines", "- args: [x]\n  expected: *x*", "2:13"],
  ["an unknown tag", "- args: [x]\n  expected: !important", "2:13"],
  ["a key twice", "- args: [x]\n  args: [y]\n  expected: 1", "2:3"],
])("refuses examples with %s, at its place", async (_, text, place) => {
  const file = join(folder, "faulty.yaml");
  writeFileSync(file, text);
  const fault = { message: expect.stringContaining(`${file}:${place}: Expected`) };
  await expect(loadExamples(file)).rejects.toMatchObject({ code: "BAD_EXAMPLES", ...fault });
  await expect(loadSpec(file)).rejects.toMatchObject({ code: "BAD_SPEC", ...fault });
});
