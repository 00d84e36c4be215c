/** The function out of any reply, or the reason why there is none. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { extractFunction, thoughtIn } from "../../../src/evolve/generators/llm/extract.ts";

const js = (code: string): string => `\`\`\`js\n${code}\n\`\`\``;

/** The function that a source defines, as the sandbox would see it. */
function compiled(source: string): (...args: unknown[]) => unknown {
  return new Function(`${source}\nreturn priority;`)() as (...args: unknown[]) => unknown;
}

/** [what, reply, version asked for, result of priority(2, 5)] */
const FOUND: readonly (readonly [string, string, number | undefined, unknown])[] = [
  [
    "a fenced function",
    js("function priority(item, bin) {\n  return bin - item;\n}"),
    undefined,
    3,
  ],
  [
    "prose around the fence",
    `Sure! Here it is:\n\n${js("function priority(item, bin) {\n  return bin - item;\n}")}\n\nHope that helps.`,
    undefined,
    3,
  ],
  [
    "a JSON document with the code as a field",
    JSON.stringify({
      thought: "tight",
      code: "function priority(item, bin) { return bin - item; }",
    }),
    undefined,
    3,
  ],
  [
    "a unified diff of the whole function",
    "```diff\n@@ -1,1 +1,3 @@\n-function priority(item, bin) { return 0; }\n+function priority(item, bin) {\n+  return bin - item;\n+}\n```",
    undefined,
    3,
  ],
  [
    "comparisons as HTML writes them",
    js(
      "function priority(item, bin) { return item &lt; bin &amp;&amp; bin &gt; 0 ? bin - item : 0; }",
    ),
    undefined,
    3,
  ],
  [
    "comparisons as HTML writes them, which code would read as bits",
    js("function priority(item, bin) { return bin &lt; item ? 0 : bin - item }"),
    undefined,
    3,
  ],
  [
    "a function within a sentence",
    "I suggest function priority(item, bin) { return bin - item; } since it\u2019s tight.",
    undefined,
    3,
  ],
  [
    "line ends of other systems",
    "```js\r\nfunction priority(item, bin) {\r\n  return bin - item;\r\n}\r\n```\r\n",
    undefined,
    3,
  ],
  ["no fence at all", "function priority(item, bin) {\n  return bin - item;\n}", undefined, 3],
  [
    "prose around bare code",
    "I would write:\nfunction priority(item, bin) {\n  return bin - item;\n}\nThat is better because it's tighter.",
    undefined,
    3,
  ],
  [
    "the version that was asked for",
    js("function priority_v2(item, bin) {\n  return bin - item;\n}"),
    2,
    3,
  ],
  [
    "a self-call under the version's name",
    js(
      "function priority_v2(item, bin) {\n  return item > bin ? item : priority_v2(item + 1, bin) + 1;\n}",
    ),
    2,
    10,
  ],
  ["another name", js("function bestPriority(a, b) {\n  return b - a;\n}"), undefined, 3],
  ["a const arrow", js("const priority = (item, bin) => bin - item;"), undefined, 3],
  [
    "an arrow that gives an object",
    js("const priority = (item, bin) => ({ gap: bin - item });"),
    undefined,
    { gap: 3 },
  ],
  [
    "a function expression",
    js("const priority = function (item, bin) {\n  return bin - item;\n};"),
    undefined,
    3,
  ],
  [
    "TypeScript",
    js(
      "export function priority(item: number, bin: number): number {\n  const gaps: Array<number> = [bin - item];\n  return gaps[0]!;\n}",
    ),
    undefined,
    3,
  ],
  [
    "TypeScript with generics, interfaces and casts",
    js(
      "interface Gap { size: number }\nconst pick = <T,>(values: readonly T[]): T => values[0] as T;\nexport const priority_v1 = (item: number, bin: number): number => {\n  const gap: Gap = { size: bin - item };\n  return pick<Gap>([gap]).size;\n};",
    ),
    1,
    3,
  ],
  [
    "an export default",
    js("export default function priority(item, bin) {\n  return bin - item;\n}"),
    undefined,
    3,
  ],
  [
    "a nameless export default",
    js("export default function (item, bin) {\n  return bin - item;\n}"),
    undefined,
    3,
  ],
  [
    "module.exports",
    js("module.exports = function priority(item, bin) {\n  return bin - item;\n};"),
    undefined,
    3,
  ],
  [
    "helpers after and before",
    js(
      "const SCALE = 2;\nfunction priority(item, bin) {\n  return SCALE * gap(item, bin);\n}\nfunction gap(item, bin) {\n  return bin - item;\n}",
    ),
    undefined,
    6,
  ],
  [
    "a table that a loop fills",
    js(
      "const table = [];\nfor (let i = 0; i < 9; i++) {\n  table[i] = i * i;\n}\nfunction priority(item, bin) {\n  return table[bin - item];\n}",
    ),
    undefined,
    9,
  ],
  [
    "a try-out at the end, left out",
    js(
      "function priority(item, bin) {\n  return bin - item;\n}\nconsole.log(priority(1, 2));\nmodule.exports = { priority };",
    ),
    undefined,
    3,
  ],
  [
    "several fences: the last that defines it counts",
    `Before:\n${js("function priority(item, bin) {\n  return 0;\n}")}\nAfter:\n${js("function priority(item, bin) {\n  return bin - item;\n}")}\nUse:\n${js("priority(1, 2);")}`,
    undefined,
    3,
  ],
  [
    "the ancestors repeated before the answer",
    js(
      "function priority_v0(item, bin) {\n  return 0;\n}\nfunction priority_v1(item, bin) {\n  return 1;\n}\nfunction priority_v2(item, bin) {\n  return bin - item;\n}",
    ),
    2,
    3,
  ],
  ["a bare body", js("  const gap = bin - item;\n  return gap;"), 2, 3],
  ["a body with its closing brace", "  const gap = bin - item;\n  return gap;\n}", 2, 3],
  [
    "a body with a helper in it",
    js("  const gap = (a, b) => b - a;\n  return gap(item, bin);"),
    2,
    3,
  ],
  [
    "a fence that is never closed",
    "```js\nfunction priority(item, bin) {\n  return bin - item;\n}",
    undefined,
    3,
  ],
  [
    "junk behind the function in the fence",
    js("function priority(item, bin) {\n  return bin - item;\n}\nfunction unfinished(a, {"),
    undefined,
    3,
  ],
  [
    "an end that was cut off after the last return",
    "```js\nfunction priority(item, bin) {\n  if (item > bin) {\n    return 0;\n  }\n  return bin - item;\n",
    undefined,
    3,
  ],
  [
    "thoughts with code in them",
    `<think>\n${js("function priority(a, b) { return 1; }")}\n</think>\n${js("function priority(item, bin) {\n  return bin - item;\n}")}`,
    undefined,
    3,
  ],
  [
    "fewer parameters than the kernel has",
    js("function priority(item) {\n  return item;\n}"),
    undefined,
    2,
  ],
  [
    "defaults and rest beyond the kernel's parameters",
    js("function priority(item, bin, scale = 1, ...rest) {\n  return scale * (bin - item);\n}"),
    undefined,
    3,
  ],
  [
    "a property and a shorthand of the function's own name",
    js(
      "function score_it(item, bin) {\n  const box = { score_it: bin - item };\n  return box.score_it;\n}",
    ),
    undefined,
    3,
  ],
];

/** [what, reply, version, part of the reason] */
const REFUSED: readonly (readonly [string, string, number | undefined, RegExp])[] = [
  ["no code", "I am sorry, I can not do that.", undefined, /no function|does not parse/],
  ["an empty reply", "", undefined, /no function|no code/],
  [
    "a function that is cut off",
    "```js\nfunction priority(item, bin) {\n  const gap = bin -",
    undefined,
    /cut off/,
  ],
  [
    "a function that is cut off before it returns",
    "```js\nfunction priority(item, bin) {\n  if (item > bin) return 0;\n  const gap = bin - item;\n",
    undefined,
    /cut off/,
  ],
  [
    "a syntax error",
    js("function priority(item, bin) {\n  return bin -* item;\n}"),
    undefined,
    /does not parse/,
  ],
  [
    "a call of an ancestor",
    js("function priority_v2(item, bin) {\n  return priority_v1(item, bin) + 1;\n}"),
    2,
    /ancestor priority_v1/,
  ],
  [
    "a call of an ancestor that the reply repeats",
    js(
      "function priority_v0(item, bin) {\n  return 0;\n}\nfunction priority_v2(item, bin) {\n  return priority_v0(item, bin) + 1;\n}",
    ),
    2,
    /ancestor priority_v0/,
  ],
  [
    "a call of an ancestor by a helper",
    js(
      "function help(item, bin) {\n  return priority_v1(item, bin);\n}\nfunction priority_v2(item, bin) {\n  return help(item, bin);\n}",
    ),
    2,
    /ancestor priority_v1/,
  ],
  [
    "nothing but ancestors",
    js("function priority_v1(item, bin) {\n  return 1;\n}"),
    2,
    /nothing new/,
  ],
  [
    "more parameters than there are arguments",
    js("function priority(item, bin, bins) {\n  return bins[0];\n}"),
    undefined,
    /gets 2 arguments/,
  ],
  [
    "an import that it uses",
    js('import { max } from "lib";\nfunction priority(item, bin) {\n  return max(item, bin);\n}'),
    undefined,
    /imports/,
  ],
  [
    "two functions that could both be meant",
    js("function one(a, b) {\n  return a;\n}\nfunction two(a, b) {\n  return b;\n}"),
    undefined,
    /one, two/,
  ],
  [
    "a reply beyond all bounds",
    `${js("function priority(a, b) { return 1; }")}${" ".repeat(100_001)}`,
    undefined,
    /longer/,
  ],
];

describe("the function in a reply", () => {
  test.each(FOUND)("is found: %s", (_, reply, version, result) => {
    const found = extractFunction(
      reply,
      "priority",
      ["item", "bin"],
      version === undefined ? {} : { version },
    );
    expect(found.status === "refused" ? found.reason : "found").toBe("found");
    if (found.status !== "found") return;
    expect(found.source).toMatch(/function priority\(/);
    expect(compiled(found.source)(2, 5)).toEqual(result);
  });

  test.each(REFUSED)("is refused with its reason: %s", (_, reply, version, reason) => {
    const found = extractFunction(
      reply,
      "priority",
      ["item", "bin"],
      version === undefined ? {} : { version },
    );
    expect(found.status === "refused" ? found.reason : found.source).toMatch(reason);
    expect(found.status).toBe("refused");
  });

  test("loses its types without leaving holes in the text", () => {
    const reply = js(
      "const priority = (item: number, bin?: number): number => {\n  // The gap.\n  const gap: number = (bin ?? 0) - item;\n  return gap;\n};",
    );
    expect(extractFunction(reply, "priority", ["item", "bin"])).toMatchObject({
      source:
        "function priority(item, bin) {\n  // The gap.\n  const gap = (bin ?? 0) - item;\n  return gap;\n}\n",
    });
  });

  test("leaves entities alone in code that is right as it is", () => {
    const reply = js(
      'function priority(item, bin) { return (item < bin ? "<" : "").replace(/</g, "&lt;") + "&amp;"; }',
    );
    const found = extractFunction(reply, "priority", ["item", "bin"]);
    expect(found.status === "found" && compiled(found.source)(2, 5)).toBe("&lt;&amp;");
  });

  test("leaves blanks within strings and templates alone while types go", () => {
    const reply = js(
      `function priority(item: number, bin: number): string {\n  return \`a   \${item}   b\` + '  c  ';\n}`,
    );
    const found = extractFunction(reply, "priority", ["item", "bin"]);
    expect(found.status === "found" && compiled(found.source)(2, 5)).toBe("a   2   b  c  ");
  });

  test("throws at nothing, and what it finds parses and defines the entry", () => {
    const pieces = fc.constantFrom(
      "function priority(a, b) {",
      "return a;",
      "}",
      "{",
      "```js",
      "```",
      "\n",
      "const x = ",
      "(a) => a",
      "priority_v1(a)",
      "export ",
      ": number",
      "import x from 'y';",
      "/*",
      "`",
      "'",
      "<T>",
      "text",
      ";",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
        const found = extractFunction(parts.join(" "), "priority", ["a", "b"], { version: 2 });
        if (found.status === "found") expect(typeof compiled(found.source)).toBe("function");
      }),
      { numRuns: 300 },
    );
  });

  test("the words before the code are the thought", () => {
    expect(thoughtIn(`Thought: penalise gaps.\n\n${js("function f() {}")}`)).toBe("penalise gaps.");
    expect(thoughtIn(js("function f() {}"))).toBeUndefined();
  });
});
