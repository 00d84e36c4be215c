/** The runs of manifests: the request of each, and the tools that it may need. */
import { digestJson } from "../core/digest.ts";
import type { Objects } from "./schema.ts";

export interface ManifestRun {
  readonly name: string;
  readonly task: string;
  readonly requestId: string;
}

export function runsOf({ runs }: Objects): readonly ManifestRun[] {
  return [...runs.values()].map(({ name, task }) => ({ name, task, requestId: idOf(name, task) }));
}

/** Id of a run with this task. The same name with another task is another run. */
function idOf(name: string, task: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return `run-${plain.slice(0, 40)}-${digestJson({ name, task }).slice(0, 8)}`;
}

/** Tools that the agents of these runs may call. */
export function neededBy(runs: readonly string[], all: Objects): ReadonlySet<string> {
  const found = new Set<string>();
  const agents = new Set<string>();
  const visit = (name: string): void => {
    const agent = all.agents.get(name);
    if (agent === undefined || agents.has(name)) return;
    agents.add(name);
    for (const reference of agent.tools) {
      if (typeof reference === "object" && "agent" in reference) visit(reference.agent);
      else found.add(typeof reference === "string" ? reference : reference.tool);
    }
  };
  for (const name of runs) {
    visit(all.tasks.get(all.runs.get(name)?.task ?? "")?.agent ?? "");
  }
  return found;
}
