/**
 * What passes between a slot and its host process, in frames of JSON.
 *
 * The host is inside the wall as far as the slot is concerned: a frame from it is a claim. Texts
 * stay texts here; the driver alone parses an output, after its length is known.
 */

/** One outcome of one input. Times are milliseconds of wall clock. */
export type Result =
  /** returned: JSON text of the output. */
  | readonly ["r", text: string, wallMs: number]
  | readonly ["threw", message: string, wallMs: number]
  | readonly ["bad", reason: string]
  /** These end the program: they stand for every later input too. */
  | readonly ["refused", reason: string]
  | readonly ["time"]
  | readonly ["memory"]
  | readonly ["crash", reason: string];

/** Ceilings and context that every request carries. */
export interface Frame {
  /** Keys of texts that were sent before. */
  readonly inputs: string;
  readonly harness?: string;
  readonly timeoutMs: number;
  readonly memoryMiB: number;
  readonly outputBytes: number;
  /** State of sfc32, four 32-bit words. */
  readonly random: readonly [number, number, number, number];
}

export interface RunRequest extends Frame {
  readonly op: "run";
  readonly source: string;
  readonly typed: boolean;
  readonly entry: string;
}

export interface BatchRequest extends Frame {
  readonly op: "batch";
  /** Instrumented sources of grammar-checked programs; ids are the slot's own. */
  readonly programs: readonly {
    readonly id: number;
    readonly code: string;
  }[];
}

export type ToHost =
  | { readonly op: "text"; readonly key: string; readonly text: string }
  | { readonly op: "forget"; readonly key: string }
  | RunRequest
  | BatchRequest;

export type FromHost =
  | { readonly a: "ready" }
  /** Outcome of input `at`; they come in order. */
  | { readonly a: "result"; readonly at: number; readonly r: Result }
  /** Whole programs of a batch; `null` where the program must take the first lane. */
  | {
      readonly a: "programs";
      readonly of: readonly (readonly [id: number, readonly Result[] | null])[];
    }
  | { readonly a: "done"; readonly cpuMs: number };

/** Whether a host's claim has the form of a result. */
export function isResult(value: unknown): value is Result {
  if (!Array.isArray(value)) return false;
  const [kind, text, wallMs] = value as readonly unknown[];
  if (kind === "time" || kind === "memory") return true;
  if (typeof text !== "string") return false;
  if (kind === "r" || kind === "threw") return typeof wallMs === "number";
  return kind === "bad" || kind === "refused" || kind === "crash";
}

/** Whether the outcome ends its program. */
export function endsProgram(result: Result): boolean {
  const kind = result[0];
  return kind === "refused" || kind === "time" || kind === "memory" || kind === "crash";
}

/** Fills the inputs that a program-ending outcome left without one. */
export function completed(results: Result[], count: number): Result[] {
  const last = results.at(-1);
  while (last !== undefined && endsProgram(last) && results.length < count) results.push(last);
  return results;
}
