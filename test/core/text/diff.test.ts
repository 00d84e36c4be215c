import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DiffLine, diffLines } from "../../../src/core/text/diff.ts";

const without = (lines: readonly DiffLine[], kind: DiffLine["kind"]) =>
  lines
    .filter((line) => line.kind !== kind)
    .map((line) => line.text)
    .join("\n");

describe("a diff of lines", () => {
  it("gives both texts back, whatever they are", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", "c", "", "\r"))
      .map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after);
        expect(without(lines, "added")).toBe(before);
        expect(without(lines, "removed")).toBe(after);
      }),
    );
  });

  it("is the smallest one, with what goes before what comes", () => {
    const signed = (before: string, after: string) =>
      diffLines(before, after).map(({ sign, text }) => sign + text);
    expect(signed("a\nb", "a\nb")).toEqual([" a", " b"]);
    expect(signed("a\nx\nc", "a\ny\nc\nd")).toEqual([" a", "-x", "+y", " c", "+d"]);
    expect(signed("", "a")).toEqual(["-", "+a"]);
  });

  it("of long texts that have little in common is whole, and soon there", () => {
    const text = (name: string) =>
      Array.from({ length: 20_000 }, (_, i) => `${name}${i}`).join("\n");
    const before = process.cpuUsage();
    const lines = diffLines(text("a"), text("b"));
    // Without a bound the fewest changes of 2 x 20,000 lines take minutes.
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
    expect(without(lines, "added")).toBe(text("a"));
    expect(without(lines, "removed")).toBe(text("b"));
  });
});
