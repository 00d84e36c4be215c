/** What a program is run with, within which limits, and what becomes of it. */
import type { Json } from "../core/json.ts";
import type { Sandbox } from "../core/ports.ts";
import type { Steps } from "../core/steps.ts";
import type { Arguments, Callable, CallOutcome } from "../work/callable.ts";
import type { BridgeReport } from "./bridge.ts";
import type { DeclaredGap, Gap } from "./source.ts";

export interface ProgramLimits {
  /** Calls of tools and of awaited gaps. */
  readonly calls: number;
  /** Calls under way at once. */
  readonly inFlight: number;
  /** Different questions to the model. */
  readonly simulations: number;
  /** Characters of one call's arguments as JSON. */
  readonly argumentChars: number;
  /** Characters of one call's result as JSON. */
  readonly resultChars: number;
  /** The program's own time, over all of its runs. */
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
  /** What it goes by in the trace; what its calls' ids begin with. */
  readonly id?: string;
  /** TypeScript or JavaScript: statements with `await` and `return`, or a function `main`. */
  readonly code: string;
  /** `input` in the program. */
  readonly input?: Json;
  readonly tools: readonly Callable[];
  /** Functions that the author did not write. */
  readonly semantic?: readonly DeclaredGap[];
  readonly limits?: Partial<ProgramLimits>;
}

export interface ProgramPorts {
  readonly sandbox: Sandbox;
  readonly steps: Steps;
  /** Checks, permits and makes a call, once over all lives. `key` is unique in the program. */
  readonly call: (callable: Callable, given: Arguments, key: string) => Promise<CallOutcome>;
  /** What a gap gives, once over all lives; undefined where no model is configured. */
  readonly simulate:
    | ((gap: Gap, args: readonly Json[], signal: AbortSignal) => Promise<CallOutcome>)
    | undefined;
  readonly seed: number;
}

/** Why a program did not come to its own end. */
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
  /** What each line at the program's top changed. */
  readonly lines: BridgeReport["lines"];
}

export type ProgramOutcome =
  | ({ readonly status: "returned"; readonly value: Json } & ProgramFigures)
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
