import { Script } from "node:vm";
import { describe, expect, test } from "vitest";
import { moduleAsScript, withoutShebang } from "../../src/core/module-text.ts";

/** What the entry returns for 3, of the text as a script. */
function result(source: string): unknown {
  const text = moduleAsScript(withoutShebang(source), "main");
  return new Script(`${text}\n;main(3)`).runInNewContext({});
}

describe("a module as a script", () => {
  test.each([
    "function main(x) { return x; }",
    "const text = `\nexport of goods`;\nfunction main() {}",
    "const exported = { main() {} };",
    "exports.main === undefined;",
  ])("is the same text where nothing is exported: %j", (source) => {
    expect(moduleAsScript(source, "main")).toBe(source);
  });

  test.each([
    "export default (x) => x + 1;",
    "const a = 1;export default (x) => x + a;",
    "export default async_;\nfunction async_(x) { return x + 1; }",
    "export { a as b, c as default };\nvar a = 0;\nfunction c(x) { return x + 1; }",
    "class A { static one = 1; main(x) { return x + A.one; } }\nexport default A;",
    "export class Other {}\nexport let main = (x) => x + 1;",
    "var module_ = 1;\nexports.main = (x) => x + module_;",
    "#!/usr/bin/env node\nmodule.exports = { default: (x) => x + 1, x: () => 0 };",
  ])("gives its entry: %j", (source) => {
    expect(result(source)).toBe(4);
  });

  test("keeps the number of every line", () => {
    const source =
      "#!x\nexport {\n  a,\n};\nexport default () => {\n  throw new Error('here');\n};\nconst a = 1;";
    const line = source.split("\n").findIndex((text) => text.includes("here"));
    const text = moduleAsScript(withoutShebang(source), "main").split("\n");
    expect(text[line]).toContain("here");
  });

  test("does not take an entry of its own for the default export", () => {
    expect(result("export default () => 0;\nexport const main = (x) => x + 1;")).toBe(4);
  });
});
