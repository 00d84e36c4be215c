/**
 * One step of a plan. A failure of the step is a value that the next plan reads. What ends the whole
 * request or lets it wait is thrown: budget exceeded, canceled, store lost, model away.
 */
import { type CallPorts, makeCall } from "../call/call-tool.ts";
import { EngineError, isOutage } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Steps } from "../core/steps.ts";
import type { Tool } from "../core/tool.ts";
import { type ProgramStepPorts, programOutcome, runProgramStep } from "../program/step.ts";
import type { Arguments, Callable, CallOutcome } from "../work/callable.ts";
import type { Goal } from "../work/goal.ts";
import { type Creation, type DoneStep, resultsOf, type StepOutcome } from "../work/outcome.ts";
import { resolveReferences } from "../work/references.ts";
import type { Step, StepOf } from "../work/step.ts";

export interface StepPorts extends CallPorts, ProgramStepPorts {
  readonly steps: Steps;
  readonly toolCallable: (tool: Tool) => Callable;
  readonly createTool: (
    step: StepOf<"create-tool">,
    goal: Goal,
    signal: AbortSignal,
  ) => Promise<Creation>;
}

/** What a step can read. */
export interface Surroundings {
  readonly goal: Goal;
  readonly callables: readonly Callable[];
  readonly done: readonly DoneStep[];
}

/** @param key Unique in the request; identifies the step's calls in the trace. */
export async function carryOutStep(
  ports: StepPorts,
  step: Exclude<Step, { kind: "answer" }>,
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
        return await runProgram(ports, step, key, around);
      case "create-tool":
        return created(ports, await ports.createTool(step, around.goal, signal));
      case "ask":
        return await ask(ports, step, key);
    }
  } catch (error) {
    if (signal.aborted || !(error instanceof EngineError) || isOutage(error)) throw error;
    const { kind, code, message } = error;
    if (kind !== "caller" && kind !== "provider" && kind !== "sandbox") throw error;
    return { status: "failed", reason: `${code}: ${message}` };
  }
}

async function callByName(
  ports: StepPorts,
  name: string,
  written: Arguments,
  key: string,
  { callables, done }: Surroundings,
): Promise<StepOutcome> {
  const callable = callables.find((each) => each.name === name);
  if (callable === undefined) return { status: "failed", reason: `${name} does not exist.` };
  const resolved = resolveReferences(written, resultsOf(done));
  if (resolved.status === "unresolved") return { status: "failed", reason: resolved.reason };
  return outcomeOf(await makeCall(ports, callable, resolved.value as Arguments, key));
}

async function runProgram(
  ports: StepPorts,
  { code, semantic }: StepOf<"program">,
  key: string,
  { callables, done }: Surroundings,
): Promise<StepOutcome> {
  const input = Object.fromEntries(resultsOf(done));
  const program = { key, code, semantic, input };
  return outcomeOf(
    programOutcome(await runProgramStep(ports, program, callables, ports.steps.signal)),
  );
}

function outcomeOf(outcome: CallOutcome): StepOutcome {
  return outcome.status === "returned"
    ? { status: "done", result: outcome.output }
    : { status: "failed", reason: outcome.reason };
}

function created({ toolCallable }: StepPorts, creation: Creation): StepOutcome {
  switch (creation.kind) {
    case "tool-created": {
      const reason = `made by run ${creation.runId}`;
      return there(toolCallable(creation.tool), creation.tool, { status: "made", reason });
    }
    case "tool-refused": {
      const { instead, reasons } = creation;
      const reason = reasons.join(" ");
      return instead === undefined
        ? { status: "failed", reason: `No tool could be made: ${reason}` }
        : there(toolCallable(instead), instead, { status: "reused", reason });
    }
  }
}

function there(
  made: Callable,
  { name, version, signature, description }: Tool,
  reply: { readonly status: "made" | "reused"; readonly reason: string },
): StepOutcome {
  return { status: "done", result: { name, version, signature, description, ...reply }, made };
}

/** The request waits for a person. The reply is the step's result. */
async function ask(
  { steps }: StepPorts,
  { question }: StepOf<"ask">,
  key: string,
): Promise<StepOutcome> {
  const reply = await steps.waitFor(`question:${key}`, {
    question: { kind: "question", text: question },
  });
  const payload = reply?.payload ?? null;
  // A person's reply is wrapped in an object; other senders may send the plain value.
  const wrapped =
    payload !== null && typeof payload === "object" && Object.hasOwn(payload, "answer");
  const result = wrapped ? (Reflect.get(payload, "answer") as Json) : payload;
  return { status: "done", result };
}
