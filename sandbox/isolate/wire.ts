/**
 * Messages between a slot and its host process, in frames of JSON.
 *
 * The slot does not trust the host: a frame from it is a claim. Outputs stay texts here; only the
 * driver parses them, after checking their length.
 */

/** The outcome of one input. Times are wall-clock milliseconds. */
export type Result =
  /** returned: JSON text of the output. */
  | readonly ["r", text: string, wallMs: number]
  | readonly ["threw", message: string, wallMs: number]
  | readonly ["bad", reason: string]
  /** These end the program: they also count for every later input. */
  | readonly ["refused", reason: string]
  | readonly ["time"]
  | readonly ["memory"]
  | readonly ["crash", reason: string];

/** Limits and context of every request. */
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
  /** Instrumented sources of grammar-checked programs; the slot chooses the ids. */
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
  /** Complete programs of a batch; `null` if the program must run in the first lane. */
  | {
      readonly a: "programs";
      readonly of: readonly (readonly [id: number, readonly Result[] | null])[];
    }
  | { readonly a: "done"; readonly cpuMs: number };

/** Whether a value from a host has the form of a result. */
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

/** Repeats a program-ending outcome for the remaining inputs. */
export function completed(results: Result[], count: number): Result[] {
  const last = results.at(-1);
  while (last !== undefined && endsProgram(last) && results.length < count) results.push(last);
  return results;
}
