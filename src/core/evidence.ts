/**
 * Evidence: how sure it is that a tool does what was asked. It is stored with each version of a tool
 * and is told wherever the tool is shown.
 */
import { z } from "zod";
import { Json } from "./json.ts";

/**
 * - `trusted`: the cases say more bits than the search and the length of the program need
 *   (toolstore/evidence/bits.ts), and no plausible input is known on which another program that fits all
 *   cases disagrees.
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

/** What a tool has for evidence: none for one of another server, or for a measured score. */
interface Shown {
  readonly name: string;
  readonly evidence?: Evidence;
  readonly origin?: string;
  readonly cases: readonly unknown[];
  readonly usage: { readonly reported?: readonly Counterexample[] };
}

/** Arguments and the result that a person expected of them. */
interface Counterexample {
  readonly args: readonly Json[];
  readonly expected: Json;
}

/** Trusted, and nobody has reported a wrong result. */
export function isTrusted({ evidence, usage }: Pick<Shown, "evidence" | "usage">): boolean {
  return evidence?.status === "trusted" && (usage.reported ?? []).length === 0;
}

/** In a few words for tables: `trusted 3/3`, `unverified`; empty for a tool that no cases decide. */
export function evidenceMark(tool: Shown): string {
  const { evidence, usage } = tool;
  const reported = usage.reported?.length ?? 0;
  if (reported > 0) return `provisional, wrong on ${reported}`;
  if (evidence === undefined) return isDecidedByCases(tool) ? "unverified" : "";
  const { status, heldOut } = evidence;
  return heldOut.total === 0 ? status : `${status} ${heldOut.passed}/${heldOut.total}`;
}

/** As sentences for people and models; undefined for a tool that no cases decide. */
export function evidenceText(tool: Shown): string | undefined {
  const { name, evidence, usage } = tool;
  const call = (args: readonly Json[]): string => `${name}(${args.map(short).join(", ")})`;
  const wrong = (usage.reported ?? [])
    .slice(-3)
    .map(({ args, expected }) => `${call(args)} should be ${short(expected)}`);
  const reported = wrong.length === 0 ? [] : [`Reported wrong: ${wrong.join("; ")}.`];
  if (evidence === undefined) {
    if (!isDecidedByCases(tool) && reported.length === 0) return undefined;
    return ["Evidence: unverified, no case was held out.", ...reported].join(" ");
  }
  const { status, bits, searched, heldOut, unsureOn } = evidence;
  const passed = `passes ${heldOut.passed} of ${heldOut.total} held-out cases (${bits.toFixed(1)} bits, picked out of ${searched} behaviours)`;
  const doubts = unsureOn
    .slice(0, 3)
    .map(
      ({ args, results }) => `${call(args)} may be ${results.slice(0, 3).map(short).join(" or ")}`,
    );
  const shown = reported.length > 0 ? "provisional" : status;
  return [
    `Evidence: ${shown}, ${heldOut.total === 0 ? "no case was held out" : passed}.`,
    ...(doubts.length === 0 ? [] : [`Unsure: ${doubts.join("; ")}.`]),
    ...reported,
  ].join(" ");
}

/** The warning that goes with a result of a tool that is not trusted; undefined if there is none. */
export function evidenceWarning(tool: Shown): string | undefined {
  return isTrusted(tool) ? undefined : evidenceText(tool);
}

function isDecidedByCases({ origin, cases }: Shown): boolean {
  return origin === undefined && cases.length > 0;
}

function short(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
