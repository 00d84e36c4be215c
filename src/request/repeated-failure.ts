/** Tells when plans fail twice for the same cause: the next plan would do so again. */
import type { DoneStep } from "../work/outcome.ts";
import type { Step } from "../work/step.ts";

export interface RepeatedFailure {
  readonly step: Step;
  readonly reason: string;
}

/** The last failure, if an earlier plan failed for the same cause. */
export function repeatedFailure(done: readonly DoneStep[]): RepeatedFailure | undefined {
  const failures = done.flatMap(({ step, version, outcome: { status, ...rest } }) =>
    status === "failed" && "reason" in rest ? [{ step, version, reason: rest.reason }] : [],
  );
  return failures.findLast((failure, index) =>
    failures
      .slice(0, index)
      .some(
        (earlier) => earlier.version < failure.version && causeOf(earlier) === causeOf(failure),
      ),
  );
}

/** A tool that cannot be made is wished for in other words, so only the kind of the error counts. */
function causeOf({ step, reason }: RepeatedFailure): string {
  const { id: _, dependsOn: __, ...work } = step;
  if (step.kind !== "create-tool") return JSON.stringify([work, reason]);
  const [code] = /^[A-Z][A-Z_]+(?=:)/.exec(reason) ?? [reason];
  return `create-tool ${code}`;
}
