/** A prompt within a model's context: what is shortened, and what never is. */
import { describe, expect, it } from "vitest";
import { fitted } from "../../src/ask/fit.ts";
import { estimatedTokens } from "../../src/core/text/estimated-tokens.ts";

const render = (values: Readonly<Record<string, string>>) => [
  { role: "user" as const, content: Object.values(values).join("\n") },
];
const tokens = (values: Readonly<Record<string, string>>): number =>
  estimatedTokens(render(values)[0]?.content ?? "");
const tools = Array.from(
  { length: 10 },
  (_, index) => `- tool_${index}: ${"x".repeat(50 * index)}`,
);
const values = {
  objective: "Count the words. ".repeat(40),
  tools: tools.join("\n"),
  history: `- a is done: ${"9".repeat(6_000)}`,
};

describe("a prompt", () => {
  it("is left as it is where it fits, or where the context is not known", () => {
    expect(fitted(values, render, undefined)).toBe(values);
    expect(fitted(values, render, 8_192)).toBe(values);
  });

  it("is shortened to its share of the context, the longest lines first", () => {
    const short = fitted(values, render, 2_048);
    expect(tokens(short)).toBeLessThanOrEqual(0.75 * 2_048);
    // What room there is is used.
    expect(tokens(short)).toBeGreaterThan(0.7 * 2_048);
    expect(short.tools).toBe(values.tools);
    expect(short.history).toMatch(/^- a is done: 9+ … \(cut\)$/);
  });

  it("keeps every line's head and all that the person wrote, however small the context is", () => {
    const short = fitted(values, render, 300);
    expect(short.objective).toBe(values.objective);
    const names = short.tools?.split("\n").map((line) => line.slice(0, 8));
    expect(names).toEqual(tools.map((line) => line.slice(0, 8)));
  });

  it("is cut between characters", () => {
    const { history = "" } = fitted({ history: "日本語".repeat(900) }, render, 400);
    expect(history).toMatch(/^[日本語]+ … \(cut\)$/);
  });
});
