/** Programs as people's files hold them, and what Node's console and locales do in them: in both drivers. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isolateSandbox } from "../../sandbox/index.ts";
import { processSandbox } from "../../sandbox/process/process.ts";
import { type Execution, Limits } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";

vi.setConfig({ testTimeout: 180_000 });

describe.each([
  ["isolate", () => isolateSandbox({ slots: 1 })],
  ["process", () => processSandbox({ accept: "weaker-isolation" })],
])("a JavaScript file in the %s driver", (_, open: () => Promise<Sandbox>) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await open();
  });
  afterAll(() => sandbox?.close());

  const run = async (
    source: string,
    args: readonly Json[] = [7],
    language: "javascript" | "typescript" = "javascript",
  ): Promise<Execution | undefined> => {
    const program = { language, source, entry: "main" };
    const job = { program, inputs: [args], limits: Limits.parse({ timeoutMs: 5_000 }), seed: 1 };
    return (await sandbox.run(job, new AbortController().signal))[0];
  };

  it.each([
    ["a default arrow function", "export default (x) => x * 2;"],
    [
      "a default function without a name",
      "const two = 2;\nexport default function (x) { return x * two; }",
    ],
    ["a default function with another name", "export default function double(x) { return x * 2; }"],
    ["a default name", "const double = (x) => x * 2;\nexport default double;"],
    ["a default class", "export default class Doubler { by = 2; main(x) { return x * this.by; } }"],
    ["a default object", "export default { by: 2, main(x) { return x * this.by; }, other() {} };"],
    ["a list of exports", "function double(x) { return x * 2; }\nexport { double as default };"],
    ["a list of exports over lines", "const main = (x) => x * 2;\nexport {\n  main,\n};"],
    ["an exported constant", "export const half = 0.5;\nexport const main = (x) => x / half;"],
    ["module.exports as a function", "module.exports = (x) => x * 2;"],
    ["module.exports as a mapping", "const main = (x) => x * 2;\nmodule.exports = { main };"],
    [
      "module.exports with one function",
      '"use strict";\nmodule.exports = { double: (x) => x * 2, by: 2 };',
    ],
    ["exports", "exports.helper = (x) => x * 2;\nexports.main = (x) => exports.helper(x);"],
    ["exports with one function", "exports.double = function (x) { return x * 2; };"],
    ["module.exports.main", "module.exports.main = (x) => x * 2; module.exports.other = () => 0;"],
    ["a shebang line", "#!/usr/bin/env node\nfunction main(x) { return x * 2; }"],
    ["a shebang line before exports", "#!/usr/bin/env node\nexport default (x) => x * 2;"],
    [
      "types that are imported",
      'import type { A } from "./a";\nexport default (x: number): number => x * 2;',
    ],
    ["a name in its own text", 'const main = (x) => "export default\\n".length && x * 2;'],
  ])("runs with %s", async (_, source) => {
    expect(await run(source)).toMatchObject({ status: "returned", output: 14 });
  });

  it("runs as TypeScript with type exports", async () => {
    const source =
      "export type A = number;\nexport interface B { a: A }\nexport default (b: B): A => b.a * 2;";
    expect(await run(source, [{ a: 7 }], "typescript")).toMatchObject({ output: 14 });
  });

  it("takes the named function before the default one", async () => {
    const source = "export default (x) => 0;\nexport function main(x) { return x; }";
    expect(await run(source)).toMatchObject({ output: 7 });
  });

  it.each([
    ["nothing", "", "refused", "main: it is empty"],
    ["only comments", "// main\n/* function main() {} */", "refused", "it is empty"],
    [
      "other functions",
      "function half() {}\nconst third = (x) => x;",
      "refused",
      "it defines half, third",
    ],
    [
      "a number as its export",
      "export default 5;",
      "threw",
      "expected a function as the export, got number",
    ],
    [
      "several functions as its export",
      "module.exports = { a() {}, b() {} };",
      "threw",
      "got a, b",
    ],
    ["an import", 'import x from "./x";\nexport default () => x;', "refused", "import"],
    ["a promise", "export default async (x) => x;", "bad-output", "promise"],
    ["a generator", "export default function* () { yield 1; }", "bad-output", "Generator"],
    ["too long a text", `function main() {} // ${"x".repeat(8_400_000)}`, "refused", "got 84000"],
  ])("fails with %s", async (_, source, status, words) => {
    const execution = await run(source);
    expect(execution).toMatchObject({ status });
    expect(JSON.stringify(execution)).toContain(words);
  });

  it("names the line of a throw below what was rewritten", async () => {
    const source = 'import type { A } from "./a";\n\nexport default (x) => {\n  return x.y.z;\n};';
    expect(await run(source)).toMatchObject({ message: expect.stringContaining("line 4") });
  });

  it("may call every function of the console", async () => {
    const names = Object.keys(console).filter((name) => /^[a-z]+[A-Z]?[a-z]+$/.test(name));
    const left = ["profile", "profileEnd", "timeStamp", "context", "createTask"];
    const called = names.filter((name) => !left.includes(name));
    expect(called).toEqual(expect.arrayContaining(["timeEnd", "groupEnd", "countReset", "dirxml"]));
    const source = `function main() { ${called.map((name) => `console.${name}("a", 1);`).join(" ")} return 1; }`;
    expect(await run(source)).toMatchObject({ output: 1 });
  });

  it("compares and prints in the locale that it asks for, else in English and UTC", async () => {
    const source = `function main() { return [
      ["b", "ä", "a", "Z"].sort((x, y) => x.localeCompare(y)), "ä".localeCompare("z", "sv"),
      "item 10".localeCompare("item 9", "en", { numeric: true }),
      (1234567.5).toLocaleString(), (1234567.5).toLocaleString("de"), (10n ** 6n).toLocaleString("en-US"),
      [1234.5, 2].toLocaleString("de"), "I".toLocaleLowerCase("tr"), "i".toLocaleUpperCase(),
      new Date(0).toLocaleString("en-US"), new Date(0).toLocaleDateString("en-GB"),
      new Date(0).toLocaleTimeString("de", { timeZone: "Asia/Tokyo" })]; }`;
    expect(await run(source)).toMatchObject({
      output: [
        ["a", "ä", "b", "Z"],
        1,
        1,
        "1,234,567.5",
        "1.234.567,5",
        "1,000,000",
        "1.234,5,2",
        "ı",
        "I",
        new Date(0).toLocaleString("en-US", { timeZone: "UTC" }),
        "01/01/1970",
        "09:00:00",
      ],
    });
  });

  it("throws at a locale that is not there, and does not answer in another one", async () => {
    for (const use of ['"a".localeCompare("b", "tlh")', '(1).toLocaleString(["de", "xx"])']) {
      expect(await run(`function main() { return ${use}; }`)).toMatchObject({
        status: "threw",
        message: expect.stringContaining("RangeError: there is no data for the locale"),
      });
    }
  });
});
