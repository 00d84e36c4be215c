import { describe, expect, it } from "vitest";
import { mayBecome, Request, RequestStatus } from "../../src/core/request.ts";

const ALLOWED = new Set([
  "NOT_STARTED>IN_PROGRESS",
  "NOT_STARTED>CANCELED",
  "IN_PROGRESS>WAITING_FEEDBACK",
  "IN_PROGRESS>SUCCEEDED",
  "IN_PROGRESS>FAILED",
  "IN_PROGRESS>CANCELED",
  "WAITING_FEEDBACK>IN_PROGRESS",
  "WAITING_FEEDBACK>CANCELED",
]);

describe("request status", () => {
  const pairs = RequestStatus.options.flatMap((from) =>
    RequestStatus.options.map((to) => [from, to] as const),
  );

  it.each(pairs)("from %s to %s is allowed just where the table says so", (from, to) => {
    expect(mayBecome(from, to)).toBe(ALLOWED.has(`${from}>${to}`));
  });
});

describe("Request", () => {
  it("needs words in the objective", () => {
    expect(Request.safeParse({ objective: "  " }).success).toBe(false);
    expect(Request.parse({ objective: "pack" })).toEqual({
      objective: "pack",
      requirements: [],
      constraints: [],
    });
  });

  it("refuses fields that it does not know", () => {
    expect(Request.safeParse({ objective: "pack", requirement: "x" }).success).toBe(false);
  });
});
