/** The inputs, limits and outcomes of a program. */
import type { Json } from "../core/json.ts";
import type { Sandbox } from "../core/ports.ts";
import type { Steps } from "../core/steps.ts";
import type { Arguments, Callable, CallOutcome } from "../work/callable.ts";
import type { BridgeReport, KnownCall } from "./bridge.ts";
import type { DeclaredGap, Gap } from "./gaps.ts";

export interface ProgramLimits {
  /** Calls of tools and of awaited gaps. */
  readonly calls: number;
  /** Concurrent calls. */
  readonly inFlight: number;
  /** Different questions to the model. */
  readonly simulations: number;
  /** Characters of one call's arguments as JSON. */
  readonly argumentChars: number;
  /** Characters of one call's result as JSON. */
  readonly resultChars: number;
  /** Running time of the program, over all its runs. */
  readonly seconds: number;
  readonly memoryMiB: number;
}

export const PROGRAM_LIMITS: ProgramLimits = {
  calls: 200,
  inFlight: 8,
  simulations: 50,
  argumentChars: 100_000,
  resultChars: 1_000_000,
  seconds: 30,
  memoryMiB: 128,
};

export interface ProgramRequest {
  /** Its name in the trace, and the prefix of its calls' ids. */
  readonly id?: string;
  /** TypeScript or JavaScript: statements with `await` and `return`, or a function `main`. */
  readonly code: string;
  /** Available as `input` in the program. */
  readonly input?: Json;
  readonly tools: readonly Callable[];
  /** Functions without an implementation. */
  readonly semantic?: readonly DeclaredGap[];
  readonly limits?: Partial<ProgramLimits>;
}

export interface ProgramPorts {
  readonly sandbox: Sandbox;
  readonly steps: Steps;
  /** Validates, approves and makes a call, once over all attempts. `key` is unique in the program. */
  readonly call: (callable: Callable, given: Arguments, key: string) => Promise<CallOutcome>;
  /** Result of a gap, once over all attempts; undefined if no model is configured. */
  readonly simulate:
    | ((gap: Gap, args: readonly Json[], signal: AbortSignal) => Promise<CallOutcome>)
    | undefined;
  readonly seed: number;
}

/** Why a program did not return or throw. */
export type ProgramFault =
  | "UNREADABLE"
  | "NO_MODEL"
  | "TOO_MANY_CALLS"
  | "TOO_MANY_SIMULATIONS"
  | "TIME"
  | "MEMORY"
  | "UNAWAITED"
  | "STALLED"
  | "DIVERGED"
  | "BAD_RESULT"
  | "BROKEN";

export interface ProgramFigures {
  readonly calls: number;
  readonly simulated: number;
  /** What each top-level line of the program changed. */
  readonly lines: BridgeReport["lines"];
}

export type ProgramOutcome =
  | ({ readonly status: "returned"; readonly value: Json } & ProgramFigures)
  /** It ended without a value. `made`: its tool calls, whose results are lost to the caller. */
  | ({ readonly status: "empty"; readonly made: readonly KnownCall[] } & ProgramFigures)
  | ({ readonly status: "threw"; readonly message: string } & ProgramFigures)
  | ({
      readonly status: "refused";
      readonly code: ProgramFault;
      readonly reason: string;
    } & ProgramFigures);

export interface Fault {
  readonly fault: ProgramFault;
  readonly reason: string;
}
