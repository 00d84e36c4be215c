/**
 * Errors: thrown only when the engine itself fails. A bad candidate is an `Execution` and an
 * exhausted search is an outcome; neither is an error.
 *
 * A message says what was expected, what was got, and what to do. `facts` never holds source text or
 * a secret.
 */
import type { Json } from "./json.ts";

export type ErrorKind =
  | "caller"
  | "operator"
  | "provider"
  | "sandbox"
  | "store"
  | "budget"
  | "canceled"
  | "ours";

export interface EngineErrorOptions {
  readonly facts?: Readonly<Record<string, Json>>;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

export abstract class EngineError extends Error {
  abstract readonly kind: ErrorKind;
  readonly code: string;
  readonly facts: Readonly<Record<string, Json>>;
  readonly retryable: boolean;

  constructor(
    code: string,
    message: string,
    { facts = {}, retryable = false, cause }: EngineErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.facts = facts;
    this.retryable = retryable;
  }
}

/** The caller's input is invalid; the caller can correct it. Exit 2, HTTP 400 or 404. */
export class InputError extends EngineError {
  override readonly kind = "caller";
}

/** The store has no such tool, or not this version of it. The caller can fix it. */
export class ToolNotFoundError extends InputError {
  constructor(name: string, known: readonly string[]) {
    const near =
      known.length === 0 ? "The store is empty." : `Known tools: ${known.slice(0, 20).join(", ")}.`;
    super("TOOL_NOT_FOUND", `No tool named "${name}". ${near}`, {
      facts: { tool: name, known: known.length },
    });
  }
}

/** The operator's configuration or machine does not allow it. Exit 2, HTTP 500. */
export class ConfigError extends EngineError {
  override readonly kind = "operator";
}

/** A model provider failed. Exit 1, HTTP 502. */
export class ModelError extends EngineError {
  override readonly kind = "provider";
}

/** Codes of failures that pass when the server is back, or has time again. */
export const OUTAGE_CODES = [
  "MODEL_TIMEOUT",
  "MODEL_RATE_LIMITED",
  "MODEL_UNAVAILABLE",
  "MODEL_UNREACHABLE",
] as const;

/**
 * Whether the model's server is away for now. Such a failure is neither a result nor the end of a
 * request: who catches it throws it on, and the request waits for the model.
 */
export function isOutage(error: unknown): boolean {
  const codes: readonly string[] = OUTAGE_CODES;
  return error instanceof ModelError && error.retryable && codes.includes(error.code);
}

/** The sandbox itself failed or is not available; the candidate is never the cause. Exit 1, HTTP 503. */
export class SandboxUnavailableError extends EngineError {
  override readonly kind = "sandbox";

  constructor(message: string, options: EngineErrorOptions = {}) {
    super("SANDBOX_UNAVAILABLE", message, options);
  }
}

/** A store refused an operation or failed. Exit 1, HTTP 409 or 500. */
export class StoreError extends EngineError {
  override readonly kind = "store";
}

/** A budget is spent. Exit 3, HTTP 429. */
export class BudgetExceededError extends EngineError {
  override readonly kind = "budget";

  constructor(message: string, options: EngineErrorOptions = {}) {
    super("BUDGET_EXCEEDED", message, options);
  }
}

/** The caller canceled the work. Exit 130. */
export class CanceledError extends EngineError {
  override readonly kind = "canceled";

  constructor(message = "The work was canceled.", options: EngineErrorOptions = {}) {
    super("CANCELED", message, options);
  }
}

/** A bug of the engine: an invariant does not hold. Exit 70, HTTP 500. */
export class InvariantError extends EngineError {
  override readonly kind = "ours";

  constructor(message: string, options: EngineErrorOptions = {}) {
    super("INVARIANT", message, options);
  }
}
