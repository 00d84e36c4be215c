/** A proposal with its outcome, and the result of a batch. */
import type { Place, Proposal } from "../generators/generator.ts";
import type { Outcome } from "./cascade.ts";

export interface Candidate {
  readonly proposal: Proposal;
  readonly digest: string;
  /** Undefined for a seed: it belongs to every island. */
  readonly place: Place | undefined;
  /** Undefined for a duplicate: it did not run. */
  readonly outcome: Outcome | undefined;
}

export interface BatchResult {
  /** Number of requested proposals. */
  readonly requested: number;
  /** In the order of the proposals. */
  readonly candidates: readonly Candidate[];
  /** A model's budget refused a part of the batch; the other part was paid for and counts. */
  readonly spent: boolean;
  /** The time was over before all had run: the candidates from the first one without a result on are left out. */
  readonly cut: boolean;
}
