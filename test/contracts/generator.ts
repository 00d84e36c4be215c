/**
 * What every generator that works offline keeps: equal calls give equal proposals, proposals are
 * programs that define the entry, and they reach no name that nobody defined.
 */
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import type { Kernel, Task } from "../../src/core/task.ts";
import type {
  Generator,
  Parent,
  Proposal,
  ProposalResult,
} from "../../src/evolve/generators/generator.ts";
import { declaredBy, freeNames } from "../../src/evolve/syntax/scope.ts";
import { parseProgram } from "../../src/evolve/syntax/tree.ts";

/** Names that any program may use. */
const GLOBALS = new Set([
  "Math",
  "Number",
  "String",
  "Boolean",
  "Array",
  "undefined",
  "NaN",
  "Infinity",
  "isNaN",
  "parseInt",
]);

export interface GeneratorContractOptions {
  /** Batches driven; each asks for 16 proposals. Default 12. */
  readonly batches?: number;
  readonly examples?: readonly { readonly input: readonly unknown[]; readonly expected: unknown }[];
}

export function generatorContract(
  make: (task: Task) => Generator,
  kernel: Kernel,
  options: GeneratorContractOptions = {},
): void {
  const task = taskOf(kernel);

  describe("generator contract", () => {
    it("proposes the same programs for equal seeds, parents and results", async () => {
      const first = await drive(make(task), task, 7, options);
      const second = await drive(make(task), task, 7, options);
      expect(first.length).toBeGreaterThan(0);
      expect(second).toEqual(first);
    });

    it("proposes whole programs that define the entry and use no unknown names", async () => {
      for (const { source } of await drive(make(task), task, 3, options)) {
        const program = parseProgram(source);
        if (program === undefined) throw new Error(`does not parse:\n${source}`);
        expect(declaredBy(program), source).toContain(kernel.entry);
        const unknown = [...freeNames(program)].filter((name) => !GLOBALS.has(name));
        expect(unknown, source).toEqual([]);
      }
    });

    it("names its parents by their digests, or none", async () => {
      const proposals = await drive(make(task), task, 5, options);
      expect(proposals).not.toEqual([]);
      const named = proposals.flatMap(({ parents }) => parents);
      expect(named.filter((digest) => !/^[0-9a-f]{64}$/.test(digest))).toEqual([]);
    });

    it("never proposes more than it was asked for", async () => {
      const generator = make(task);
      const parents = seedsOf(kernel);
      const context = {
        task,
        random: seededRandom(1),
        count: 3,
        best: parents[0],
        examples: options.examples ?? [],
      };
      const proposals = await generator.propose(parents, context, new AbortController().signal);
      expect(proposals.length).toBeLessThanOrEqual(3);
    });
  });
}

/** A task around a kernel, as far as a generator looks at one. */
export function taskOf(kernel: Kernel): Task {
  return {
    name: "contract",
    spec: { name: "contract", description: "", signature: "" },
    kernel,
    limits: { timeoutMs: 1_000, memoryMiB: 64, outputBytes: 10_000 },
    instances: () => [],
    quick: 1,
    score: () => ({ status: "scored", score: 0 }),
    publish: (source: string) => ({ language: "javascript", source, entry: kernel.entry }),
    tool: () => {
      throw new Error("a generator registers nothing");
    },
  } as unknown as Task;
}

export function seedsOf(kernel: Kernel): readonly Parent[] {
  return kernel.seeds.map((source, index) => ({
    digest: String(index).repeat(64).slice(0, 64),
    source,
    fitness: index,
    scores: [index],
  }));
}

/** Drives a generator as the loop does, with invented results; gives all of its proposals. */
export async function drive(
  generator: Generator,
  task: Task,
  seed: number,
  { batches = 12, examples = [] }: GeneratorContractOptions = {},
): Promise<readonly Proposal[]> {
  const random = seededRandom(seed, "drive");
  const known: Parent[] = [...seedsOf(task.kernel)];
  const all: Proposal[] = [];
  for (let batch = 0; batch < batches; batch++) {
    const draws = random.fork(`batch-${batch}`);
    const parents = Array.from({ length: Math.max(1, generator.parents) }, () => draws.pick(known));
    const context = {
      task,
      random: draws.fork("propose"),
      count: 16,
      best: known.at(-1),
      examples,
    };
    const proposals = await generator.propose(parents, context, new AbortController().signal);
    all.push(...proposals);
    const results = proposals.map((proposal): ProposalResult => {
      const status = draws.pick([
        "scored",
        "scored",
        "scored",
        "dropped",
        "duplicate",
        "failed",
      ] as const);
      const base = { proposal, status, improved: false, best: false };
      return status === "failed"
        ? base
        : { ...base, fitness: draws.next(), scores: [draws.next()] };
    });
    for (const { proposal, status, fitness, scores } of results) {
      if (status !== "scored" || fitness === undefined || scores === undefined) continue;
      const digest = String(known.length).padStart(64, "0");
      known.push({ digest, source: proposal.source, fitness, scores });
    }
    generator.learn?.(results);
  }
  return all;
}
