import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Block, fencedBlocks, languageOf, scriptOf } from "../../sandbox/blocks.ts";
import { isolateSandbox } from "../../sandbox/index.ts";
import { type Execution, Limits } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";

const never = new AbortController().signal;

describe("fenced blocks", () => {
  // Examples of the CommonMark specification, section 4.5, with languages of ours.
  it.each<[string, string, readonly Partial<Block>[]]>([
    ["backticks", "```js\n1\n```\n", [{ language: "javascript", source: "1\n", line: 2 }]],
    ["tildes", "~~~ py\n1\n~~~", [{ language: "python", source: "1\n" }]],
    [
      "a longer fence holds a shorter one",
      "````sh\n```\n````",
      [{ language: "shell", source: "```\n" }],
    ],
    [
      "tildes do not close backticks",
      "```ts\n~~~\n```",
      [{ language: "typescript", source: "~~~\n" }],
    ],
    ["the end closes", "```python\nx\n", [{ language: "python", source: "x\n\n" }]],
    ["the fence's indentation is taken off", "  ```js\n  a\n   b\n  ```", [{ source: "a\n b\n" }]],
    ["four blanks are no fence", "    ```js\n    1\n    ```", []],
    ["more words after the language", "```js title=x\n1\n```", [{ language: "javascript" }]],
    ["Windows line ends", "```js\r\n1\r\n```\r\n", [{ source: "1\n" }]],
  ])("%s", (_, markdown, blocks) => {
    expect(fencedBlocks(markdown).blocks).toMatchObject(blocks);
    expect(fencedBlocks(markdown).blocks).toHaveLength(blocks.length);
  });

  it("names the lines of blocks that do not run, and takes none of what is inside them", () => {
    const { blocks, others } = fencedBlocks("```json\n```js\n1\n```\n\n```\nx\n```\n");
    expect(blocks).toEqual([]);
    expect(others).toEqual([1, 6]);
    expect(languageOf("constructor")).toBeUndefined();
  });
});

describe("a block as a script", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await isolateSandbox({ slots: 1 });
  });
  afterAll(() => sandbox?.close());
  const run = async (
    language: "javascript" | "typescript",
    source: string,
    args: readonly Json[] = [],
  ): Promise<Execution | undefined> => {
    const program = scriptOf({ language, source }, "main");
    if ("refused" in program) return { status: "refused", reason: program.refused };
    const job = { program, inputs: [args], limits: Limits.parse({}), seed: 1 };
    return (await sandbox.run(job, never))[0];
  };

  it.each<[string, string, unknown, string]>([
    ["its last expression's value", "const a = 2;\na * 21", 42, ""],
    ["nothing as null", "const a = 2;", null, ""],
    [
      "what it prints",
      'console.log("a", [1], undefined); console.error(2)',
      null,
      "a [1] undefined\n2\n",
    ],
    ["its entry's result", "function main(x) { return x + 1; }", 8, ""],
    ["its entry's, declared as a constant", "const main = (x) => x + 2; 5", 9, ""],
    ["its entry's, exported", "export const main = (x) => x + 3;", 10, ""],
    ["its default export's result", "export default (x) => x + 4;", 11, ""],
    ["its module's", "module.exports = { main: (x) => x + 5 };", 12, ""],
    [
      "groups, counts and timers as Node prints them",
      'console.group("%s of %d%%", "a", 5); console.count(); console.time("t"); console.timeEnd("t");\nconsole.groupEnd(); console.count(); console.assert(1 > 2, "no"); console.assert(true, "yes")',
      null,
      "a of 5%\n  default: 1\n  t: 0ms\ndefault: 2\nAssertion failed: no\n",
    ],
    [
      "tables",
      'console.table([{ a: 1 }, { a: "xy" }], ["a"]); console.dir({ b: [1] })',
      null,
      '┌─────────┬────┐\n│ (index) │ a  │\n├─────────┼────┤\n│ 0       │ 1  │\n│ 1       │ xy │\n└─────────┴────┘\n{"b":[1]}\n',
    ],
    ["a value that is no JSON as text", "(() => 1)", "() => 1", ""],
    ["quotes and breaks in its text", "'\\u2028`$\\n'.length", 4, ""],
  ])("gives %s", async (_, source, value, printed) => {
    expect(await run("javascript", source, [7])).toMatchObject({
      status: "returned",
      output: { value, printed },
    });
  });

  it("loses its types, and is refused where they cannot be taken off", async () => {
    expect(await run("typescript", "const a: number = 1; a as number")).toMatchObject({
      output: { value: 1 },
    });
    expect(await run("typescript", "const a: = 1;")).toMatchObject({ status: "refused" });
  });

  it("fails as a program does: it throws, or runs into its limit", async () => {
    expect(await run("javascript", "null.x")).toMatchObject({ status: "threw" });
    expect(await run("javascript", "for (;;);")).toMatchObject({ status: "timed-out" });
  });
});
