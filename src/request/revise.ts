/** Changes that a person makes while their request runs. They are read before each next step. */
import { z } from "zod";
import { Request } from "../core/request.ts";
import type { Steps } from "../core/steps.ts";

/** Name of the signal that changes a request. Its payload holds the changed fields. */
export const REVISE = "revise";

const { shape } = Request;
/** Missing fields stay unchanged. */
export const Revision = z.strictObject({
  objective: shape.objective.exactOptional(),
  requirements: shape.requirements.unwrap().exactOptional(),
  constraints: shape.constraints.unwrap().exactOptional(),
  files: shape.files,
  images: shape.images,
});
export type Revision = z.output<typeof Revision>;

/** @returns The changed request; undefined if there was no change. */
export type Revise = (request: Request) => Promise<Request | undefined>;

/** A time in the past: a wait until then returns at once. */
const ONLY_LOOK = "1970-01-01T00:00:00.000Z";

/** For one attempt. Each change is returned once. */
export function revisions(steps: Steps): Revise {
  let revision = 1;
  return async (request) => {
    const signal = await steps.waitFor(REVISE, { deadline: ONLY_LOOK });
    const change = signal === undefined ? undefined : Revision.safeParse(signal.payload);
    if (change?.success !== true) return undefined;
    const revised = Request.parse({ ...request, ...change.data });
    revision++;
    await steps.trace("request-revised", [
      {
        type: "request-revised",
        data: {
          revision,
          changed: Object.keys(change.data),
          ...partsOf(revised),
          before: partsOf(request),
        },
      },
    ]);
    return revised;
  };
}

function partsOf({ objective, requirements, constraints }: Request) {
  return { objective, requirements, constraints };
}
