import { expect, it } from "vitest";
import { approvalQuestion } from "../../src/call/approvals.ts";
import { Approvals } from "../../src/core/approvals.ts";
import type { Json } from "../../src/core/json.ts";
import { Tool } from "../../src/core/tool.ts";
import { toolOf } from "../../src/mcp/definition.ts";

function asksFor(annotations: Record<string, Json> | undefined, approvals: Json = {}): boolean {
  const definition = {
    name: "constructor",
    inputSchema: { type: "object" as const },
    ...(annotations === undefined ? {} : { annotations }),
  };
  const draft = toolOf("shop", definition, 1_000, "2026-01-01T00:00:00.000Z");
  const tool = Tool.parse({ ...draft, version: 1, digest: "d", status: "active" });
  return approvalQuestion(Approvals.parse(approvals), tool, {}) !== undefined;
}

it.each([
  [{ destructiveHint: true }, true],
  [{ readOnlyHint: false }, true],
  [{ openWorldHint: true, readOnlyHint: true }, true],
  [{ openWorldHint: false }, true],
  [{ readOnlyHint: true }, false],
  [{ readOnlyHint: true, destructiveHint: true }, false],
  [{ destructiveHint: false }, false],
  [{ title: "Mail" }, false],
  [undefined, false],
])("a tool that says %j of itself asks a person: %s", (annotations, asks) => {
  expect(asksFor(annotations)).toBe(asks);
});

it("asks as the configuration says, for one tool or for all", () => {
  const risky = { destructiveHint: true };
  expect(asksFor(risky, { risky: "never" })).toBe(false);
  expect(asksFor(risky, { tools: { shop__constructor: "never" } })).toBe(false);
  expect(asksFor(risky, { tools: { other: "never" } })).toBe(true);
  expect(asksFor(risky, { risky: "never", default: "always" })).toBe(true);
  expect(asksFor(undefined, { default: "always" })).toBe(true);
});
