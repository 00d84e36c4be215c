/** A program as a step of a plan, or as its own request. Its calls are made like any other call. */

import type { Ask } from "../ask/ask.ts";
import { type CallPorts, makeCall } from "../call/call-tool.ts";
import type { Json } from "../core/json.ts";
import type { Sandbox } from "../core/ports.ts";
import type { Steps } from "../core/steps.ts";
import { type Callable, type CallOutcome, quoteJson } from "../work/callable.ts";
import type { KnownCall } from "./bridge.ts";
import type { DeclaredGap } from "./gaps.ts";
import { runProgram } from "./program.ts";
import { simulateCall } from "./semantic.ts";
import type { ProgramOutcome } from "./types.ts";

export interface ProgramStepPorts extends Pick<CallPorts, "argumentFaults" | "permit"> {
  readonly steps: Steps;
  readonly sandbox: () => Promise<Sandbox>;
  /** Absent: a function without an implementation is a fault. */
  readonly ask?: Ask;
  readonly seed: number;
}

export interface ProgramStep {
  /** Unique in the request; identifies the program's calls in the trace. */
  readonly key: string;
  readonly code: string;
  readonly semantic: readonly DeclaredGap[];
  /** Available as `input` in the program. */
  readonly input: Json;
}

export async function runProgramStep(
  { steps, sandbox, ask, seed, ...rest }: ProgramStepPorts,
  { key, code, semantic, input }: ProgramStep,
  callables: readonly Callable[],
  signal: AbortSignal,
): Promise<ProgramOutcome> {
  return runProgram(
    {
      sandbox: await sandbox(),
      steps,
      seed,
      call: (callable, given, place) =>
        makeCall({ steps, ...rest }, callable, given, `${key}.${place}`),
      simulate: ask && ((gap, args, stop) => simulateCall(ask, gap, args, stop)),
    },
    { id: key, code, semantic, input, tools: callables },
    signal,
  );
}

/** The outcome as a plan reads it. */
export function programOutcome(outcome: ProgramOutcome): CallOutcome {
  switch (outcome.status) {
    case "returned":
      return { status: "returned", output: outcome.value };
    case "empty":
      return {
        status: "failed",
        reason: `The program returned nothing. ${afterCalls(outcome.made)}`,
      };
    case "threw":
      return { status: "failed", reason: `The program threw ${outcome.message}` };
    case "refused":
      return {
        status: "failed",
        reason: `The program ended as ${outcome.code}: ${outcome.reason}`,
      };
  }
}

/** What to do about a program without a result: its calls must not be made again. */
function afterCalls(made: readonly KnownCall[]): string {
  const calls = made.map(
    ({ key, ok, value }) => `${key} ${ok ? "gave" : "failed:"} ${quoteJson(value, 500)}`,
  );
  return calls.length === 0
    ? "Return its result."
    : `These calls were made, do not make them again: ${calls.join("; ")}.`;
}
