/** How a person changes a request while it runs: a signal with the fields that change. */
import { z } from "zod";
import { Request } from "../core/request.ts";
import type { Steps } from "../core/steps.ts";

/** The signal that changes a request; its payload is a `Revision`. */
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

/** Any time that is past: whoever does not want to wait asks with it. */
const AT_ONCE = "1970-01-01T00:00:00.000Z";

/** What the person has changed since it was last asked; undefined if nothing. */
export async function pendingRevision(steps: Steps): Promise<Revision | undefined> {
  const said = await steps.waitFor(REVISE, { deadline: AT_ONCE });
  return said === undefined ? undefined : Revision.safeParse(said.payload).data;
}

/**
 * The request with the change, which is traced.
 *
 * @param revision 2 for the first change.
 */
export async function revise(
  steps: Steps,
  before: Request,
  change: Revision,
  revision: number,
): Promise<Request> {
  const revised = Request.parse({ ...before, ...change });
  await steps.trace("request-revised", [
    {
      type: "request-revised",
      data: {
        revision,
        changed: Object.keys(change),
        ...wordsOf(revised),
        before: wordsOf(before),
      },
    },
  ]);
  return revised;
}

function wordsOf({ objective, requirements, constraints }: Request) {
  return { objective, requirements, constraints };
}
