/** What the person changes while their request runs. It is looked for before each next step. */
import { z } from "zod";
import { Request } from "../core/request.ts";
import type { Steps } from "../core/steps.ts";

/** The signal that changes a request; its payload holds the fields that change. */
export const REVISE = "revise";

const { shape } = Request;
/** Fields that are not named stay. */
export const Revision = z.strictObject({
  objective: shape.objective.exactOptional(),
  requirements: shape.requirements.unwrap().exactOptional(),
  constraints: shape.constraints.unwrap().exactOptional(),
  files: shape.files,
  images: shape.images,
});
export type Revision = z.output<typeof Revision>;

/** @returns The request as changed; undefined where nothing was said. Fields that are not named stay. */
export type Revise = (request: Request) => Promise<Request | undefined>;

/** A time that is past: who waits until then only looks. */
const ONLY_LOOK = "1970-01-01T00:00:00.000Z";

/** Of one attempt: each change counts and is told once. */
export function revisions(steps: Steps): Revise {
  let revision = 1;
  return async (request) => {
    const said = await steps.waitFor(REVISE, { deadline: ONLY_LOOK });
    const change = said === undefined ? undefined : Revision.safeParse(said.payload);
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
