import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { present } from "../../src/core/present.ts";

interface Row {
  readonly id: number;
  readonly name?: string;
  readonly tags?: readonly string[];
}

describe("present", () => {
  it("drops what is undefined and nothing else", () => {
    expect(present({ a: undefined, b: null, c: 0, d: "", e: false, f: Number.NaN })).toEqual({
      b: null,
      c: 0,
      d: "",
      e: false,
      f: Number.NaN,
    });
    expect(Object.keys(present({ a: undefined }))).toEqual([]);
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.option(fc.anything(), { nil: undefined })),
        (given) => {
          const kept = present(given);
          expect(Object.keys(kept)).toEqual(
            Object.keys(given).filter((key) => given[key] !== undefined),
          );
          for (const [key, value] of Object.entries(kept)) expect(value).toBe(given[key]);
        },
      ),
    );
  });

  it("copies: what is given stays as it is", () => {
    const given = { a: 1, b: undefined };
    expect(present(given)).not.toBe(given);
    expect(given).toHaveProperty("b");
  });

  it("gives fields that may be absent, so that exact optional ones take them", () => {
    const rowOf = (name: string | undefined, tags: readonly string[] | undefined): Row => ({
      id: 1,
      ...present({ name, tags }),
    });
    expect(rowOf(undefined, ["a"])).toStrictEqual({ id: 1, tags: ["a"] });
    expect(rowOf("n", undefined)).toStrictEqual({ id: 1, name: "n" });
    const typed = present({ sure: 1, maybe: "a" as string | undefined });
    expectTypeOf(typed).toEqualTypeOf<{ sure: number; maybe?: string }>();
    // @ts-expect-error What may be absent is no string.
    typed.maybe.length;
  });
});
