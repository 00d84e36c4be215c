/**
 * Builds a task from text alone: the scope reasoner defines the tool, and the test author writes the
 * cases. Each sees only the name, description and signature of the other's work, and neither sees a
 * candidate.
 */
import { EngineError, ModelError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Task } from "../core/task.ts";
import type { Case, ToolSpec } from "../core/tool.ts";
import { type AuthoredCase, type AuthoredTask, authoredTask, type Spec } from "./authored.ts";
import { reasonScope, type Scoped, type ScopePorts, type Wanted } from "./scope.ts";
import { ROUNDING, type WrittenCases, writeCases } from "./test-author.ts";

export interface WordsPorts extends Omit<ScopePorts, "signatureFault"> {
  /** Builds a task from a spec with cases. @throws InputError for an invalid signature or case. */
  readonly taskOf: (spec: ToolSpec) => Task;
  /** Maximum number of test authors: another one is asked if too few cases are agreed on. */
  readonly testAuthors: number;
}

/** Minimum number of cases; fewer describe the tool too poorly. */
const FEWEST_CASES = 4;

/**
 * @returns A task with cases that a test author wrote and another one confirmed, plus the person's examples.
 *   If the reasoner prefers a stored tool, that tool's own cases.
 * @throws ModelError CASES_UNCLEAR if too few cases are agreed on.
 */
export async function taskFromWords(
  ports: WordsPorts,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<AuthoredTask> {
  const signatureFault = (signature: string): string | undefined =>
    faultOf(() => ports.taskOf(specOf("probe", "probe", signature, [])));
  const scoped = await reasonScope({ ...ports, signatureFault }, wanted, signal);
  const { scope, reuse } = scoped;
  const examples: AuthoredCase[] = (wanted.examples ?? []).map((entry) => ({
    ...entry,
    by: "user",
    votes: 1,
  }));
  if (reuse !== undefined && reuse.cases.length > 0) {
    const { name, description, signature, cases } = reuse;
    const known: AuthoredCase[] = cases.map((entry) => ({ ...entry, by: "user", votes: 1 }));
    return build(ports, { name, description, signature }, scoped, [...known, ...examples], []);
  }

  const { name, description, signature } = scope;
  const written = await writeCases(
    ports.ask,
    { name, description, signature, words: wanted.words, examples },
    { most: ports.testAuthors, enough: FEWEST_CASES - examples.length },
    caseFault(ports.taskOf, { name, description, signature }),
    signal,
  );
  await ports.trace([
    {
      type: "cases-write",
      data: {
        authors: written.authors,
        kept: written.cases.length,
        properties: written.properties.map((property) => ({ ...property })),
        dropped: written.dropped.map(({ args, reason }) => ({ args: [...args], reason })),
      },
    },
  ]);
  checkEnough(written, examples);
  const spec = { name, description, signature, language: scope.language };
  return build(ports, spec, scoped, [...examples, ...written.cases], written.properties);
}

function build(
  { taskOf }: WordsPorts,
  wanted: Pick<Spec, "name" | "description" | "signature" | "language">,
  { scope, calls }: Scoped,
  cases: readonly AuthoredCase[],
  properties: WrittenCases["properties"],
): AuthoredTask {
  const fractions = cases.some(({ expected }) => holdsFraction(expected));
  const spec = { ...wanted, ...(fractions ? { tolerance: ROUNDING } : {}) };
  const task = authoredTask(spec, { cases, properties, scope, calls: [] }, taskOf);
  return { ...task, calls: calls.filter((args) => args.length === task.kernel.parameters.length) };
}

/** Why a case does not fit a signature; undefined if it fits. */
export function caseFault(
  taskOf: (spec: ToolSpec) => Task,
  { name, description, signature }: Pick<Spec, "name" | "description" | "signature">,
): (entry: Case) => string | undefined {
  return (entry) => faultOf(() => taskOf(specOf(name, description, signature, [entry])));
}

function checkEnough({ cases, dropped }: WrittenCases, examples: readonly AuthoredCase[]): void {
  if (cases.length + examples.length >= FEWEST_CASES) return;
  const [first] = dropped;
  throw new ModelError(
    "CASES_UNCLEAR",
    `Expected at least ${FEWEST_CASES} cases that independent test authors agree on, got ${cases.length}` +
      `${first === undefined ? "" : ` (for ${JSON.stringify(first.args)}: ${first.reason})`}. Describe in ` +
      "the request more exactly what is wanted, or give examples (--examples FILE).",
    { facts: { kept: cases.length, dropped: dropped.length } },
  );
}

function specOf(
  name: string,
  description: string,
  signature: string,
  cases: readonly Case[],
): ToolSpec {
  return { name, description, signature, cases: [...cases] };
}

/** The message of the InputError that a function throws; undefined if it throws none. */
function faultOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError) || error.kind !== "caller") throw error;
    return error.message;
  }
}

function holdsFraction(value: Json): boolean {
  if (typeof value === "number") return !Number.isInteger(value);
  if (value === null || typeof value !== "object") return false;
  return Object.values(value as Record<string, Json>).some(holdsFraction);
}
