/**
 * Creates a tool for a request. The evolution is a step of the request and uses its budget. See
 * `src/create-tool` for how a tool is created.
 */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import type { Clock } from "../core/clock.ts";
import { type Config, toolBudget } from "../core/config.ts";
import { stored } from "../core/json.ts";
import type { EventStore, Sandbox } from "../core/ports.ts";
import { present } from "../core/present.ts";
import type { Budget } from "../core/request.ts";
import type { Steps } from "../core/steps.ts";
import type { Task } from "../core/task.ts";
import { Case } from "../core/tool.ts";
import { type CreateToolPorts, createTool } from "../create-tool/create-tool.ts";
import { type Evolved, evolutionStep } from "../create-tool/evolution-step.ts";
import { createFromWords, type WishPorts } from "../create-tool/from-words.ts";
import { withVariants } from "../create-tool/variants.ts";
import type { EvolveProgress } from "../evolve/loop/run.ts";
import type { AttemptContext } from "../work/attempt.ts";
import type { CaseQuestion } from "../work/case-question.ts";
import type { Goal, TaskGoal } from "../work/goal.ts";
import type { Creation } from "../work/outcome.ts";
import type { StepOf } from "../work/step.ts";

/** What the engine provides for every attempt. */
export interface MakePorts
  extends Pick<
      CreateToolPorts,
      "evaluator" | "tools" | "noneBelow" | "gate" | "flights" | "claim" | "digest"
    >,
    Pick<WishPorts, "taskOf" | "wishes"> {
  readonly config: Pick<Config, "budgetSeconds" | "budgetEvaluations" | "approvals">;
  readonly events: EventStore;
  readonly clock: Clock;
  readonly sandbox: () => Promise<Sandbox>;
  readonly evolve: (
    task: Task,
    run: {
      readonly id: string;
      readonly seed: number;
      readonly budget: Budget;
      readonly parent: string;
      readonly resume?: string;
      readonly generator?: string;
      readonly onProgress?: (progress: EvolveProgress) => void;
    },
    signal: AbortSignal,
  ) => Promise<Evolved>;
}

/** Maximum number of test authors: another one is asked if too few cases are agreed on. */
const TEST_AUTHORS = 2;

/** @param ask If given, a test author adds variants to a small set of examples. */
export async function makeForGoal(
  ports: MakePorts,
  attempt: AttemptContext,
  ask: Ask | undefined,
  goal: TaskGoal,
  signal: AbortSignal,
): Promise<Creation> {
  const creation = await creationPorts(ports, attempt);
  if (ask === undefined) return createTool(creation, goal, signal);
  const { trace, work } = attempt;
  const authors = { ask, trace, taskOf: ports.taskOf, testAuthors: TEST_AUTHORS, seed: work.seed };
  const variants: CreateToolPorts["variants"] = (task, words, stop) =>
    withVariants(authors, task, words, stop);
  return createTool({ ...creation, ask, variants }, goal, signal);
}

/** For a step of a plan: first turns its text into a task. */
export async function makeForStep(
  ports: MakePorts,
  attempt: AttemptContext,
  ask: Ask,
  { name, description, signature }: StepOf<"create-tool">,
  { request, words }: Goal,
  signal: AbortSignal,
): Promise<Creation> {
  const { taskOf, wishes } = ports;
  const creation = await creationPorts(ports, attempt);
  return createFromWords(
    { ...creation, ask, taskOf, wishes, testAuthors: TEST_AUTHORS },
    request,
    { words, name, description, ...present({ signature }) },
    signal,
  );
}

async function creationPorts(
  ports: MakePorts,
  { requestId, work, steps, spending, trace, onProgress }: AttemptContext,
): Promise<CreateToolPorts> {
  const { config, events, clock, evolve } = ports;
  const { evaluator, tools, noneBelow, gate, flights, claim, digest } = ports;
  const { seed, generator, questions } = work;
  const shared = {
    seed,
    parent: requestId,
    ...present({ generator, onProgress }),
  };
  return {
    sandbox: await ports.sandbox(),
    evaluator,
    tools,
    trace,
    evolve: (task) =>
      evolutionStep(
        {
          steps,
          spending,
          runs: events,
          budget: work.budget ?? toolBudget(config),
          evolve: (of, run, ended) => evolve(of, { ...run, ...shared }, ended),
        },
        task,
      ),
    approvals: config.approvals,
    noneBelow,
    gate,
    flights,
    ...present({
      claim,
      askPerson:
        questions !== undefined ? (question: CaseQuestion) => asked(steps, question) : undefined,
    }),
    digest,
    requestId,
    seed,
    now: () => new Date(clock.now()).toISOString(),
  };
}

/** The request waits for a person, who may answer in any later attempt. */
async function asked(
  steps: Pick<Steps, "waitFor">,
  question: CaseQuestion,
): Promise<readonly Case[]> {
  const reply = await steps.waitFor(`question:${question.tool}`, {
    question: stored(question),
  });
  // What cannot be read answers nothing: then the tool stays as sure as it is.
  return CaseReply.safeParse(reply?.payload).data?.answer ?? [];
}

/** As `Replies.answer` sends it. */
const CaseReply = z.object({ answer: z.array(Case) });
