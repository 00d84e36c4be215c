import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { indexOf, vectorOf, verifyCapSet } from "../../../experiments/cap-set/cap-set.ts";

describe("cap-set verifier", () => {
  test("indices and vectors name each other", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 ** 8 - 1 }), (index) => {
        expect(indexOf(vectorOf(index, 8))).toBe(index);
      }),
    );
    expect(vectorOf(5, 4)).toEqual([0, 0, 1, 2]);
  });

  test("the vectors without a 2 are a cap set of 2^n", () => {
    for (const n of [2, 3, 5]) {
      const vectors = Array.from({ length: 3 ** n }, (_, i) => vectorOf(i, n));
      const set = vectors.filter((vector) => !vector.includes(2));
      expect(verifyCapSet(set, n)).toEqual({ status: "valid", size: 2 ** n });
    }
  });

  test("a vector more than the largest cap set of the plane is always one too many", () => {
    // No cap set of F_3^2 has more than 4 vectors.
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 8 }), { minLength: 5, maxLength: 9 }),
        (indices) => {
          expect(verifyCapSet(indices, 2).status).toBe("invalid");
        },
      ),
    );
  });

  test("every line is found, wherever it lies", () => {
    const point = fc.integer({ min: 0, max: 3 ** 4 - 1 });
    fc.assert(
      fc.property(point, point, (a, b) => {
        fc.pre(a !== b);
        const [left, right] = [vectorOf(a, 4), vectorOf(b, 4)];
        const third = indexOf(left.map((digit, i) => (6 - digit - (right[i] ?? 0)) % 3));
        expect(verifyCapSet([a, b, third], 4).status).toBe("invalid");
        expect(verifyCapSet([a, b], 4)).toEqual({ status: "valid", size: 2 });
      }),
    );
  });

  test.each([
    ["no list", 112, "expected a list of vectors"],
    ["a claimed size", { size: 112 }, "expected a list of vectors"],
    ["an index beyond the space", [0, 9], "entry 1 is not a vector of F_3^2"],
    ["a negative index", [-1], "entry 0 is not a vector"],
    ["a fraction", [0.5], "entry 0 is not a vector"],
    ["a digit 3", [[0, 3]], "entry 0 is not a vector"],
    ["a vector of another dimension", [[0, 1, 2]], "entry 0 is not a vector"],
    ["a vector twice", [1, [0, 1]], "entry 1 is a duplicate"],
    ["a line", [0, 1, 2], "00, 01 and 02 are on a line"],
    ["more than there are", Array.from({ length: 10 }, (_, i) => i), "at most 9 vectors"],
  ])("refuses %s", (_, claimed, reason) => {
    expect(verifyCapSet(claimed, 2)).toEqual({
      status: "invalid",
      reason: expect.stringContaining(reason),
    });
  });
});
