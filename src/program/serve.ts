/**
 * Makes the calls that a program asks for at its pause point, several at once, and records them in the
 * order in which they were asked. Nothing that the program reports about itself is trusted.
 */
import type { Json } from "../core/json.ts";
import { mapLimited } from "../core/limiter.ts";
import type { Arguments, Callable, CallOutcome } from "../work/callable.ts";
import type { Asked, BridgeReport, KnownCall } from "./bridge.ts";
import type { Gap } from "./gaps.ts";
import type { Fault, ProgramLimits, ProgramPorts } from "./types.ts";

export interface LookUp {
  readonly tools: ReadonlyMap<string, Callable>;
  readonly gaps: readonly Gap[];
  readonly answers: Map<string, KnownCall>;
  readonly limits: ProgramLimits;
  readonly record: KnownCall[];
}

/** Makes the calls that a run asks for, several at once, and records them in the order of issue. */
export async function serve(
  ports: ProgramPorts,
  report: BridgeReport,
  { tools, gaps, answers, limits, record }: LookUp,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  const gapOf = (name: string): Gap | undefined => gaps.find((gap) => gap.name === name);
  const asked = report.asked.map((call) => ({ call, key: `${call.name} ${call.given}` }));
  const forged = asked.find(({ call }) =>
    call.kind === "tool" ? !tools.has(call.name) : gapOf(call.name) === undefined,
  );
  const inOrder = asked.filter(
    ({ call }) => call.kind === "tool" || gapOf(call.name)?.later === true,
  );
  if (forged !== undefined || inOrder.length + record.length > report.issued) {
    return {
      fault: "BROKEN",
      reason: "It has broken the functions through which it calls its tools.",
    };
  }
  const questions = new Map(
    asked
      .filter(({ call, key }) => call.kind === "gap" && !answers.has(key))
      .map(({ call, key }) => [key, call]),
  );
  if (answers.size + questions.size > limits.simulations) {
    return {
      fault: "TOO_MANY_SIMULATIONS",
      reason: `Expected at most ${limits.simulations} different questions to the model, got more.`,
    };
  }

  // An earlier attempt stored results by position: a different call at that position must not get one.
  for (const { key } of inOrder) {
    const kept = await ports.steps.step("program:call", async () => key);
    if (kept !== key) return { fault: "DIVERGED", reason: divergence(kept, record.length) };
  }
  const base = record.length;
  const work = [
    ...[...questions].map(([key, call]) => async (): Promise<void> => {
      answers.set(
        key,
        await simulated(ports, gapOf(call.name) as Gap, call, report, limits, signal),
      );
    }),
    ...inOrder.map(({ call, key }, index) => async (): Promise<void> => {
      if (call.kind !== "tool") return;
      const callable = tools.get(call.name) as Callable;
      const given = argumentsOf(call.given, limits);
      const outcome: CallOutcome =
        typeof given === "string"
          ? { status: "failed", reason: given }
          : await ports.call(callable, given, `program-${base + index + 1}`);
      record[base + index] = knownCall(key, outcome, limits);
    }),
  ];
  await mapLimited(work, limits.inFlight, (each) => each());
  for (const [index, { call, key }] of inOrder.entries()) {
    if (call.kind === "gap") record[base + index] = answers.get(key) as KnownCall;
  }
  return undefined;
}

async function simulated(
  { simulate, steps }: ProgramPorts,
  gap: Gap,
  call: Asked,
  { lines }: BridgeReport,
  limits: ProgramLimits,
  signal: AbortSignal,
): Promise<KnownCall> {
  const parsed = parsedJson(call.given);
  const args = Array.isArray(parsed) ? (parsed as Json[]) : [];
  const outcome: CallOutcome =
    simulate === undefined
      ? { status: "failed", reason: "no model is configured" }
      : await simulate(gap, args, signal);
  const state = Object.assign({}, ...lines.map(({ changed }) => changed)) as Record<string, string>;
  await steps.trace(`simulate:${gap.name}`, [
    {
      type: "semantic-call",
      data: {
        name: gap.name,
        signature: gap.signature,
        arguments: args,
        line: call.line,
        state,
        simulated: true,
        ...(outcome.status === "returned" ? { value: outcome.output } : { error: outcome.reason }),
      },
    },
  ]);
  return knownCall(`${call.name} ${call.given}`, outcome, limits);
}

function knownCall(key: string, outcome: CallOutcome, { resultChars }: ProgramLimits): KnownCall {
  if (outcome.status === "failed") return { key, ok: false, value: outcome.reason };
  const { length } = JSON.stringify(outcome.output);
  return length <= resultChars
    ? { key, ok: true, value: outcome.output }
    : {
        key,
        ok: false,
        value: `the result has ${length} characters, at most ${resultChars} are allowed`,
      };
}

/** The arguments, or the fault. */
function argumentsOf(text: string, { argumentChars }: ProgramLimits): Arguments | string {
  if (text.length > argumentChars) return `arguments of ${text.length} characters are too many`;
  const given = parsedJson(text);
  return given !== null && typeof given === "object" && !Array.isArray(given)
    ? (given as Arguments)
    : "a tool takes one object with its arguments by name";
}

/** null if the text is not JSON: a program may write any text. */
function parsedJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

/** The message for a call that differs from the recorded one. */
export function divergence(key: string, index: number): string {
  const name = key.slice(0, key.indexOf(" "));
  return `Call ${index + 1} was ${name === "" ? "another one" : name} with other arguments when the program ran before. A resumed program must make the same calls.`;
}
