import { describe, expect, test } from "vitest";
import { readDocument, readDocuments } from "../../../src/core/text/yaml.ts";

function read(text: string): unknown {
  const document = readDocument(text);
  if ("message" in document) throw new Error(`line ${document.line}: ${document.message}`);
  return document.value;
}

function faultOf(text: string): { place: string; code: string; message: string } {
  const document = readDocument(text);
  if (!("message" in document)) throw new Error(`read as ${JSON.stringify(document.value)}`);
  const { line, column, code, message } = document;
  return { place: `${line}:${column}`, code, message };
}

describe("a YAML text is read as JSON values", () => {
  test.each([
    ["an anchor and its aliases", "a: &x [1]\nb: *x\nc: *x", { a: [1], b: [1], c: [1] }],
    [
      "a merge key",
      "base: &b { a: 1, c: 2 }\nmore: { <<: *b, c: 3 }",
      { base: { a: 1, c: 2 }, more: { a: 1, c: 3 } },
    ],
    [
      "several merge sources",
      "- &a { p: 1 }\n- &b { q: 2 }\n- { <<: [*a, *b] }",
      [{ p: 1 }, { q: 2 }, { p: 1, q: 2 }],
    ],
    ['"<<" in quotes', '"<<": 1', { "<<": 1 }],
    ["a date as its text", "day: 2026-02-30", { day: "2026-02-30" }],
    ["a whole number as a key", "200: fine", { "200": "fine" }],
    ["Markdown in quotes", 'a: "*b*"', { a: "*b*" }],
    ["Windows line ends", "a: |\r\n  x\r\n  y\r\nb: 1\r\n", { a: "x\ny\n", b: 1 }],
    ["JSON with tabs", '{\n\t"a": [\n\t\t1\n\t]\n}', { a: [1] }],
    ["a standard tag", "a: !!str 5", { a: "5" }],
    ["an empty second document", "a: 1\n---\n", { a: 1 }],
    ["nothing", "# only this\n", null],
    ["the key __proto__", '{ "__proto__": 1 }', JSON.parse('{ "__proto__": 1 }')],
  ])("%s", (_, text, value) => {
    expect(read(text)).toEqual(value);
    expect(JSON.stringify(read(text))).toBe(JSON.stringify(value));
  });

  test("an alias is used as often as is needed", () => {
    const text = `a: &x { y: 1 }\nb: [${"*x, ".repeat(500)}]`;
    expect((read(text) as { b: unknown[] }).b).toHaveLength(500);
  });
});

describe("what could be read in two ways is a fault with its place", () => {
  test.each([
    ["emphasis taken for an alias", "a: 1\nb: *bold*", "2:4", "\\*bold\\*"],
    ["an alias before its anchor", "a: *x\nb: &x 1", "1:4", "anchor &x"],
    ["an alias inside its anchor", "a: &x [1, *x]", "1:11", "itself"],
    ["an unknown tag", "a:\n  b: !important now", "2:6", "tag"],
    ["a tag of another YAML", "a: !!binary aGk=", "1:13", "tag"],
    ["a set", "a: !!set { x, y }", "1:10", "tag"],
    ["a timestamp", "a: !!timestamp 2026-01-01", "1:16", "tag"],
    ["a tab as indentation", "a:\n\tb: 1", "2:1", "tab"],
    ["a list as a key", "? [a, b]\n: 1", "1:3", "key"],
    ["null as a key", "~: 1", "1:1", "key"],
    ["a key that would become another", "1.0: a", "1:1", "1\\.0"],
    ["infinity", "a: -.inf", "1:4", "-\\.inf"],
    ["not a number", "[.nan]", "1:2", "\\.nan"],
    ["a merge with a number", "a: { <<: 5 }", "1:10", "<<"],
    ["another YAML version", "%YAML 1.1\n---\na: yes", "1:1", "1\\.1"],
    ["an unknown directive", "%FOO x\n---\na: 1", "1:1", "FOO"],
    ["a second document", "a: 1\n---\nb: 2", "3:1", "own file"],
    ["a quote that does not end", "a: 'x\nb: 1", "2:5", "quote"],
    ["a reserved character", "a: @x", "1:4", "quotes"],
    ["two colons in a line", "a: b: c", "1:4", "quotes"],
  ])("%s", (_, text, place, words) => {
    const fault = faultOf(text);
    expect(fault).toMatchObject({ code: "YAML_SYNTAX", message: expect.stringMatching(words) });
    expect(fault.place).toBe(place);
  });

  test.each([
    ["twice the same", "a: 1\nb: 2\na: 3", "3:1"],
    ["a number and its text", '1: a\n"1": b', "2:1"],
    ["in JSON", '{"a": {"b": 1, "b": 2}}', "1:16"],
  ])("a key %s", (_, text, place) => {
    expect(faultOf(text)).toMatchObject({ code: "DUPLICATE_KEY", place });
  });

  test("an alias bomb, before it is expanded", () => {
    const levels = Array.from({ length: 30 }, (_, at) =>
      at === 0 ? "l0: &l0 [1, 1]" : `l${at}: &l${at} [*l${at - 1}, *l${at - 1}]`,
    );
    expect(faultOf(levels.join("\n")).message).toContain("Use fewer aliases");
  });

  test.each([250, 5_000, 50_000])("%i levels", (depth) => {
    expect(faultOf("[".repeat(depth) + "]".repeat(depth)).message).toContain("at most 200 levels");
  });

  test("each document has its own", () => {
    const { documents, faults } = readDocuments("a: 1\n---\nb: *x\n---\nc: [1, 2]\n---\nd: !y 2");
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, { c: [1, 2] }]);
    expect(faults.map(({ line }) => line)).toEqual([3, 7]);
    expect(documents[1]?.placeOf(["c", 1])).toEqual({ line: 5, column: 8 });
    expect(documents[1]?.placeOf(["c", 7, "x"])).toEqual({ line: 5, column: 1 });
  });
});
