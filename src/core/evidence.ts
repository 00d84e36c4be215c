/**
 * Evidence: how sure it is that a tool does what was asked. It is stored with each version of a tool
 * and is told wherever the tool is shown.
 */
import { z } from "zod";
import { Json } from "./json.ts";

/**
 * - `trusted`: the held-out cases say more bits than the search needs (see `bits`, `searched`), and no
 *   plausible input is known on which another fitting program disagrees.
 * - `provisional`: it passes every case, but the evidence is weak or `unsureOn` is not empty.
 * - `unverified`: nothing was held out.
 */
const EvidenceStatus = z.enum(["trusted", "provisional", "unverified"]);

/** An input on which programs that fit all cases give different results. */
const UnsureInput = z.object({
  args: z.array(Json),
  /** The results on offer; the first is the tool's own. A program that failed offers nothing. */
  results: z.array(Json).min(1),
});
export type UnsureInput = z.output<typeof UnsureInput>;

export const Evidence = z.object({
  status: EvidenceStatus,
  /** Bits that the held-out cases say, at least 0. A yes/no case says one bit at most. */
  bits: z.number().min(0),
  /** Number of distinct behaviours that the search went through, at least 1. */
  searched: z.int().min(1),
  heldOut: z.object({ passed: z.int().min(0), total: z.int().min(0) }),
  /** Most plausible first. */
  unsureOn: z.array(UnsureInput),
});
export type Evidence = z.output<typeof Evidence>;
