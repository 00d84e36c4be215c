/** A wrong result that a person reports: stored, no longer served, and searched for again. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../support/cli.ts";

const SPEC = {
  name: "count_a",
  description: "count the letter a in a text",
  signature: "function count_a(text: string): number",
  cases: [
    { args: ["aab"], expected: 2 },
    { args: ["bbb"], expected: 0 },
    { args: ["a"], expected: 1 },
    { args: ["xay"], expected: 1 },
  ],
  seeds: ['function count_a(text) { return text.split("a").length - 1; }'],
};

let place: Workplace;
beforeEach(async () => {
  place = workplace();
  place.file("spec.json", JSON.stringify(SPEC));
  expect((await place.run(["tools", "add", "spec.json"])).status).toBe(0);
});
afterEach(() => place.remove());

const report = (args: string, expected: string, ...more: string[]) =>
  place.json(["tools", "report", "count_a", "--args", args, "--expected", expected, ...more]);

describe("a report", { timeout: 120_000 }, () => {
  it("ends calls with these arguments, and these alone", async () => {
    expect(await report('["aA"]', "2", "--no-search")).toMatchObject({
      status: 0,
      value: { version: 1, reported: true },
    });
    const wrong = await place.run(["tools", "run", "count_a", "--args", '{"text":"aA"}']);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toMatch(/KNOWN_WRONG.*should be 2/);
    const other = await place.run(["tools", "run", "count_a", "--args", '["aa"]']);
    expect(other.stdout.trim()).toBe("2");
    const { value } = await place.json(["tools", "ls"]);
    expect(value).toMatchObject([{ usage: { reported: [{ args: ["aA"], expected: 2 }] } }]);
    expect((await place.run(["tools", "ls"])).stdout).toContain("wrong on 1");
  });

  it("makes a next version that gives the right result and keeps the cases of the one before", async () => {
    const { status, value } = await report('["aA"]', "2", "--budget-evaluations", "4000");
    expect({ status, value }).toMatchObject({ status: 0, value: { version: 2, better: true } });
    for (const { args, expected } of [...SPEC.cases, { args: ["aA"], expected: 2 }]) {
      const said = await place.run(["tools", "run", "count_a", "--args", JSON.stringify(args)]);
      expect(said.stdout.trim(), args[0]).toBe(String(expected));
    }
  });

  it("that the tool meets already changes nothing", async () => {
    expect(await report('["aab"]', "2")).toMatchObject({ status: 0, value: { reported: false } });
    const { value } = await place.json(["tools", "show", "count_a"]);
    expect((value as { usage: object }).usage).not.toHaveProperty("reported");
  });

  it.each([
    ["arguments that are none", "5", "2", "USAGE"],
    ["a result that is no JSON", '["a"]', "two", "USAGE"],
    ["a secret", '["sk_live_4eC39HqLyjWDarjtT1zdp7dc"]', "1", "SECRET_ARGUMENTS"],
  ])("of %s is refused", async (_, args, expected, code) => {
    expect(await report(args, expected)).toMatchObject({ status: 2, value: { error: { code } } });
  });
});
