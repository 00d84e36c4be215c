import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint, overlapWith } from "../../src/core/shingles.ts";
import { hasControlToken, withoutControlTokens } from "../../src/core/text/control-tokens.ts";
import { nearDuplicates } from "../../src/export/duplicates.ts";
import { observedSchema, parameterNames, signatureSchema } from "../../src/export/signature.ts";
import { splitByFamily } from "../../src/export/split.ts";
import { portable } from "../../src/export/text.ts";
import { fenced } from "../../src/export/wording.ts";

const words = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `word${from + index}`).join(" ");

describe("near duplicates", () => {
  it("are texts whose 5-grams overlap by the threshold, and no others", () => {
    // n words have n - 4 5-grams. 100 words and the same with d more at the end: 96 / (96 + d).
    const base = words(0, 100);
    for (const [more, near] of [
      [0, true],
      [20, true],
      [24, true],
      [25, false],
      [60, false],
    ] as const) {
      const finder = nearDuplicates(0.8);
      expect(finder.isNear(base)).toBe(false);
      expect(finder.isNear(`${base} ${words(1_000, more)}`)).toBe(near);
    }
  });

  it("are found among many, whatever the order", () => {
    const finder = nearDuplicates(0.8);
    for (let text = 0; text < 500; text++) {
      expect(finder.isNear(words(text * 1_000, 80))).toBe(false);
    }
    for (let text = 0; text < 500; text++) {
      // One word of 80 changed at the end: 75 of 77 5-grams are shared.
      expect(finder.isNear(`${words(text * 1_000, 79)} other`)).toBe(true);
    }
  });

  it("of texts shorter than a 5-gram are the equal ones", () => {
    const finder = nearDuplicates(0.8);
    expect(["a b", "A  b", "a c", ""].map((text) => finder.isNear(text))).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
});

describe("sealed cases", () => {
  it("are noticed by eight words in a row, or whole where they are shorter", () => {
    const holds = overlapWith([
      fingerprint([words(0, 20), "[3, 1, 4, 1]", "[7]"], { kept: Infinity }),
    ]);
    expect(holds(`x ${words(5, 8)} y`)).toBe(true);
    expect(holds(`x ${words(5, 7)} y`)).toBe(false);
    expect(holds("values are [3,1,4,1] here")).toBe(true);
    expect(holds("values are [3, 1, 4] here")).toBe(false);
    expect(holds("seven is [7]")).toBe(false);
    expect(overlapWith([])("anything")).toBe(false);
  });

  it("are noticed in a sketch too, by a part that is long enough, and whole ones only whole", () => {
    const long = words(0, 2_000);
    const holds = overlapWith([
      fingerprint([long], { whole: ["args: [5], expected: 26"], kept: 64 }),
    ]);
    // Of 1,993 grams 64 are kept: 400 in a row miss all of them once in 10^6.
    expect(holds(`x ${words(700, 400)} y`)).toBe(true);
    expect(holds(words(5_000, 400))).toBe(false);
    expect(holds('[{"args":[5],"expected":26}]')).toBe(true);
    expect(holds('[{"args":[5],"expected":27}]')).toBe(false);
  });
});

describe("splits", () => {
  const family = fc.constantFrom(..."abcdefghijklmnop");
  const rows = fc.array(fc.array(family, { minLength: 1, maxLength: 3 }), { minLength: 1 });

  it("never have one family on both sides, and do not depend on the order of rows", () => {
    fc.assert(
      fc.property(rows, fc.double({ min: 0, max: 0.9, noNaN: true }), (families, share) => {
        const splits = splitByFamily(families, share, "salt");
        expect(splits).toContain("train");
        const sides = new Map<string, string>();
        for (const [index, names] of families.entries()) {
          for (const name of names) {
            expect(sides.get(name) ?? splits[index]).toBe(splits[index]);
            sides.set(name, splits[index] ?? "");
          }
        }
        expect(splitByFamily(families.toReversed(), share, "salt")).toEqual(splits.toReversed());
      }),
    );
  });

  it("give validation its share of families", () => {
    const families = Array.from({ length: 2_000 }, (_, index) => [`task:${index}`]);
    const count = splitByFamily(families, 0.1, "salt").filter(
      (name) => name === "validation",
    ).length;
    // Five standard deviations of a binomial with p = 0.1 over 2,000 draws are 67.
    expect(Math.abs(count - 200)).toBeLessThan(67);
    expect(splitByFamily(families, 0, "salt")).not.toContain("validation");
    expect(splitByFamily(families, 0.1, "other")).not.toEqual(splitByFamily(families, 0.1, "salt"));
  });
});

describe("signatures", () => {
  it("give parameters in order with their types", () => {
    const signature =
      "function pack(items: number[], room = 3, by?: (a: number, b: string) => number, names: Record<string, string[]>, ...rest: readonly string[]): { a: number }";
    const schema = signatureSchema(signature) ?? {};
    expect(Object.keys(schema.properties ?? {})).toEqual(["items", "room", "by", "names", "rest"]);
    expect(schema).toMatchObject({
      properties: {
        items: { type: "array", items: { type: "number" } },
        room: { description: "any value" },
        by: { description: "(a: number, b: string) => number" },
        names: { type: "object" },
        rest: { type: "array", items: { type: "string" } },
      },
      required: ["items", "names"],
    });
    expect(signatureSchema("now(): number")).toMatchObject({ properties: {}, required: [] });
    expect(signatureSchema("nothing")).toBeUndefined();
  });

  it("read the order of parameters out of a stored schema, and types out of arguments", () => {
    const schema = { type: "object", properties: { a: {}, b: {}, c: {} }, required: ["c", "a"] };
    expect(parameterNames(schema)).toEqual(["c", "a", "b"]);
    expect(observedSchema([[1, "x"], [2]])).toEqual({
      type: "object",
      properties: { argument1: { type: "number" }, argument2: { type: "string" } },
      required: ["argument1"],
    });
  });
});

describe("text", () => {
  it("has its control tokens broken, and is not changed otherwise", () => {
    const tokens = [
      "<|im_end|>",
      "<|eot_id|>",
      "[INST]",
      "[/INST]",
      "</s>",
      "<image>",
      "<think>",
      "<<SYS>>",
      "<｜User｜>",
      "<tool_call>",
    ];
    for (const token of tokens) {
      expect(hasControlToken(`a ${token} b`)).toBe(true);
      const broken = withoutControlTokens(`a ${token} b`);
      expect(hasControlToken(broken)).toBe(false);
      expect(broken.replaceAll(" ", "")).toBe(`a${token}b`.replaceAll(" ", ""));
    }
    const code = "if (a <b && c> d || x[INSTANCE] | y) return '<span>' + a<|b;";
    expect(withoutControlTokens(code)).toBe(code);
    expect(portable("a\ud800b\u0000c")).toBe("a\ufffdb\ufffdc");
  });

  it("puts any source into one code block", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("`", "\n", "a") }), (source) => {
        const lines = fenced(source, "js").split("\n");
        const fence = lines.at(-1) ?? "";
        expect(lines[0]).toBe(`${fence}js`);
        expect(lines.slice(1, -1).some((line) => line.includes(fence))).toBe(false);
      }),
    );
  });
});
