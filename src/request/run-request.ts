/**
 * A request's walk as steps: what one life of a process has done, the next one finds done. Stages
 * are written as if nothing could stop them; here each call of one becomes a step.
 *
 * A person may change what they asked for meanwhile: before the next plan the walk starts again
 * from the changed words, and calls that were made already are not made again.
 */
import { digestJson } from "../core/digest.ts";
import { CanceledError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import type { Json } from "../core/json.ts";
import type { Request, RequestStatus } from "../core/request.ts";
import type { Steps } from "../core/steps.ts";
import type { Observation, Solution, Stages } from "../work/stages.ts";
import { pendingRevision, type Revision, revise } from "./revise.ts";
import { solve } from "./walk-rules.ts";

export interface RequestOutcome {
  readonly requestId: string;
  readonly status: RequestStatus;
  /** Absent while it waits, and when it was canceled. */
  readonly solution?: Solution;
}

export interface Walked {
  readonly status: "SUCCEEDED" | "FAILED";
  readonly cause: string;
  readonly events: readonly NewEvent[];
  readonly solution: Solution;
}

export async function walkRequest(steps: Steps, request: Request, stages: Stages): Promise<Walked> {
  const calls = new Map<string, Observation>();
  let asked = request;
  for (let revision = 1; ; revision++) {
    try {
      return walkedTo(await solve(asked, asSteps(steps, stages, calls)));
    } catch (error) {
      if (!(error instanceof Revised)) throw error;
      asked = await revise(steps, asked, error.change, revision + 1);
    }
  }
}

/** What a solution means for the request's status and its trace. */
export function walkedTo(solution: Solution): Walked {
  if (solution.status === "gave-up") {
    return { status: "FAILED", cause: solution.reason, events: [], solution };
  }
  // What came out stands in the results of the calls; it may be large.
  const { text: answer, outputs: _, ...more } = solution.answer;
  return {
    status: "SUCCEEDED",
    cause: "answered",
    events: [{ type: "answer-given", data: { answer, ...more } }],
    solution,
  };
}

/** Thrown out of the walk, back to where it starts. */
class Revised extends CanceledError {
  readonly change: Revision;

  constructor(change: Revision) {
    super("The request was changed.");
    this.change = change;
  }
}

function asSteps(steps: Steps, stages: Stages, calls: Map<string, Observation>): Stages {
  return {
    ...stages,
    afford: (goal) => recorded(steps, "afford", () => stages.afford(goal)),
    async plan(goal, affordances, seen) {
      const change = await pendingRevision(steps);
      if (change !== undefined) throw new Revised(change);
      return recorded(steps, "plan", () => stages.plan(goal, affordances, seen));
    },
    createTool: (goal, step) =>
      recorded(steps, "create-tool", () => stages.createTool(goal, step), {
        name: step.name,
        description: step.description,
      }),
    async execute(goal, step) {
      const { tool } = step;
      const inputs = goal.instances.map(({ input }) => input);
      const key = digestJson({ tool: tool.digest ?? tool.version, name: tool.name, inputs });
      const known = calls.get(key);
      if (known !== undefined) return known;
      // A call is a step by itself.
      const seen = await stages.execute(goal, step);
      calls.set(key, seen);
      return seen;
    },
  };
}

/** What stages give is data, whatever its type says. */
async function recorded<T>(
  steps: Steps,
  name: string,
  body: () => Promise<T>,
  input?: Json,
): Promise<T> {
  const options = input === undefined ? {} : { input };
  const result = await steps.step(name, async () => (await body()) as Json, options);
  return result as T;
}
