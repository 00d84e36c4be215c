/**
 * The call of a tool, the same for every caller: a step of a request, a program, a sub-agent, a command
 * or an MCP client. It validates the arguments, asks for approval, traces the call before its effect,
 * and waits for a pending result.
 */
import type { NewEvent } from "../core/event.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import type { GivenResult, StepAttempt, Steps } from "../core/steps.ts";
import { actsOutside, parameterNames, type Tool } from "../core/tool.ts";
import type { ArgumentFaults, Callable, CallOutcome } from "../work/callable.ts";
import type { ToolCalled } from "../work/outcome.ts";
import type { Permit } from "./approvals.ts";
import { byName, checkArguments, type Given } from "./arguments.ts";
import { completed, isPending } from "./pending.ts";

export interface CallPorts {
  /** Without `waitFor`, a pending result is returned to the caller unchanged. */
  readonly steps: Pick<Steps, "step" | "trace"> & Partial<Pick<Steps, "waitFor">>;
  readonly argumentFaults: ArgumentFaults;
  readonly permit: Permit;
}

/** @param id Id of the call in the trace. */
export async function makeCall(
  ports: CallPorts,
  callable: Callable,
  given: Given,
  id: string,
): Promise<CallOutcome> {
  const waits = waitingFault(callable.tool);
  if (waits !== undefined) return failed("TOOL_WAITS", waits);
  const checked = checkArguments(ports.argumentFaults, callable, given);
  if ("fault" in checked) return failed("INVALID_ARGUMENTS", checked.fault);
  const names = parameterNames(callable);
  const { outcomes } = await makeCalls(ports, callable, {
    asked: checked.named,
    callsOf: (args) => [args as Given],
    ids: () => id,
    make: async ([args = {}], { signal, idempotencyKey }) => [
      await callable.call(byName(names, args), signal, idempotencyKey),
    ],
  });
  return outcomes[0] ?? failed("NO_RESULT", `${callable.name} returned no result.`);
}

/** Calls of one callable that are approved, made and traced together. */
export interface CallsTogether {
  /** The arguments that a person is asked to approve, if the policy requires it. */
  readonly asked: Json;
  /** The calls that `asked`, or an edited version of it, describes. */
  readonly callsOf: (asked: Json) => readonly Given[];
  /** Ids of the calls in the trace. */
  readonly ids: (index: number) => string;
  readonly make: (calls: readonly Given[], attempt: StepAttempt) => Promise<readonly CallOutcome[]>;
}

/**
 * The caller has validated the arguments; only what a person edited is validated here.
 *
 * @returns The calls that were made, with one outcome each; after a refusal, one outcome and no calls.
 */
export async function makeCalls(
  ports: CallPorts,
  callable: Callable,
  { asked, callsOf, ids, make }: CallsTogether,
): Promise<{ readonly calls: readonly Given[]; readonly outcomes: readonly CallOutcome[] }> {
  const { steps, argumentFaults, permit } = ports;
  const { name, tool } = callable;
  const refused = (code: string, reason: string) => ({
    calls: [],
    outcomes: [failed(code, reason)],
  });

  const waits = waitingFault(tool);
  if (waits !== undefined) return refused("TOOL_WAITS", waits);
  const permission = await permit(callable, asked, steps);
  if (permission.decision === "open") {
    return refused("APPROVAL_NEEDED", `${name} needs a person's approval of this call.`);
  }
  if (permission.decision === "rejected") {
    return refused("NOT_APPROVED", `The call was not approved: ${permission.reason}.`);
  }
  const allowed = permission.arguments;
  const calls = callsOf(allowed);
  for (const call of permission.edited ? calls : []) {
    const checked = checkArguments(argumentFaults, callable, call);
    if ("fault" in checked) return refused("INVALID_ARGUMENTS", `As edited: ${checked.fault}`);
  }
  const wrong = calls
    .map((call) => knownWrong(callable, call))
    .find((fault) => fault !== undefined);
  if (wrong !== undefined) return refused("KNOWN_WRONG", wrong);
  await steps.trace(`call:${name}:asked`, calls.map(callEvent(callable, ids)));
  const kept = await steps.step<Json>(
    `call:${name}`,
    async (attempt) => (await make(calls, attempt)).map((outcome) => ({ ...outcome })) as Json,
    {
      input: allowed,
      // A call with an external effect is not repeated if it is unknown whether it happened.
      ...(tool !== undefined && actsOutside(tool)
        ? { onUncertain: "ask", given: givenBy(calls.length) }
        : {}),
    },
  );
  const said = outcomesIn(kept, calls.length);
  const outcomes = await Promise.all(
    said.map((outcome) => withPendingResult(steps, name, outcome)),
  );
  await steps.trace(`call:${name}:done`, outcomes.map(resultEvent(ids)));
  return { calls, outcomes };
}

/** `given`: a result given by a person, which is never read as a pending result. */
type KeptOutcome = CallOutcome & { readonly given?: true };

function givenBy(parts: number): GivenResult {
  const record = (value: Json): Json =>
    (parts > 1 && Array.isArray(value) ? value : [value]).map((output) => ({
      status: "returned",
      output,
      given: true,
    }));
  return { parts, record };
}

/**
 * A call as stored in the journal. Older versions of the engine stored a single outcome or, for a tool
 * that was called for a goal, its trial. A person may also have given the result.
 */
function outcomesIn(kept: Json, calls: number): readonly KeptOutcome[] {
  if (Array.isArray(kept) && kept.length > 0 && kept.every(isOutcome)) return kept;
  if (isOutcome(kept)) return [kept];
  if (isMeasured(kept)) {
    const { trial } = kept;
    return trial.status === "serves"
      ? trial.outputs.map((output): CallOutcome => ({ status: "returned", output }))
      : Array.from({ length: calls }, (): CallOutcome => ({ ...trial, status: "failed" }));
  }
  return givenBy(calls).record(kept) as unknown as readonly KeptOutcome[];
}

function isOutcome(value: unknown): value is KeptOutcome {
  const { status, reason } = Object(value) as Partial<Record<"status" | "reason", unknown>>;
  if (status === "returned") return Object.hasOwn(Object(value), "output");
  return status === "failed" && typeof reason === "string";
}

function isMeasured(value: unknown): value is Pick<ToolCalled, "kind" | "trial"> {
  const { kind, trial } = Object(value) as Partial<Record<"kind" | "trial", unknown>>;
  return kind === "tool-called" && typeof trial === "object" && trial !== null;
}

/** Why a tool version that is not approved yet cannot be called. */
function waitingFault(tool: Tool | undefined): string | undefined {
  if (tool?.status !== "candidate") return undefined;
  const { name, version } = tool;
  return `${name} version ${version} needs a person's approval before it can be called: toolwright tools approve ${name} --tool-version ${version}.`;
}

/** A call whose result a person has reported as wrong. */
function knownWrong({ name, parameters, tool }: Callable, given: Given): string | undefined {
  const reported = tool?.usage.reported ?? [];
  if (reported.length === 0) return undefined;
  const names = parameterNames({ parameters });
  const asked = canonicalJson(byName(names, given));
  const known = reported.find(({ args }) => canonicalJson(byName(names, args)) === asked);
  return known === undefined
    ? undefined
    : `${name} version ${tool?.version} is known to be wrong here: a person reported that the result should be ${JSON.stringify(known.expected)}. Use another tool, or make one that gives it.`;
}

/** The outcome; if its result is pending, waits for it. */
async function withPendingResult(
  { waitFor }: CallPorts["steps"],
  name: string,
  { given, ...outcome }: KeptOutcome,
): Promise<CallOutcome> {
  const settled = waitFor === undefined || given === true;
  if (settled || outcome.status !== "returned" || !isPending(outcome.output)) {
    return outcome;
  }
  return { ...outcome, output: await completed({ waitFor }, name, outcome.output) };
}

function callEvent(
  { name, description, parameters, tool }: Callable,
  ids: CallsTogether["ids"],
): (given: Given, index: number) => NewEvent {
  const names = parameterNames({ parameters });
  return (given, index) => ({
    type: "tool-call",
    data: {
      id: ids(index),
      name,
      ...(tool === undefined ? {} : { version: tool.version }),
      // On the first call only: an export needs the definition once.
      ...(index === 0 ? { description, parameters } : {}),
      arguments: byName(names, given),
    },
  });
}

function resultEvent(ids: CallsTogether["ids"]): (outcome: CallOutcome, index: number) => NewEvent {
  return ({ wallMs, ...outcome }, index) => ({
    type: "tool-result",
    data:
      outcome.status === "returned"
        ? { id: ids(index), status: "returned", output: outcome.output }
        : { id: ids(index), status: "failed", error: outcome.reason },
    ...(wallMs === undefined ? {} : { volatile: { wallMs } }),
  });
}

function failed(code: string, reason: string): CallOutcome {
  return { status: "failed", code, reason };
}
