/**
 * Registration gate: decides whether a candidate may become the current version of a tool. Pure: the
 * caller collects the facts (runs the sealed instances, the dependants' cases and the comparisons).
 * A refusal names every reason, not only the first.
 */
import { InputError } from "../../src/core/errors.ts";
import type { Evaluation } from "../../src/core/ports.ts";
import type { Case, Tool } from "../../src/core/tool.ts";
import { secretsIn } from "./secrets.ts";
import type { Succession } from "./succession.ts";

export interface DependantResult {
  readonly name: string;
  readonly version: number;
  readonly passed: number;
  readonly total: number;
}

export interface DuplicateResult {
  readonly name: string;
  readonly version: number;
  /** Inputs on which both returned the same value. */
  readonly agreed: number;
}

export interface GateFacts {
  readonly candidate: Tool;
  /** The version that it would replace. */
  readonly incumbent?: Tool;
  /** The candidate's evaluation on the sealed instances. */
  readonly heldOut: Evaluation;
  /** The incumbent's, on the same sealed instances in the same order. */
  readonly incumbentHeldOut?: Evaluation;
  /** Fitness that the candidate must reach. Default 1: every sealed case passes. */
  readonly floor?: number;
  /** Fitness distance that counts as equal. */
  readonly resolution?: number;
  /** Results of the current version's stored cases. */
  readonly succession?: Succession;
  /** Results of the cases of tools that call this one, with the candidate in its place. */
  readonly dependants?: readonly DependantResult[];
  /** Stored tools that behave the same: see `behaviouralDuplicate`. */
  readonly duplicates?: readonly DuplicateResult[];
  /** Digest of the version that a person has approved. */
  readonly approvedDigest?: string;
}

export type GateReason =
  | "held-out-failed"
  | "below-floor"
  | "worse-than-incumbent"
  | "stored-case-broken"
  | "dependant-broken"
  | "duplicate"
  | "secret"
  | "foreign-name"
  | "approval-needed";

export type GateDecision =
  | { readonly accepted: true }
  | {
      readonly accepted: false;
      /** True if a person's approval is the only thing that is missing. */
      readonly approvable: boolean;
      readonly reasons: readonly { readonly reason: GateReason; readonly message: string }[];
    };

/**
 * @throws InputError DIFFERENT_INSTANCES if the two evaluations have different numbers of instances,
 *   because then their scores cannot be compared.
 */
export function gate(facts: GateFacts): GateDecision {
  const { candidate, incumbent, dependants = [], duplicates = [], approvedDigest } = facts;
  const reasons: { reason: GateReason; message: string }[] = [];
  const refuse = (reason: GateReason, message: string) => reasons.push({ reason, message });

  judgeHeldOut(facts, refuse);
  if (incumbent?.origin !== undefined && incumbent.origin !== candidate.origin) {
    refuse(
      "foreign-name",
      `${incumbent.name} is the name of a tool of ${incumbent.origin}: choose another name.`,
    );
  } else if (facts.succession?.broken !== undefined) {
    const { version, passed, total, broken } = facts.succession;
    refuse(
      "stored-case-broken",
      `It is another tool than ${candidate.name}@${version}: it passes ${passed} of the ${total} cases stored ` +
        `with that version (not ${shortCase(broken)}). Give it another name, or deprecate ${candidate.name} first.`,
    );
  }
  for (const { name, version, passed, total } of dependants) {
    if (passed < total) {
      refuse(
        "dependant-broken",
        `${name}@${version}, which calls it, passes ${passed} of its ${total} cases with this version.`,
      );
    }
  }
  for (const { name, version, agreed } of duplicates) {
    // A better version of a tool may behave like the one before it, only faster.
    if (name === (incumbent ?? candidate).name) continue;
    refuse(
      "duplicate",
      `It behaves like ${name}@${version} on all ${agreed} compared inputs: use that tool.`,
    );
  }
  const secrets = secretsIn(candidate);
  if (secrets.length > 0) {
    refuse("secret", `It contains what looks like a secret (${secrets.join(", ")}): remove it.`);
  }
  const dangers = dangersOf(candidate);
  if (dangers.length > 0 && approvedDigest !== candidate.digest) {
    refuse(
      "approval-needed",
      `It needs ${dangers.join(" and ")}: a person must approve this version.`,
    );
  }
  if (reasons.length === 0) return { accepted: true };
  const approvable = reasons.every(({ reason }) => reason === "approval-needed");
  return { accepted: false, approvable, reasons };
}

function judgeHeldOut(
  { heldOut, incumbentHeldOut, floor = 1, resolution = 1e-9 }: GateFacts,
  refuse: (reason: GateReason, message: string) => void,
): void {
  if (heldOut.status === "failed") {
    refuse(
      "held-out-failed",
      `Sealed instance ${heldOut.at + 1} ended as ${heldOut.kind}: ${heldOut.reason}.`,
    );
    return;
  }
  if (!(heldOut.fitness >= floor - resolution)) {
    refuse(
      "below-floor",
      `It scores ${heldOut.fitness} on the sealed instances, but ${floor} is required.`,
    );
  }
  if (incumbentHeldOut?.status !== "scored") return;
  if (incumbentHeldOut.scores.length !== heldOut.scores.length) {
    throw new InputError(
      "DIFFERENT_INSTANCES",
      `Expected both versions' scores over the same sealed instances, got ${heldOut.scores.length} and ${incumbentHeldOut.scores.length}: evaluate both on one list.`,
    );
  }
  if (heldOut.fitness < incumbentHeldOut.fitness - resolution) {
    refuse(
      "worse-than-incumbent",
      `It scores ${heldOut.fitness}, the current version ${incumbentHeldOut.fitness} on the same sealed instances.`,
    );
  }
}

function shortCase({ args, expected }: Case): string {
  const text = `${JSON.stringify(args)} -> ${JSON.stringify(expected)}`;
  return text.length <= 120 ? text : `${text.slice(0, 117)}...`;
}

/** What a person must approve, as phrases. */
export function dangersOf({ capabilities, language }: Tool): string[] {
  const dangers: string[] = [];
  if (capabilities.network.length > 0)
    dangers.push(`the network (${capabilities.network.join(", ")})`);
  if (capabilities.files) dangers.push("files");
  if (capabilities.model) dangers.push("a model");
  if (language === "shell") dangers.push("a shell");
  return dangers;
}
