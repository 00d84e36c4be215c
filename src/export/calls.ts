/** Finds the model call that wrote a candidate, by its prompt group and sample. */
import { digestJson } from "../core/digest.ts";
import type { Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import type { ModelCall, TraceCandidate } from "../trace/read/read.ts";

export interface Authorship {
  /** Start of the group, which identifies it. */
  readonly group: string;
  /** The sample's last call, if the sample is known. Earlier calls of it failed and were reported back. */
  readonly own?: ModelCall;
  /** The call with the prompt that the candidate answers. */
  readonly asked?: ModelCall;
  /** Digest of the messages; equal for calls with equal messages. */
  readonly promptDigest?: string;
}

const GROUP_DIGITS = 16;

/** @returns undefined for a candidate that no model wrote. */
export function authorshipOf(
  modelCalls: readonly ModelCall[],
): (candidate: TraceCandidate) => Authorship | undefined {
  const groups = Map.groupBy(
    modelCalls.filter(({ promptGroup }) => promptGroup !== undefined),
    ({ promptGroup }) => groupName(promptGroup ?? ""),
  );
  const digests = new Map<ModelCall, string>();
  const digestOf = (call: ModelCall): string => {
    const digest = digests.get(call) ?? digestJson(call.messages as unknown as Json);
    digests.set(call, digest);
    return digest;
  };
  return (candidate) => {
    const named = nameOf(candidate);
    if (named === undefined) return undefined;
    const calls = groups.get(named.group) ?? [];
    const own = calls.findLast(({ sampleIndex }) => sampleIndex === named.sample);
    const asked = own ?? calls[0];
    return {
      group: named.group,
      ...present({ own }),
      ...(asked === undefined ? {} : { asked, promptDigest: digestOf(asked) }),
    };
  };
}

/** The group's name in the export. */
export function groupName(promptGroup: string): string {
  return promptGroup.slice(0, GROUP_DIGITS);
}

function nameOf({ promptGroup, sampleIndex }: TraceCandidate) {
  return promptGroup === undefined
    ? undefined
    : { group: groupName(promptGroup), sample: sampleIndex };
}
