import { expect, test } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import type { Generator, ProposeContext } from "../../../src/evolve/generators/generator.ts";
import { withNovelty } from "../../../src/evolve/generators/novelty.ts";
import { specTask } from "../../../src/index.ts";

const task = specTask({
  name: "f",
  description: "f",
  signature: "function f(x: number): number",
  cases: [1, 2, 3, 4].map((x) => ({ args: [x], expected: x })),
});
const context: ProposeContext = {
  task,
  random: seededRandom(1, "novelty"),
  count: 4,
  best: undefined,
  examples: [],
};
const never = new AbortController().signal;

/** Vectors of the plane: the source is its angle in degrees. */
const embed = async (texts: readonly string[]) =>
  texts.map((text) => {
    const angle = (Number(text) * Math.PI) / 180;
    return Float32Array.of(Math.cos(angle), Math.sin(angle));
  });

function saying(...calls: readonly (readonly string[])[]): Generator {
  let call = 0;
  return {
    name: "scripted",
    parents: 0,
    propose: async () =>
      (calls[call++] ?? []).map((source) => ({ source, operator: "says", parents: [] })),
  };
}

// cos 10° = 0.985, cos 20° = 0.940.
const maxCosine = 0.95;

const failures = async (generator: Generator) => {
  const proposals = await generator.propose([], context, never);
  generator.learn?.(
    proposals.map((proposal) => ({ proposal, status: "scored", improved: false, best: false })),
  );
  return proposals.map(({ failure }) => failure !== undefined);
};

test("a program close to one of the same call, or to one told back before, is not run", async () => {
  const generator = withNovelty(saying(["0", "10", "40"], ["50", "90", "20"]), {
    embed,
    maxCosine,
  });
  expect(await failures(generator)).toEqual([false, true, false]);
  // 50 is near 40; 20 is 20 degrees from both 0 and 40, which is far enough.
  expect(await failures(generator)).toEqual([true, false, false]);
});

test("calls that overlap see what was told back when they began, whichever ends first", async () => {
  const generator = withNovelty(saying(["0"], ["5"]), { embed, maxCosine });
  const [first, second] = await Promise.all([
    generator.propose([], context, never),
    generator.propose([], context, never),
  ]);
  expect([first, second].flat().map(({ failure }) => failure)).toEqual([undefined, undefined]);
});

test("what was refused is no reason to refuse another", async () => {
  // 19 is near the refused 10, and far enough from 0.
  const generator = withNovelty(saying(["0", "10"], ["19"]), { embed, maxCosine });
  expect(await failures(generator)).toEqual([false, true]);
  expect(await failures(generator)).toEqual([false]);
});
