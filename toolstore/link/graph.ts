/**
 * Which tool calls which: a tool's dependencies as they resolve now, its dependants, and those
 * dependants that would use a new version of it.
 */
import type { ToolLink } from "../../src/core/execution.ts";
import type { ToolStore } from "../../src/core/ports.ts";
import type { Task } from "../../src/core/task.ts";
import { programOf, type Tool } from "../../src/core/tool.ts";
import { linkProgram, resolverOf } from "./link.ts";

export interface Dependency {
  readonly name: string;
  /** The version that a call would run now. */
  readonly version: number;
  readonly pinned: boolean;
}

/** Direct dependencies, in the order of `uses`. @throws ToolNotFoundError */
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

/** Tools whose current version calls `name` directly; linear in the tools of the store. */
export async function dependantsOf(
  store: Pick<ToolStore, "list">,
  name: string,
): Promise<readonly Tool[]> {
  const all = await store.list({ statuses: ["active", "candidate"] });
  return all.filter(({ uses }) => uses?.some((link) => link.name === name) === true);
}

/**
 * Active tools that would run another version of `name` if it became current: those that call it
 * without a pinned version, directly or through other tools.
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

/** Names of tools that another tool calls. */
export async function dependedOn(store: Pick<ToolStore, "list">): Promise<ReadonlySet<string>> {
  const all = await store.list({ statuses: ["active", "candidate"] });
  return new Set(all.flatMap(({ uses = [] }) => uses.map(({ name }) => name)));
}

/**
 * Checks that a tool's links are valid, with the tool itself in place of the store's version.
 *
 * @throws InputError USES_CYCLE, USES_TOO_DEEP, USES_NOT_LINKABLE, TOOL_NOT_FOUND and the like.
 */
export async function checkUses(store: Pick<ToolStore, "get">, tool: Tool): Promise<void> {
  await linkProgram(programOf(tool), resolveWith(store, tool));
}

/** Resolves links as if `tool` were the current version of its name; pinned links stay pinned. */
export function resolveWith(store: Pick<ToolStore, "get">, tool: Tool) {
  const resolve = resolverOf(store);
  return async (link: ToolLink): Promise<Tool> =>
    link.name === tool.name && (link.version ?? tool.version) === tool.version
      ? tool
      : resolve(link);
}

/**
 * Adds the stored tools that candidates may call to the task's description.
 *
 * @throws ToolNotFoundError if one does not exist, before every candidate would fail.
 */
export async function withUses(store: Pick<ToolStore, "get">, task: Task): Promise<Task> {
  const { uses = [], spec } = task;
  if (uses.length === 0) return task;
  const lines: string[] = [];
  for (const { name, version } of uses) {
    const { signature, description } = await store.get(name, version);
    lines.push(`- ${signature.replace(/^function\s+/, "")}: ${description}`);
  }
  const description = `${spec.description}\nYou can call these functions:\n${lines.join("\n")}`;
  return { ...task, spec: { ...spec, description } };
}
