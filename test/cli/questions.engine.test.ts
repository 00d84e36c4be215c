/** A request asks a person where programs that fit every case disagree. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../support/cli.ts";

/** Nothing says what a price of exactly 50 costs. */
const SPEC = {
  name: "with_shipping",
  description: "add 5 for shipping below 50",
  signature: "function with_shipping(price: number): number",
  cases: [
    ...[10, 30, 44, 12, 7].map((price) => ({ args: [price], expected: price + 5 })),
    ...[60, 81, 51, 97].map((price) => ({ args: [price], expected: price })),
  ],
  heldOut: [
    { args: [23], expected: 28 },
    { args: [70], expected: 70 },
  ],
  seeds: ["function with_shipping(price) { return price < 50 ? price + 5 : price; }"],
};

let place: Workplace;
beforeEach(() => {
  place = workplace();
  place.file("spec.json", JSON.stringify(SPEC));
});
afterEach(() => place.remove());

const ask = (...more: string[]) =>
  place.json([
    "request",
    SPEC.description,
    "--spec",
    "spec.json",
    "--budget-evaluations",
    "100",
    ...more,
  ]);

interface Waiting {
  readonly requestId: string;
  readonly waits: readonly {
    readonly how: readonly string[];
    readonly question: {
      readonly inputs: readonly {
        readonly args: readonly number[];
        readonly results: readonly number[];
      }[];
    };
  }[];
}

async function waiting(): Promise<Waiting> {
  const { status, value } = await ask("--questions");
  expect({ status, value }).toMatchObject({ status: 0, value: { status: "WAITING_FEEDBACK" } });
  return value as Waiting;
}

const inputsOf = ({ waits }: Waiting) => waits[0]?.question.inputs ?? [];
const priced = async (price: number): Promise<number> => {
  const { stdout } = await place.run(["tools", "run", SPEC.name, "--args", `[${price}]`]);
  return Number(stdout);
};
/** Answers every question, until the request ends. */
async function answered(first: Waiting, right: (price: number) => unknown): Promise<unknown> {
  let asked = 0;
  for (let open = first; ; ) {
    const inputs = inputsOf(open);
    asked += inputs.length;
    expect(asked).toBeLessThanOrEqual(3);
    const words = inputs.map(({ args: [price = Number.NaN] }) => JSON.stringify(right(price)));
    const { value } = await place.json(["request", "answer", open.requestId, ...words]);
    open = value as Waiting;
    if (open.waits === undefined) return value;
  }
}

describe("a request with examples that leave a doubt", { timeout: 120_000 }, () => {
  it.each([[[]], [["--no-questions"]]])(
    "ends without a terminal, unsure, and says how to be asked: %j",
    async (flags) => {
      const args = ["request", SPEC.description, "--spec", "spec.json"];
      const said = await place.run([...args, "--budget-evaluations", "100", ...flags]);
      expect(said.status).toBe(0);
      expect(said.stdout).toMatch(/provisional.*Unsure: with_shipping\(/s);
      expect(said.stderr).toContain("--questions");
    },
  );

  it("waits for at most three answers, which another process takes", async () => {
    const open = await waiting();
    const inputs = inputsOf(open);
    expect(inputs.length).toBeGreaterThan(0);
    for (const { results } of inputs) expect(new Set(results).size).toBeGreaterThan(1);
    const shown = await place.run(["request", "show", open.requestId]);
    expect(shown.stdout).toContain(`toolwright request answer ${open.requestId} a`);

    const wrong = await place.run(["request", "answer", open.requestId, "maybe"]);
    expect({ status: wrong.status, stderr: wrong.stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("BAD_ANSWER"),
    });
    // The question stays open, and nothing was registered meanwhile.
    expect(await place.json(["tools", "ls"])).toMatchObject({ value: [] });

    const words = open.waits[0]?.how[0]?.split(" ").slice(4) ?? [];
    const done = await place.run(["request", "answer", open.requestId, ...words], { apart: true });
    expect(done.status).toBe(0);
  });

  it("takes the program that the answers say, and stores them as cases", async () => {
    const right = (price: number): number => (price <= 50 ? price + 5 : price);
    const open = await waiting();
    expect(inputsOf(open).some(({ args }) => args[0] === 50)).toBe(true);
    const value = await answered(open, right);
    expect(value).toMatchObject({ status: "SUCCEEDED" });
    expect(await priced(50)).toBe(55);
    for (const { args, expected } of SPEC.cases) expect(await priced(args[0] ?? 0)).toBe(expected);
    const { value: tool } = await place.json(["tools", "show", SPEC.name]);
    expect(tool).toMatchObject({
      cases: expect.arrayContaining([{ args: [50], expected: 55 }]),
      evidence: { heldOut: { passed: expect.any(Number) } },
    });
    const { evidence } = tool as { evidence: { unsureOn: { args: number[] }[] } };
    expect(evidence.unsureOn.map(({ args }) => args[0])).not.toContain(50);
  });

  it("searches again if no program gives the answer", async () => {
    const right = (price: number): number => (price === 50 ? 0 : price < 50 ? price + 5 : price);
    const value = await answered(await waiting(), right);
    expect(value).toMatchObject({ status: expect.stringMatching(/^(SUCCEEDED|FAILED)$/) });
    // Either a program gives 0 for 50, or the request fails: never a tool that is known to be wrong.
    if ((value as { status: string }).status === "SUCCEEDED") expect(await priced(50)).toBe(0);
    else expect(await place.json(["tools", "ls"])).toMatchObject({ value: [] });
  });

  it("registers what it has if nobody knows", async () => {
    const open = await waiting();
    const unknown = inputsOf(open).map(() => "-");
    const { value } = await place.json(["request", "answer", open.requestId, ...unknown]);
    expect(value).toMatchObject({ status: "SUCCEEDED", evidence: { status: "provisional" } });
  });
});
