/** Files and folders as people name them, and bytes as their editors write them. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { workplace } from "../support/cli.ts";

const place = workplace();
afterAll(() => place.remove());
const odd = join(place.folder, "a #1 %41?x=1&y müll 日本");
mkdirSync(odd);

function write(name: string, content: string | Uint8Array): string {
  const path = join(odd, name);
  writeFileSync(path, content);
  return path;
}

const MODULE = `const kernel = { entry: "f", parameters: [{ name: "x", type: "number" }], result: "number",
  features: [], seeds: ["function f(x) { return x; }"] };
export const tasks = ["first", "second"].map((name) => ({
  name, description: name, kernel,
  spec: { name: "f", description: name, signature: "function f(x: number): number" },
  instances: () => [], score: () => 0 }));`;

describe("a path of any letters", { timeout: 60_000 }, () => {
  it("names a task module, alone or with one of its tasks", async () => {
    const file = write("a#b.mjs", MODULE);
    const source = write("s.js", "function f(x) { return x; }");
    // In a process of its own: the test's own loader does not take such a path.
    const run = async (task: string) =>
      (await place.run(["evaluate", task, "--source", source], { apart: true })).stderr;
    expect(await run(`${file}#third`)).toContain("Expected a task of first, second");
    for (const task of [file, `${file}#second`]) {
      expect(await run(task)).not.toMatch(/UNKNOWN_TASK|BAD_TASK_MODULE|UNEXPECTED/);
    }
  });

  it("names a home, which is used and found again", async () => {
    const environment = { TOOLWRIGHT_HOME: join(odd, "home #2") };
    const examples = write("ex#.json", '[{"args":[1],"expected":2},{"args":[4],"expected":8}]');
    const words = ["request", "double it", "--examples", examples, "--budget-seconds", "10"];
    expect((await place.run(words, { environment, apart: true })).status).toBe(0);
    expect(existsSync(join(odd, "home #2", "trace.db"))).toBe(true);
    const { value } = await place.json(["request", "ls"], { environment });
    expect(JSON.stringify(value)).toContain("SUCCEEDED");
  });
});

describe("a file that an editor saved with a byte order mark", { timeout: 60_000 }, () => {
  const marked = (name: string, text: string): string => write(name, `\ufeff${text}`);

  it.each([
    ["m.js", "function main(x) { return x * 2; }", "6\n"],
    ["m.ts", "export default (x: number): number => x * 2;\r\n", "6\n"],
    ["m.md", "```js\r\n[3].map((x) => x * 2)[0]\r\n```\r\n", "6\n"],
  ])("runs: %s", async (name, text, stdout) => {
    const file = marked(name, text);
    expect(await place.run(["sandbox", "run", file, "--args", "[3]"])).toMatchObject({ stdout });
  });

  it("runs as a program, and is read as a manifest", async () => {
    const program = marked("p.ts", "export default async (): Promise<number> => 4;");
    expect((await place.run(["run", program])).stdout).toBe("4\n");
    const manifest = marked("apply.yaml", "tasks:\r\n- name: one\r\n  objective: double 4\r\n");
    const applied = await place.run(["apply", "-f", manifest, "--dry-run"]);
    expect(applied.stderr).toContain("apply.yaml:2:3 MISSING_FIELD tasks[0].agent");
  });

  it("is refused by its encoding where that is not UTF-8", async () => {
    for (const encoding of ["utf16le", "latin1"] as const) {
      const file = write("u.js", Buffer.from("function main() { return 'ü'; }", encoding));
      const { status, stderr } = await place.run(["sandbox", "run", file]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/UNREADABLE_FILE: .*u\.js: expected UTF-8, got .*Save the file/);
    }
  });
});
