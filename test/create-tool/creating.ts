/** What the tests of tool creation share: real isolates, a memory store, a scripted author and asker. */
import { createEvaluator, specTask } from "../../evaluators/index.ts";
import type { Ask } from "../../src/ask/ask.ts";
import { Approvals } from "../../src/core/approvals.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { NewEvent } from "../../src/core/event.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox, ToolStore } from "../../src/core/ports.ts";
import type { Task } from "../../src/core/task.ts";
import type { CreateToolPorts } from "../../src/create-tool/create-tool.ts";
import type { WishPorts } from "../../src/create-tool/from-words.ts";
import { singleFlight } from "../../src/create-tool/single-flight.ts";
import { evolve } from "../../src/evolve/loop/evolve.ts";
import { strategyByName } from "../../src/evolve/population/strategies.ts";
import { gateOf, toolDigest } from "../../toolstore/index.ts";
import { memoryToolStore } from "../../toolstore/store/memory.ts";

/** Answers by prompt and sample; an answer passes the question's own schema, as a model's has to. */
export type Answers = (
  prompt: string,
  sample: number,
  variables: Readonly<Record<string, string>>,
) => unknown;

export interface Workbench {
  readonly ports: CreateToolPorts & WishPorts;
  readonly events: NewEvent[];
  /** Every question, in order. */
  readonly asked: {
    prompt: string;
    role: string;
    sample: number;
    variables: Readonly<Record<string, string>>;
  }[];
  /** Tasks that were evolved. */
  readonly evolved: Task[];
}

export interface WorkbenchOptions {
  readonly sandbox: Sandbox;
  readonly tools?: ToolStore;
  readonly answers?: Answers;
  /** What the candidates' author writes for a task, in order. */
  readonly candidates: (task: Task, run: number) => readonly string[];
  readonly testAuthors?: number;
}

export function workbench({
  sandbox,
  tools = memoryToolStore(),
  answers = () => {
    throw new Error("nobody was to be asked");
  },
  candidates,
  testAuthors = 2,
}: WorkbenchOptions): Workbench {
  const events: NewEvent[] = [];
  const asked: Workbench["asked"] = [];
  const evolved: Task[] = [];
  const evaluator = createEvaluator();
  const trace = async (list: readonly NewEvent[]): Promise<void> => void events.push(...list);
  const ask: Ask = async ({ role, prompt, variables, schema, sample = 0 }) => {
    asked.push({ prompt, role, sample, variables });
    await new Promise((wake) => setImmediate(wake));
    return schema.parse(answers(prompt, sample, variables)) as never;
  };
  const ports: Workbench["ports"] = {
    sandbox,
    evaluator,
    tools,
    trace,
    ask,
    approvals: Approvals.parse({}),
    noneBelow: 0.1,
    taskOf: specTask,
    testAuthors,
    wishes: singleFlight(),
    flights: singleFlight(),
    digest: toolDigest,
    requestId: "req-1",
    seed: 1,
    now: () => "2026-01-01T00:00:00.000Z",
    async evolve(task) {
      const run = evolved.push(task);
      const left = [...candidates(task, run)];
      const result = await evolve(
        {
          task,
          strategy: strategyByName("funsearch"),
          sandbox,
          evaluator,
          clock: systemClock,
          trace,
          generator: {
            name: "listed",
            parents: 1,
            propose: async (_parents, { count }) =>
              left.splice(0, count).map((source) => ({ source, operator: "listed", parents: [] })),
          },
        },
        { seed: 1, budget: { evaluations: 200 } },
        new AbortController().signal,
      );
      return { runId: `evo-${run}`, result };
    },
    gate: gateOf(tools, async () => sandbox),
  };
  return { ports, events, asked, evolved };
}

/** The scope reasoner's answer for a new tool. */
export function newTool(
  name: string,
  signature: string,
  more: Readonly<Record<string, Json>> = {},
): Json {
  return {
    decision: "new",
    name,
    description: `The function ${name}.`,
    signature,
    generality: "general",
    reasons: ["it serves any such request"],
    ...more,
  };
}

/** A test author that knows the right answer, but for what it is told to get wrong. */
export function knowing(
  truth: (...args: never[]) => Json,
  inputs: readonly (readonly Json[])[],
  {
    scope,
    wrong = () => undefined,
  }: {
    readonly scope: Json;
    readonly wrong?: (prompt: string, sample: number, args: readonly Json[]) => Json | undefined;
  },
): Answers {
  const say = (prompt: string, sample: number, args: readonly Json[]): Json =>
    wrong(prompt, sample, args) ?? truth(...(args as never[]));
  return (prompt, sample, variables) => {
    if (prompt === "scope") return scope;
    if (prompt === "write-cases") {
      return { cases: inputs.map((args) => ({ args, expected: say(prompt, sample, args) })) };
    }
    const lines = (variables.inputs ?? "").split("\n").filter((line) => line !== "");
    return {
      answers: lines.map((line, index) => ({
        case: index,
        expected: say(prompt, sample, JSON.parse(line.replace(/^\d+: /, "")) as Json[]),
      })),
    };
  };
}
