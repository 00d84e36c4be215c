/** Arguments of a case: what a test author is asked for, and what is read all the same. */
import { describe, expect, it } from "vitest";
import { argumentLists, argumentsSchema } from "../../src/create-tool/written-arguments.ts";
import { isStrict, sentSchema } from "../../src/models/sent-schema.ts";

const TWO = "function repeat(text: string, times?: number): string";

describe("the arguments of a case", () => {
  it("are asked for as a tuple of the parameters' types, which reaches the server", () => {
    const schema = argumentsSchema(TWO);
    expect(schema).toEqual({
      type: "array",
      prefixItems: [{ type: "string" }, { type: "number" }],
      minItems: 1,
      maxItems: 2,
    });
    const sent = sentSchema(schema as never);
    expect(sent).toMatchObject({ prefixItems: [{ type: "string" }, { type: "number" }] });
    expect(isStrict(sent)).toBe(false);
  });

  it("are any list where the signature does not say how many there are", () => {
    for (const signature of ["sum(...values: number[]): number", "now(): string", "no signature"]) {
      expect(argumentsSchema(signature)).toEqual({ type: "array", maxItems: 12 });
    }
  });

  it("are read as a list, by name, or as the only one without its list", () => {
    expect(argumentLists(["a", 2], TWO)).toEqual([["a", 2]]);
    expect(argumentLists({ times: 2, text: "a" }, TWO)).toEqual([["a", 2]]);
    expect(argumentLists({ text: "a" }, TWO)).toEqual([["a"]]);
    expect(argumentLists({ words: "a" }, TWO)).toEqual([]);
    expect(argumentLists("a", "f(text: string): string")).toEqual([["a"]]);
    expect(argumentLists([1, 2], "f(values: number[]): number")).toEqual([[1, 2], [[1, 2]]]);
    expect(argumentLists(undefined, TWO)).toEqual([]);
  });
});
