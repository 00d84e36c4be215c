/** What people read about how sure a tool is. */
import { expect, it } from "vitest";
import {
  type Evidence,
  evidenceMark,
  evidenceText,
  evidenceWarning,
  isTrusted,
} from "../../src/core/evidence.ts";
import { sampleTool } from "../toolstore/sample.ts";

const TRUSTED: Evidence = {
  status: "trusted",
  bits: 21.25,
  searched: 300,
  heldOut: { passed: 3, total: 3 },
  unsureOn: [],
};
const WEAK: Evidence = {
  ...TRUSTED,
  status: "provisional",
  unsureOn: [{ args: [1900], results: [true, false] }],
};
const leap = (evidence?: Evidence, more: object = {}) =>
  sampleTool({ name: "is_leap", ...(evidence === undefined ? {} : { evidence }), ...more });

it("a trusted tool has no warning", () => {
  expect(evidenceMark(leap(TRUSTED))).toBe("trusted 3/3");
  expect(evidenceWarning(leap(TRUSTED))).toBeUndefined();
});

it("a provisional one names the inputs on which it is unsure", () => {
  expect(evidenceMark(leap(WEAK))).toBe("provisional 3/3");
  expect(evidenceWarning(leap(WEAK))).toMatch(/provisional.*is_leap\(1900\) may be true or false/);
});

it("a tool without held-out cases is unverified, however well it scored", () => {
  expect(evidenceMark(leap())).toBe("unverified");
  const none = { ...TRUSTED, status: "unverified" as const, heldOut: { passed: 0, total: 0 } };
  expect(evidenceMark(leap(none))).toBe("unverified");
  expect(evidenceWarning(leap(none))).toContain("no case was held out");
});

it("a report ends trust, and is told", () => {
  const { usage } = leap();
  const reported = leap(TRUSTED, {
    usage: { ...usage, reported: [{ args: [1900], expected: false }] },
  });
  expect(isTrusted(reported)).toBe(false);
  expect(evidenceMark(reported)).toBe("provisional, wrong on 1");
  expect(evidenceText(reported)).toContain("is_leap(1900) should be false");
});

it("tools of other servers and tools that a score decides have no evidence", () => {
  for (const tool of [leap(undefined, { origin: "mcp:x" }), leap(undefined, { cases: [] })]) {
    expect(evidenceMark(tool)).toBe("");
    expect(evidenceText(tool)).toBeUndefined();
  }
});
