import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, type Json, sameJson } from "../../src/core/json.ts";

const json = fc.jsonValue() as fc.Arbitrary<Json>;

describe("canonicalJson", () => {
  it("is JSON of the same value", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("does not depend on the order of keys", () => {
    expect(canonicalJson({ b: 1, a: [{ d: 2, c: 3 }] })).toBe('{"a":[{"c":3,"d":2}],"b":1}');
  });
});

describe("sameJson", () => {
  it("holds for a value and its copy", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(sameJson(value, JSON.parse(canonicalJson(value)) as Json)).toBe(true);
      }),
    );
  });

  it("agrees with canonical text where the tolerance is 0", () => {
    fc.assert(
      fc.property(json, json, (left, right) => {
        expect(sameJson(left, right)).toBe(canonicalJson(left) === canonicalJson(right));
      }),
    );
  });

  it("lets numbers differ by the tolerance, relative to the larger", () => {
    expect(sameJson(1_000, 1_000.5, 1e-3)).toBe(true);
    expect(sameJson(1_000, 1_002, 1e-3)).toBe(false);
    expect(sameJson([1, { a: 0 }], [1, { a: 1e-4 }], 1e-3)).toBe(true);
  });

  it("tells an array from an object with its indices", () => {
    expect(sameJson([1], { 0: 1 })).toBe(false);
  });
});
