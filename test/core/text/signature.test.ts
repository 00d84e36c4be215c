import { glob, readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/core/json.ts";
import {
  parametersSchema,
  readSignature,
  readSignatureAt,
  type Signature,
  signatureText,
} from "../../../src/core/text/signature.ts";
import { typeText } from "../../../src/core/text/type.ts";

function signature(text: string): Signature {
  const read = readSignature(text);
  if (read.status === "unreadable") throw new Error(`${text}: ${read.reason} at ${read.at}`);
  return read.signature;
}

function fault(text: string): string {
  const read = readSignature(text);
  return read.status === "read" ? "none" : `${read.at}: ${read.reason}`;
}

describe("a signature", () => {
  it("gives names, types and what may be left out", () => {
    const { name, parameters, result, later } = signature(
      "pick(a: number, b?: readonly string[] | undefined, c: 'x' | 'y' = pick(\")\", [1, 2]), d, ...rest: number[]): { ok: boolean }",
    );
    expect([name, later, typeText(result ?? { kind: "any" })]).toEqual([
      "pick",
      false,
      "{ ok: boolean }",
    ]);
    expect(
      parameters.map((each) => [each.name, typeText(each.type), each.optional, each.rest]),
    ).toEqual([
      ["a", "number", false, false],
      ["b", "string[]", true, false],
      ["c", '"x" | "y"', true, false],
      ["d", "unknown", false, false],
      ["rest", "number[]", true, true],
    ]);
  });

  it.each([
    "function add(a: number, b: number): number",
    "add(a: number, b: number): number",
    "export function add(a: number, b: number): number {}",
    "declare function add(\n  a: number, // the first\n  b: number,\n): number;",
    "add(a: number, b: number) => number",
    "function add<T extends number>(a: T, b: T): T",
  ])("is read with or without its frame: %j", (text) => {
    const { name, parameters, result } = signature(text);
    expect(
      signatureText(name, parametersSchema({ name, parameters, later: false }), { type: "number" }),
    ).toBe("function add(a: number, b: number): number");
    expect(result).toEqual({ kind: "primitive", name: "number" });
  });

  it("of an arrow has no name, and of a promise the result that comes later", () => {
    expect(signature("(text: string) => boolean")).toMatchObject({ name: "", later: false });
    const read = signature("judge(text: string): Promise<'warm' | 'cold'>");
    expect(read.later).toBe(true);
    expect(typeText(read.result ?? { kind: "any" })).toBe('"warm" | "cold"');
    expect(signature("f()")).toEqual({ name: "f", parameters: [], later: false });
  });

  it.each([
    ["", '0: expected "(", got the end'],
    ["add(a: number[", "14: expected a type, got the end"],
    ["add(a: number", '13: expected ")", got the end; write a name and a type'],
    ["add(a: number b: number)", '14: expected ")", got "b"; write a name and a type'],
    ["class Add", '0: expected a function\'s name, got "class"; class is a reserved word'],
    ["add(new: number)", '4: expected a parameter\'s name or ")", got "new"'],
    ["add(a: number, a: number): number", "15: expected unique names, got a twice"],
    [
      "add({ a }: { a: number }): number",
      '4: expected a parameter\'s name, got "{"; write a name instead of a destructured',
    ],
    ["async function add(a: number): Promise<number>", "0: expected a synchronous function"],
    ["function* add(a: number): number", "8: expected a synchronous function"],
    [
      "add(a: number): number { return a; }",
      '25: expected "}", got "return"; write the signature without',
    ],
    ["add(a: number): number number", '23: expected the end of the signature, got "number"'],
    ["add(a: { x: }): number", '12: expected a type, got "}"; write one such as number'],
    ["add(a: { x(): number }): number", '10: expected ":", got "("; JSON has no functions'],
    ["add(a: `a`): number", '7: expected a type, got "`"; write string'],
    ['add(a: "open): number', '7: expected a type, got "\\""'],
    ["add(a: { [K in Keys]: number }): number", '12: expected ":", got "in"; write [key: string]:'],
    ["add(a: [number?, string]): number", "17: expected no required item after"],
    ["add(a: [...string]): number", '8: expected an array after "..."'],
    ["add(a: Record<string>): number", "7: expected 2 type arguments of Record, got 1"],
    ["add(...all: number[], b: number)", '20: expected ")", got ","'],
    ["add(a: Promise): 1n", '18: expected the end of the signature, got "n"'],
  ])("that does not hold says where, and what was expected: %j", (text, message) => {
    expect(fault(text)).toContain(message);
  });

  it("that nests too deeply, or is too long, is refused and breaks nothing", () => {
    for (const [open, close] of [
      ["[", "]"],
      ["(", ")"],
      ["{ a: ", "}"],
      ["readonly ", ""],
      ["Array<", ">"],
      ["", "[]"],
    ] as const) {
      const deep = (levels: number) => `f(x: ${open.repeat(levels)}number${close.repeat(levels)})`;
      expect(fault(deep(20))).toBe(open === "readonly " ? "none" : fault(deep(20)));
      expect(fault(deep(1_000))).toContain("expected types nested at most 32 deep");
    }
    expect(fault(`f(x: ${"number | ".repeat(10_000)}null)`)).toContain("at most 20000 characters");
  });

  it("of any text is read or refused, never an error", () => {
    const part = fc.constantFrom(
      ..."function f ( ) [ ] { } < > | & : ; , ? = => ... - . number string[] 'a' \"b\" 1 x // /* */ \n Record Array readonly extends Promise".split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        expect(["read", "unreadable"]).toContain(readSignature(parts.join(" ")).status);
      }),
      { numRuns: 2_000 },
    );
  });

  it("at the beginning of a text ends where the type does", () => {
    const text = "tone(text: string): 'warm' | 'cold'  Whether it's kind.";
    const read = readSignatureAt(text);
    expect(read.status === "read" && text.slice(read.end)).toBe("  Whether it's kind.");
  });

  it("is written out of a schema so that it says the same", () => {
    const text =
      'function f(kind: "a" | "b", point: [number, number], x: number | null, rows?: { x: number }[]): string[]';
    const read = signature(text);
    const result: Json = { type: "array", items: { type: "string" } };
    expect(signatureText("f", parametersSchema(read), result)).toBe(text);
    const odd = { properties: { "user-id": { type: "string" }, in: {} }, required: ["user-id"] };
    expect(signatureText("f", odd, {})).toBe(
      'function f(given: { "user-id": string; in?: unknown }): unknown',
    );
    expect(fault(signatureText("f", odd, {}))).toBe("none");
  });
});

describe("every signature of this repository", () => {
  it("is read, and its schema is one", async () => {
    const texts = new Set<string>();
    for await (const file of glob(
      "{experiments,test/fixtures,examples,src}/**/*.{ts,json,yaml,md}",
    )) {
      const text = await readFile(file, "utf8");
      const found = text.matchAll(/\bsignature"?: *("(?:[^"\\]|\\.)*"|'[^'\n]*')/g);
      for (const [, literal = ""] of found) {
        texts.add(literal.startsWith('"') ? JSON.parse(literal) : literal.slice(1, -1));
      }
    }
    const signatures = [...texts].filter((text) => text.includes("("));
    expect(signatures.length).toBeGreaterThan(100);
    expect(signatures.filter((text) => readSignature(text).status === "unreadable")).toEqual([]);
  });
});
