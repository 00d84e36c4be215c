/** A proposal with what became of it, and a batch of them. */
import type { Place, Proposal } from "../generators/generator.ts";
import type { Outcome } from "./cascade.ts";

export interface Candidate {
  readonly proposal: Proposal;
  readonly digest: string;
  /** Undefined for a seed: it belongs to every island. */
  readonly place: Place | undefined;
  /** Undefined for a repeat: it did not run. */
  readonly outcome: Outcome | undefined;
}

export interface BatchResult {
  /** How many proposals were asked for. */
  readonly asked: number;
  /** In the order of the proposals. */
  readonly candidates: readonly Candidate[];
  /** A model's budget refused a part of the batch; the rest of it was paid for, and counts. */
  readonly spent: boolean;
}
