/** Edits apply exactly or not at all, and never outside the region. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyDiff, graft } from "../../../src/evolve/generators/llm/diff.ts";
import { extractFunction } from "../../../src/evolve/generators/llm/extract.ts";

const block = (search: string, replace: string): string =>
  `<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE`;

const PLAIN = "function f(a, b) {\n  const gap = b - a;\n  return gap;\n}\n";
const MARKED = `const SCALE = 2;
// EVOLVE-BLOCK-START
function f(a, b) {
  return SCALE * (b - a);
}
// EVOLVE-BLOCK-END
function check(a) {
  return a;
}
`;
const INSIDE = `function f(a, b) {
  const gap = b - a;
  // EVOLVE-BLOCK-START
  const score = gap;
  // EVOLVE-BLOCK-END
  return score;
}
`;

describe("a diff", () => {
  test("replaces what it finds, block after block, with prose around", () => {
    const reply = `I square it.\n${block("  const gap = b - a;", "  const gap = (b - a) ** 2;")}\nand\n${block("  return gap;", "  return -gap;")}`;
    expect(applyDiff(PLAIN, reply, "f", 2)).toEqual({
      status: "edited",
      source: "function f(a, b) {\n  const gap = (b - a) ** 2;\n  return -gap;\n}\n",
    });
  });

  test("finds lines whose indentation the model lost", () => {
    expect(
      applyDiff(PLAIN, block("const gap = b - a;\nreturn gap;", "  return a;"), "f", 2),
    ).toEqual({
      status: "edited",
      source: "function f(a, b) {\n  return a;\n}\n",
    });
  });

  const plain = block("  return gap;", "  return -gap;");
  test.each([
    ["line ends of other systems", plain.replaceAll("\n", "\r\n")],
    ["indented markers", plain.replace(/^(?=[<=>]{5})/gm, "  ")],
    [
      "other words at the markers",
      plain.replace("SEARCH", "ORIGINAL").replace("REPLACE", "UPDATED"),
    ],
    ["no word at the last marker", plain.replace(" REPLACE", "")],
    [
      "fences inside of the block",
      block("```js\n  return gap;\n```", "```js\n  return -gap;\n```"),
    ],
    ["a fence around it", `\`\`\`diff\n${plain}\n\`\`\``],
  ])("applies with %s", (_, reply) => {
    expect(applyDiff(PLAIN, reply, "f", 2)).toEqual({
      status: "edited",
      source: "function f(a, b) {\n  const gap = b - a;\n  return -gap;\n}\n",
    });
  });

  test("refuses a block that is cut off before its end", () => {
    const cut = plain.slice(0, plain.indexOf(">>>>>>>"));
    expect(applyDiff(PLAIN, cut, "f", 2)).toMatchObject({ status: "refused" });
  });

  test("takes TypeScript and leaves JavaScript", () => {
    const edited = applyDiff(
      PLAIN,
      block("  const gap = b - a;", "  const gap: number = a;"),
      "f",
      2,
    );
    expect(edited).toMatchObject({
      status: "edited",
      source: expect.stringContaining("const gap = a;"),
    });
  });

  test.each([
    ["no block", "I would not change it.", /no SEARCH\/REPLACE/],
    ["a text that does not occur", block("  const gap = a - b;", "x"), /does not occur/],
    ["an empty search", block("", "x"), /empty/],
    ["nothing changed", block("  return gap;", "    return gap;"), /changes nothing/],
    ["a result that does not parse", block("  return gap;", "  return gap +;"), /does not parse/],
    ["the function gone", block("function f(a, b) {", "function g(a, b) {"), /does not define f/],
    [
      "a parameter too many",
      block("function f(a, b) {", "function f(a, b, c) {"),
      /gets 2 arguments/,
    ],
  ])("with %s is refused with its reason", (_, reply, reason) => {
    const edited = applyDiff(PLAIN, reply, "f", 2);
    expect(edited.status === "refused" ? edited.reason : edited.source).toMatch(reason);
  });

  test("whose text occurs twice is refused: which of them is meant would be a guess", () => {
    const twice = "function f(a, b) {\n  a++;\n  b--;\n  a++;\n  return a * b;\n}\n";
    const edited = applyDiff(twice, block("  a++;", "  a--;"), "f", 2);
    expect(edited.status === "refused" && edited.reason).toMatch(/occurs 2 times/);
    expect(applyDiff(twice, block("  b--;\n  a++;", "  a--;"), "f", 2).status).toBe("edited");
  });

  test("one bad block spoils the whole: nothing is applied by half", () => {
    const reply = `${block("  return gap;", "  return 1;")}\n${block("not there", "x")}`;
    expect(applyDiff(PLAIN, reply, "f", 2).status).toBe("refused");
  });
});

describe("the evolve region", () => {
  test("takes edits inside, and refuses those outside", () => {
    expect(
      applyDiff(MARKED, block("  return SCALE * (b - a);", "  return SCALE * a;"), "f", 2).status,
    ).toBe("edited");
    for (const search of ["const SCALE = 2;", "  return a;", "// EVOLVE-BLOCK-END"]) {
      const edited = applyDiff(MARKED, block(search, "const SCALE = 3;"), "f", 2);
      expect(edited.status === "refused" && edited.reason).toMatch(/outside/);
    }
  });

  test("can not be moved by an edit that brings a marker along", () => {
    const edited = applyDiff(
      MARKED,
      block("  return SCALE * (b - a);", "  return 1;\n}\n// EVOLVE-BLOCK-END\nfunction g() {"),
      "f",
      2,
    );
    expect(edited.status === "refused" && edited.reason).toMatch(/marker/);
  });

  test("takes a rewritten function and keeps everything outside as it was, byte by byte", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("return 1;", "return a * SCALE;", "return help(a);"),
        fc.boolean(),
        (body, extra) => {
          const reply = `function f(a, b) {\n  ${body}\n}\n${extra ? "const SCALE = 99;\n" : ""}function help(x) {\n  return x;\n}`;
          const edited = graft(MARKED, reply, extractFunction(reply, "f", ["a", "b"]), "f", 2);
          if (edited.status === "refused") {
            // A second SCALE beside the first does not parse: the outside one can not be replaced.
            expect(extra && body.includes("SCALE")).toBe(true);
            return;
          }
          expect(edited.source.startsWith("const SCALE = 2;\n// EVOLVE-BLOCK-START\n")).toBe(true);
          expect(
            edited.source.endsWith("// EVOLVE-BLOCK-END\nfunction check(a) {\n  return a;\n}\n"),
          ).toBe(true);
        },
      ),
    );
  });

  test("within the body takes the reply's own region and nothing else of it", () => {
    const reply = INSIDE.replace("const score = gap;", "const score = gap * gap;").replace(
      "b - a",
      "a - b",
    );
    const edited = graft(INSIDE, reply, extractFunction(reply, "f", ["a", "b"]), "f", 2);
    expect(edited).toEqual({
      status: "edited",
      source: INSIDE.replace("const score = gap;", "const score = gap * gap;"),
    });
    const bare = "function f(a, b) {\n  return 0;\n}";
    expect(graft(INSIDE, bare, extractFunction(bare, "f", ["a", "b"]), "f", 2).status).toBe(
      "refused",
    );
  });
});
