/**
 * One step of a plan. Whatever goes wrong in it is a value that the next plan reads; what ends the
 * whole request (a spent budget, a cancel, a lost store) is thrown.
 */
import { type CallPorts, makeCall } from "../call/call-tool.ts";
import { EngineError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Steps } from "../core/steps.ts";
import type { Tool } from "../core/tool.ts";
import type { Arguments, Callable, CallOutcome } from "../work/callable.ts";
import { type DoneStep, type Matter, resultsOf, type StepOutcome } from "../work/goal.ts";
import type { PlanStep, PlanStepOf } from "../work/plan.ts";
import { resolveReferences } from "../work/references.ts";

/** What became of the wish for a tool. */
export type Creation =
  | { readonly status: "made" | "reused"; readonly tool: Tool; readonly reason: string }
  | { readonly status: "refused"; readonly reasons: readonly string[] };

export interface PerformPorts extends CallPorts {
  readonly steps: Steps;
  readonly toolCallable: (tool: Tool) => Callable;
  readonly createTool: (
    wanted: PlanStepOf<"create-tool">,
    matter: Matter,
    signal: AbortSignal,
  ) => Promise<Creation>;
  readonly runProgram: (
    program: PlanStepOf<"program">,
    around: Surroundings,
    key: string,
    signal: AbortSignal,
  ) => Promise<CallOutcome>;
}

/** All that a step may look at. */
export interface Surroundings {
  readonly matter: Matter;
  readonly callables: readonly Callable[];
  readonly done: readonly DoneStep[];
}

/** @param key Unique in the request: it names the step's calls in the trace. */
export async function perform(
  ports: PerformPorts,
  step: Exclude<PlanStep, { kind: "answer" }>,
  key: string,
  around: Surroundings,
): Promise<StepOutcome> {
  const { signal } = ports.steps;
  try {
    switch (step.kind) {
      case "call-tool":
        return await callByName(ports, step.tool, step.arguments, key, around);
      case "delegate":
        return await callByName(ports, step.agent, { message: step.message }, key, around);
      case "program":
        return outcomeOf(await ports.runProgram(step, around, key, signal));
      case "create-tool":
        return created(ports, await ports.createTool(step, around.matter, signal));
      case "ask":
        return await ask(ports, step, key);
    }
  } catch (error) {
    if (signal.aborted || !(error instanceof EngineError)) throw error;
    const { kind, code, message } = error;
    if (kind !== "caller" && kind !== "provider" && kind !== "sandbox") throw error;
    return { status: "failed", reason: `${code}: ${message}` };
  }
}

async function callByName(
  ports: PerformPorts,
  name: string,
  written: Arguments,
  key: string,
  { callables, done }: Surroundings,
): Promise<StepOutcome> {
  const callable = callables.find((each) => each.name === name);
  if (callable === undefined) return { status: "failed", reason: `${name} is not there.` };
  const resolved = resolveReferences(written, resultsOf(done));
  if (resolved.status === "unresolved") return { status: "failed", reason: resolved.reason };
  return outcomeOf(await makeCall(ports, callable, resolved.value as Arguments, key));
}

function outcomeOf(outcome: CallOutcome): StepOutcome {
  return outcome.status === "returned"
    ? { status: "done", result: outcome.output }
    : { status: "failed", reason: outcome.reason };
}

function created({ toolCallable }: PerformPorts, creation: Creation): StepOutcome {
  if (creation.status === "refused") {
    return { status: "failed", reason: `No tool could be made: ${creation.reasons.join(" ")}` };
  }
  const { tool, status, reason } = creation;
  const { name, version, signature, description } = tool;
  return {
    status: "done",
    result: { name, version, signature, description, status, reason },
    made: toolCallable(tool),
  };
}

/** The request waits for a person; what they say is the step's result. */
async function ask(
  { steps }: PerformPorts,
  { question }: PlanStepOf<"ask">,
  key: string,
): Promise<StepOutcome> {
  const said = await steps.waitFor(`question:${key}`, {
    question: { kind: "question", text: question },
  });
  const payload = said?.payload ?? null;
  // What a person answers comes wrapped; other senders may say it plainly.
  const wrapped =
    payload !== null && typeof payload === "object" && Object.hasOwn(payload, "answer");
  const result = wrapped ? (Reflect.get(payload, "answer") as Json) : payload;
  return { status: "done", result };
}
