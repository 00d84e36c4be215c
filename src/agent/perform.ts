/**
 * One step of a plan. Whatever goes wrong in it is a value that the next plan reads; what ends the
 * whole request (a spent budget, a cancel, a lost store) is thrown.
 */
import { EngineError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Steps } from "../core/steps.ts";
import { actsOutside, type Tool } from "../core/tool.ts";
import type { ArgumentFaults, Arguments, Callable, CallOutcome } from "./callable.ts";
import { type DoneStep, type Matter, resultsOf, type StepOutcome } from "./matter.ts";
import { completed, isPending } from "./pending.ts";
import type { PlanStep, PlanStepOf } from "./plan-steps.ts";
import { resolveReferences } from "./references.ts";

/** What became of the wish for a tool. */
export type Creation =
  | { readonly status: "made" | "reused"; readonly tool: Tool; readonly reason: string }
  | { readonly status: "refused"; readonly reasons: readonly string[] };

/** Whether a call may be made, and with which arguments. A person may be asked for it. */
export type Permit = (
  callable: Callable,
  given: Arguments,
) => Promise<
  | { readonly status: "permitted"; readonly arguments: Arguments }
  | { readonly status: "rejected"; readonly reason: string }
>;

export interface PerformPorts {
  readonly steps: Steps;
  readonly argumentFaults: ArgumentFaults;
  readonly permit: Permit;
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

/**
 * A checked, permitted and recorded call. What changes something outside is not repeated when nobody
 * knows whether it happened: a person decides.
 */
export async function makeCall(
  { steps, argumentFaults, permit }: Pick<PerformPorts, "steps" | "argumentFaults" | "permit">,
  callable: Callable,
  given: Arguments,
  key: string,
): Promise<CallOutcome> {
  const { name, description, parameters, tool } = callable;
  const faults = argumentFaults(parameters, given);
  if (faults.length > 0) {
    return { status: "failed", reason: `The arguments of ${name} do not fit: ${faults.join(" ")}` };
  }
  const permission = await permit(callable, given);
  if (permission.status === "rejected") return { status: "failed", reason: permission.reason };
  const allowed = permission.arguments;
  const edited = allowed === given ? [] : argumentFaults(parameters, allowed);
  if (edited.length > 0) {
    return { status: "failed", reason: `As edited, the arguments do not fit: ${edited.join(" ")}` };
  }
  await steps.trace(`call:${name}:asked`, [
    {
      type: "tool-call",
      data: {
        id: key,
        name,
        ...(tool === undefined ? {} : { version: tool.version }),
        description,
        parameters,
        arguments: allowed,
      },
    },
  ]);
  const said = await steps.step(
    `call:${name}`,
    async ({ signal, idempotencyKey }) => ({
      ...(await callable.call(allowed, signal, idempotencyKey)),
    }),
    {
      input: allowed,
      ...(tool !== undefined && actsOutside(tool) ? { onUncertain: "ask" } : {}),
    },
  );
  const outcome: CallOutcome =
    said.status === "returned" && isPending(said.output)
      ? { status: "returned", output: await completed(steps, name, said.output.$pending) }
      : said;
  await steps.trace(`call:${name}:done`, [
    {
      type: "tool-result",
      data:
        outcome.status === "returned"
          ? { id: key, status: "returned", output: outcome.output }
          : { id: key, status: "failed", error: outcome.reason },
    },
  ]);
  return outcome;
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
