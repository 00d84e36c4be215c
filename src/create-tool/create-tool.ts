/**
 * create_tool: turns a wish for a tool into a registered tool, or into a refusal with reasons.
 *
 *   claim       equal concurrent wishes are handled once, also across processes
 *   equivalent  a stored tool that passes every case is used instead
 *   evolve      a separate run, linked from the request's trace
 *   settle      if candidate and test author disagree, other authors are asked
 *   scope       it must not fit only one call: literals, tables, properties
 *   examine     how sure it is: bits of the cases, inputs on which other fitting programs disagree
 *   ask         a person, if there is one: the right results of a few such inputs
 *   gate        the published tool, called as callers call it, on sealed instances
 *   register    a new tool or the next version of one, stored durably with its lineage and its evidence
 *
 * A refusal is an outcome with reasons, not an error.
 */

import type { GateVerdict } from "../../toolstore/gate/verdict.ts";
import type { Ask } from "../ask/ask.ts";
import { bestSeed, tryTool } from "../call/trial.ts";
import { digestJson } from "../core/digest.ts";
import { InputError, StoreError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import { isTrusted } from "../core/evidence.ts";
import type { Execution } from "../core/execution.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import type { Evaluation } from "../core/ports.ts";
import type { Task } from "../core/task.ts";
import { type Case, purposeOf, type Tool } from "../core/tool.ts";
import type { EvolveResult, Winner } from "../evolve/loop/run.ts";
import type { CaseQuestion } from "../work/case-question.ts";
import type { TaskGoal } from "../work/goal.ts";
import type { Creation } from "../work/outcome.ts";
import { type AuthoredTask, isAuthored } from "./authored.ts";
import { MOST_ASKED, questionOn, settledBy } from "./doubts.ts";
import { type EquivalentPorts, findEquivalent } from "./equivalent.ts";
import { type Examination, examine, withAnswers, withEvidence } from "./examine.ts";
import { type DraftPorts, draftTool, explainFailure, gateInstances } from "./register.ts";
import { review } from "./review.ts";
import { scopeByRule } from "./scope-by-rule.ts";
import type { Claim, Flights } from "./single-flight.ts";
import { otherNames } from "./tool-name.ts";

/** What a candidate must pass before it enters the store. */
export interface GateOptions {
  readonly inputs: readonly (readonly Json[])[];
  readonly judge: (executions: readonly Execution[]) => Evaluation;
  /** Fitness to reach. */
  readonly floor: number;
  readonly resolution: number;
}

export interface CreateToolPorts extends EquivalentPorts, DraftPorts {
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
  /** Starts a separate evolution run; gives its id and its result. */
  readonly evolve: (
    task: Task,
  ) => Promise<{ readonly runId: string; readonly result: EvolveResult }>;
  /** Runs a candidate on the gate's instances and decides by the store's rules if it may enter. */
  readonly gate: (
    candidate: Tool,
    options: GateOptions,
    signal: AbortSignal,
  ) => Promise<GateVerdict>;
  /** If absent, no model is asked: cases and scope are used as they are. */
  readonly ask?: Ask;
  /** Held-out variants for a task that has none; undefined if there are none. */
  readonly variants?: (
    task: Task,
    words: string,
    signal: AbortSignal,
  ) => Promise<AuthoredTask | undefined>;
  /** Asks a person and waits for the answers, over any number of attempts. If absent, nobody is asked. */
  readonly askPerson?: (question: CaseQuestion) => Promise<readonly Case[]>;
  /** Of this process: equal wishes share one creation. */
  readonly flights: Flights<Stage>;
  /** Across the processes of a home. */
  readonly claim?: Claim;
}

/** A winner about which a person can be asked. */
interface Open {
  readonly kind: "open";
  readonly made: Made;
  readonly examination: Examination;
  readonly question: CaseQuestion;
  readonly told: Told;
}

/** What a person was asked about, and has answered. */
interface Told {
  /** Number of inputs. */
  readonly asked: number;
  readonly answers: readonly Case[];
}

/** The end of a creation, or a question that it goes on from. */
export type Stage = Creation | Open;

export async function createTool(
  ports: CreateToolPorts,
  goal: TaskGoal,
  signal: AbortSignal,
): Promise<Creation> {
  const { name, description } = goal.task.spec;
  const key = wishKey(goal.task, ports.seed);
  await ports.trace([{ type: "tool-create", data: { name, description, key } }]);
  const once = async (part: string, work: () => Promise<Stage>): Promise<Stage> => {
    const claimed = async (): Promise<Stage> => {
      const release = await ports.claim?.(part, signal);
      try {
        return await work();
      } finally {
        await release?.();
      }
    };
    const { value, shared } = await ports.flights.once(part, claimed, signal);
    if (shared && value.kind !== "open") await ports.trace([sharedEvent(name, value)]);
    return value;
  };

  let stage = await once(key, () => make(ports, goal, signal));
  while (stage.kind === "open") {
    const open = stage;
    // Outside of the claim: others who want the same tool must not wait for this person.
    const answers = (await ports.askPerson?.(open.question)) ?? [];
    const asked = open.told.asked + open.question.inputs.length;
    const told = { asked, answers: [...open.told.answers, ...answers] };
    const part = digestJson([key, told.asked, told.answers.map((each) => ({ ...each }))]);
    stage = await once(part.slice(0, 32), () => goOn(ports, goal, open, answers, told, signal));
  }
  return stage;
}

async function make(ports: CreateToolPorts, goal: TaskGoal, signal: AbortSignal): Promise<Stage> {
  const { task } = goal;
  const known = [...task.instances("train", ports.seed), ...task.instances("sealed", ports.seed)];
  const equivalent = await findEquivalent(ports, task, known, goal.words, signal);
  if (equivalent !== undefined) {
    const { tool, reason } = equivalent;
    await ports.trace([
      { type: "tool-reuse", data: { name: tool.name, version: tool.version, reasons: [reason] } },
    ]);
    return reuse(tool, reason);
  }

  if (!isAuthored(task)) await ports.trace([scopeByRule(task, goal.words, ports.seed)]);
  const varied = isAuthored(task) ? task : await ports.variants?.(task, goal.words, signal);
  const made = await evolveReviewed(ports, { ...goal, task: varied ?? task }, signal);
  return finish(ports, goal, made, { asked: 0, answers: [] }, signal);
}

/** Registers or refuses a winner, or asks about it first. */
async function finish(
  ports: CreateToolPorts,
  goal: TaskGoal,
  made: Made,
  told: Told,
  signal: AbortSignal,
): Promise<Stage> {
  const { runId, winner, task, reasons } = made;
  const { name } = task.spec;
  if (winner === undefined) {
    return refuse(ports, name, runId, ["No candidate ran on every training instance."]);
  }
  if (reasons.length > 0) return refuse(ports, name, runId, reasons);
  const examination = await examine(ports, made, made.result, unjudged(goal), signal);
  if (ports.askPerson !== undefined && examination !== undefined) {
    const question = questionOn(name, examination, MOST_ASKED - told.asked);
    if (question !== undefined) return { kind: "open", made, examination, question, told };
  }
  const known = { ...made, examination, answers: told.answers };
  return register(ports, { ...goal, task }, winner, known, signal);
}

/** Chooses by the answers among the programs that were found, or searches again. */
async function goOn(
  ports: CreateToolPorts,
  goal: TaskGoal,
  { made, examination }: Open,
  answers: readonly Case[],
  told: Told,
  signal: AbortSignal,
): Promise<Stage> {
  const { winner } = made;
  // Whoever does not know the results is not asked again.
  const rest = answers.length === 0 ? { ...told, asked: MOST_ASKED } : told;
  if (winner === undefined || answers.length === 0) return finish(ports, goal, made, rest, signal);
  const settled = settledBy({ ...made, winner }, examination, answers);
  if (settled !== undefined) {
    const same = settled.winner.program.digest === winner.program.digest;
    const draft = draftTool(ports, goal, settled.winner, made.runId);
    const seen = { ...goal, task: settled.task };
    const { source } = settled.winner.program;
    const opinion = same ? undefined : await review(ports, seen, draft, source, signal);
    if (opinion?.retry === undefined && (opinion?.reasons ?? []).length === 0) {
      return finish(ports, goal, { ...made, ...settled }, rest, signal);
    }
  }
  const task = withAnswers(made.task, examination.survivors, answers);
  return finish(ports, goal, await evolveReviewed(ports, { ...goal, task }, signal), rest, signal);
}

interface Made {
  readonly runId: string;
  readonly result: EvolveResult;
  /** The task that was searched. */
  readonly searched: Task;
  /** The same without the cases that were found wrong. */
  readonly task: Task;
  readonly winner: Winner | undefined;
  /** Reasons against the winner. */
  readonly reasons: readonly string[];
}

/** Maximum number of times that a too narrow scope is reported back to the search. */
const MOST_RETRIES = 2;

/** Runs the evolution and reviews its winner. After feedback the search runs again. */
async function evolveReviewed(
  ports: CreateToolPorts,
  goal: TaskGoal,
  signal: AbortSignal,
): Promise<Made> {
  let asked = goal.task;
  for (let retries = 0; ; retries++) {
    const { runId, result } = await ports.evolve(asked);
    const { winner } = result;
    const made = { runId, result, searched: asked, winner };
    if (winner === undefined) return { ...made, task: asked, reasons: [] };
    const candidate = draftTool(ports, goal, winner, runId);
    const seen = { ...goal, task: asked };
    const opinion = await review(ports, seen, candidate, winner.program.source, signal);
    if (opinion.retry === undefined || retries === MOST_RETRIES) {
      return { ...made, task: opinion.task, reasons: opinion.reasons };
    }
    asked = opinion.retry;
  }
}

interface Examined extends Made {
  readonly examination: Examination | undefined;
  /** Of a person. */
  readonly answers: readonly Case[];
}

/** Maximum number of version conflicts with concurrent registrations. */
const MOST_CONFLICTS = 5;

async function register(
  ports: CreateToolPorts,
  goal: TaskGoal,
  winner: Winner,
  { runId, result, examination, answers }: Examined,
  signal: AbortSignal,
): Promise<Creation> {
  const { task } = goal;
  let { name } = task.spec;
  let otherName: Iterator<string, never> | undefined;
  const instances = gateInstances(task, ports.seed);
  const resolution = task.resolution ?? 1e-9;
  const baseline =
    winner.baseline?.fitness ?? (await bestSeed(ports, task, instances, signal)) ?? -Infinity;
  const options: GateOptions = {
    inputs: instances.map(({ input }) => input),
    judge: (executions) => ports.evaluator.evaluate(task, instances, executions),
    // The seeds are available to everybody, so a tool must be better than they are.
    floor: task.target ?? baseline + 2 * resolution,
    resolution,
  };

  for (let conflicts = 0; ; ) {
    const newest = await newestOf(ports, name);
    if (conflicts > 0 && newest !== undefined && task.target !== undefined) {
      const trial = await tryTool(ports, newest, task, instances, undefined, signal);
      if (trial.status === "serves") {
        return reuse(
          newest,
          `${name} version ${newest.version} was made in the meantime and does the same.`,
        );
      }
    }
    const candidate = draftTool(ports, goal, winner, runId, name, newest);
    const verdict = await ports.gate(candidate, options, signal);
    if (!verdict.accepted && verdict.nameTaken && newest !== undefined) {
      otherName ??= otherNames(name, task.spec.description, newest.description);
      name = otherName.next().value;
      continue;
    }
    if (!verdict.accepted && !verdict.approvable) {
      const explained = explainFailure(task, result, winner);
      const refused = await refuse(ports, name, runId, [...verdict.reasons, ...explained]);
      return verdict.twin === undefined
        ? refused
        : { ...refused, instead: await ports.tools.get(verdict.twin.name, verdict.twin.version) };
    }
    if (newest?.digest === candidate.digest && newest.status === "active") {
      return known(ports, newest, examination, answers);
    }
    const kept: Tool = {
      ...candidate,
      cases: withCases(candidate.cases, answers),
      ...(examination === undefined ? {} : withEvidence(candidate, examination)),
      status: verdict.accepted ? "active" : "candidate",
    };
    try {
      await ports.tools.put(kept);
    } catch (error) {
      const taken = error instanceof StoreError && error.code === "VERSION_CONFLICT";
      if (!taken || conflicts === MOST_CONFLICTS) throw error;
      conflicts++;
      continue;
    }
    if (!verdict.accepted) {
      const approve = `It is stored as version ${kept.version} and needs a person's approval: toolwright tools approve ${name}.`;
      return refuse(ports, name, runId, [...verdict.reasons, approve]);
    }
    await ports.trace([registered(kept, runId)]);
    return { kind: "tool-created", tool: kept, runId };
  }
}

/** The winner is stored already: what is known about it now is stored with it. */
async function known(
  { tools }: CreateToolPorts,
  stored: Tool,
  examination: Examination | undefined,
  answers: readonly Case[],
): Promise<Creation> {
  const { name, version } = stored;
  if (examination !== undefined && !isTrusted(stored)) {
    const told = withEvidence({ description: purposeOf(stored) }, examination);
    await tools.setEvidence(name, version, { ...told, cases: [...answers] });
  }
  return reuse(
    await tools.get(name, version),
    `${name} version ${version} is the program that was found.`,
  );
}

/** Answers that are held out are not among the cases of a draft. */
function withCases(cases: readonly Case[], answers: readonly Case[]): Case[] {
  const known = new Set(cases.map(({ args }) => canonicalJson(args)));
  return [...cases, ...answers.filter(({ args }) => !known.has(canonicalJson(args)))];
}

/** Inputs of the request whose results are not known. */
function unjudged({ instances }: TaskGoal): readonly (readonly Json[])[] {
  return instances.flatMap(({ input, expected }) => (expected === undefined ? [input] : []));
}

function registered(tool: Tool, runId: string): NewEvent {
  const { name, version, digest, description, parameters, source, evaluation } = tool;
  return {
    type: "tool-register",
    data: { name, version, digest, description, parameters, source, evaluation },
    link: runId,
  };
}

async function refuse(
  ports: Pick<CreateToolPorts, "trace">,
  name: string,
  runId: string,
  reasons: readonly string[],
): Promise<Creation & { readonly kind: "tool-refused" }> {
  await ports.trace([{ type: "registration-refused", data: { name, reasons }, link: runId }]);
  return { kind: "tool-refused", reasons, runId };
}

function reuse(tool: Tool, reason: string): Creation {
  return {
    kind: "tool-refused",
    reasons: [reason],
    runId: tool.lineage.runId ?? "",
    instead: tool,
  };
}

/** Versions have no gaps: the next one follows the newest, whatever its status. */
async function newestOf({ tools }: CreateToolPorts, name: string): Promise<Tool | undefined> {
  try {
    return (await tools.history(name)).at(-1);
  } catch (error) {
    if (error instanceof InputError && error.code === "TOOL_NOT_FOUND") return undefined;
    throw error;
  }
}

function sharedEvent(name: string, value: Creation): NewEvent {
  return {
    type: "tool-create-shared",
    data: { name, outcome: value.kind },
    ...(value.runId === "" ? {} : { link: value.runId }),
  };
}

/** Equal for wishes that the same tool fulfils: the same normalised text and the same cases. */
function wishKey(task: Task, seed: number): string {
  const { name, description, signature } = task.spec;
  const words = `${name} ${description}`.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return digestJson({
    words: words.filter((word) => word !== ""),
    signature: signature.replace(/\s+/g, ""),
    // For a numeric task the first instance is enough; all of them may be megabytes.
    cases: task
      .instances("train", seed)
      .slice(0, task.harness === undefined ? undefined : 1)
      .map(({ input, expected = null }) => [[...input], expected]),
    authored: isAuthored(task),
  }).slice(0, 32);
}
