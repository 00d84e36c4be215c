import { describe, expect, it } from "vitest";
import { descriptionLength, numberBits } from "../../../src/evolve/syntax/description-length.ts";

const bits = (expression: string): number =>
  descriptionLength(`function f(a, b) { return ${expression}; }`);

describe("the description length", () => {
  it.each([
    ["a.charAt(0)", "a.charAt(0.03753)"],
    ["Math.max(...a)", "Math.round(Math.max(...a))"],
    ["a >= 50", "a >= 47"],
    ["a % 2 === 0", "a % 2 <= 0"],
    ["a.indexOf(b)", "a.lastIndexOf(b)"],
    ["a + b", "a + b + 0"],
    ["a.split(' ')", "a.split('abc')"],
  ])("of %s is shorter than of %s", (short, long) => {
    expect(bits(short)).toBeLessThan(bits(long));
  });

  it("does not depend on names and layout", () => {
    expect(descriptionLength("function f(a) { return a + 1; }")).toBe(
      descriptionLength("function longName(parameter) {\n  return parameter + 1;\n}"),
    );
  });

  it("is finite and above 0 for what does not parse", () => {
    expect(descriptionLength("def f(a):\n    return a")).toBeGreaterThan(0);
  });

  it("of a number grows with its digits", () => {
    const order = [0, 50, 47, 475, 0.03753].map(numberBits);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });
});
