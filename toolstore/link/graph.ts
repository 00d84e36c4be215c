/**
 * Which tool calls which: a tool's dependencies as they are resolved now, and its dependants, with
 * those told apart that another version of it would reach.
 */
import type { ToolLink } from "../../src/core/execution.ts";
import type { ToolStore } from "../../src/core/ports.ts";
import type { Task } from "../../src/core/task.ts";
import { programOf, type Tool } from "../../src/core/tool.ts";
import { linkProgram, resolverOf } from "./link.ts";

export interface Dependency {
  readonly name: string;
  /** The one that a call would run now. */
  readonly version: number;
  readonly pinned: boolean;
}

/** What a tool calls itself, in its own order. @throws ToolNotFoundError */
export async function dependenciesOf(
  store: Pick<ToolStore, "get">,
  { uses = [] }: Pick<Tool, "uses">,
): Promise<readonly Dependency[]> {
  const found: Dependency[] = [];
  for (const { name, version } of uses) {
    const tool = await store.get(name, version);
    found.push({ name, version: tool.version, pinned: version !== undefined });
  }
  return found;
}

/** Tools whose current version calls `name` itself; linear in the tools of the store. */
export async function dependantsOf(
  store: Pick<ToolStore, "list">,
  name: string,
): Promise<readonly Tool[]> {
  const all = await store.list({ statuses: ["active", "candidate"] });
  return all.filter(({ uses }) => uses?.some((link) => link.name === name) === true);
}

/**
 * Active tools that would run another version of `name` if it became current: those that follow it
 * without a pin, and in turn those that follow them.
 */
export async function reachedBy(
  store: Pick<ToolStore, "list">,
  name: string,
): Promise<readonly Tool[]> {
  const all = await store.list({ statuses: ["active"] });
  const callers = new Map<string, Tool[]>();
  for (const tool of all) {
    for (const link of tool.uses ?? []) {
      if (link.version !== undefined) continue;
      const known = callers.get(link.name);
      if (known === undefined) callers.set(link.name, [tool]);
      else known.push(tool);
    }
  }
  const reached = new Map<string, Tool>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const caller of callers.get(next) ?? []) {
      if (caller.name === name || reached.has(caller.name)) continue;
      reached.set(caller.name, caller);
      open.push(caller.name);
    }
  }
  return [...reached.values()];
}

/** Names that some tool calls. */
export async function dependedOn(store: Pick<ToolStore, "list">): Promise<ReadonlySet<string>> {
  const all = await store.list({ statuses: ["active", "candidate"] });
  return new Set(all.flatMap(({ uses = [] }) => uses.map(({ name }) => name)));
}

/**
 * That a tool's links hold, with the tool itself in place of what the store has under its name.
 *
 * @throws InputError USES_CYCLE, USES_TOO_DEEP, USES_NOT_LINKABLE, TOOL_NOT_FOUND and the like.
 */
export async function checkUses(store: Pick<ToolStore, "get">, tool: Tool): Promise<void> {
  await linkProgram(programOf(tool), resolveWith(store, tool));
}

/** The store as it would be with `tool` current under its name; pinned links keep their version. */
export function resolveWith(store: Pick<ToolStore, "get">, tool: Tool) {
  const resolve = resolverOf(store);
  return async (link: ToolLink): Promise<Tool> =>
    link.name === tool.name && (link.version ?? tool.version) === tool.version
      ? tool
      : resolve(link);
}

/**
 * A task whose candidates are told which stored tools they may call.
 *
 * @throws ToolNotFoundError for one that is not there: better now than in every candidate.
 */
export async function withUses(store: Pick<ToolStore, "get">, task: Task): Promise<Task> {
  const { uses = [], spec } = task;
  if (uses.length === 0) return task;
  const lines: string[] = [];
  for (const { name, version } of uses) {
    const { signature, description } = await store.get(name, version);
    lines.push(`- ${signature.replace(/^function\s+/, "")}: ${description}`);
  }
  const told = `${spec.description}\nThese functions are there to be called:\n${lines.join("\n")}`;
  return { ...task, spec: { ...spec, description: told } };
}
