/**
 * Enumeration: programs from input/output examples by bottom-up synthesis over typed components.
 * For small functions, where a wrong program says nothing about where the right one is and
 * mutation has no gradient to follow.
 *
 * Every call goes on where the last one stopped and does a bounded number of steps; it proposes
 * what reproduces all examples, and on the way what reproduces more of them than before.
 */
import { hash } from "node:crypto";
import type { Kernel, Task } from "../../../core/task.ts";
import type { Proposal, Generator as ProposalGenerator } from "../../generator.ts";
import { parseProgram, printProgram } from "../../syntax/tree.ts";
import { type Example, type Found, searchPrograms } from "./search.ts";

export interface EnumerateOptions {
  /** Steps of about a hundred applications that one call may do. */
  readonly stepsPerCall?: number;
}

const READABLE = new Set(["number", "boolean", "string", "number[]", "string[]"]);

export function enumerateGenerator({
  stepsPerCall = 40,
}: EnumerateOptions = {}): ProposalGenerator {
  let search: Generator<Found | undefined> | undefined;
  let ended = false;

  return {
    name: "enumerate",
    parents: 0,
    async propose(_parents, { task, examples, count }) {
      if (ended || !isEnumerable(task, examples)) return [];
      const { kernel, spec } = task;
      search ??= searchPrograms(kernel, examples, spec.description);
      const proposals: Proposal[] = [];
      for (let steps = 0; steps < stepsPerCall && proposals.length < count; ) {
        const next = search.next();
        if (next.done === true) {
          ended = true;
          break;
        }
        if (next.value === undefined) steps++;
        else proposals.push(proposalOf(next.value, kernel));
      }
      return proposals;
    },
  };
}

/** Whether there are examples to go by, of types that components know. */
export function isEnumerable({ kernel, harness }: Task, examples: readonly Example[]): boolean {
  if (harness !== undefined || examples.length === 0) return false;
  return [kernel.result, ...kernel.parameters.map(({ type }) => type)].every((type) =>
    READABLE.has(type),
  );
}

function proposalOf({ text, right }: Found, kernel: Kernel): Proposal {
  const parameters = kernel.parameters.map(({ name }) => name).join(", ");
  const source = `function ${kernel.entry}(${parameters}) { return ${text}; }`;
  const program = parseProgram(source);
  return {
    source: program === undefined ? source : printProgram(program),
    operator: "enumerate",
    parents: [],
    tag: `${right}-${hash("sha256", text).slice(0, 8)}`,
  };
}
