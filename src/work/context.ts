/** What is known in addition to the request, each item with its source. */
import type { Json } from "../core/json.ts";

export interface ContextItem {
  readonly kind: "past-outcome" | "preference" | "data";
  readonly text: string;
  /** Run id, file or user. */
  readonly source: string;
}

/** A finished request, as later requests find it. */
export interface PastOutcome {
  readonly requestId: string;
  readonly user?: string;
  readonly words: string;
  readonly status: "SUCCEEDED" | "FAILED" | "CANCELED";
  /** The answer, or why there is none. */
  readonly text: string;
  /** Stored tools that it called successfully. */
  readonly tools: readonly string[];
  /** Steps of the last version of its plan, as stored in the trace. */
  readonly plan: readonly Json[];
  /** Undefined if a price is unknown. */
  readonly costUsd?: number;
  /** ISO 8601. */
  readonly time: string;
}

/** One line for a prompt. */
export function contextLine({ kind, text, source }: ContextItem): string {
  return `- [${kind}, ${source}] ${text.replace(/\s+/g, " ")}`;
}
