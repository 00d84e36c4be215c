/**
 * create_tool(name, description[, signature, examples]) as a plan calls it: the text becomes a task,
 * and the task becomes a tool. Equal concurrent wishes share both.
 */
import { digestJson } from "../core/digest.ts";
import type { Request } from "../core/request.ts";
import type { TaskGoal } from "../work/goal.ts";
import type { Creation } from "../work/outcome.ts";
import { type AuthoredTask, instancesOf } from "./authored.ts";
import { type CreateToolPorts, createTool } from "./create-tool.ts";
import type { Wanted } from "./scope.ts";
import type { Flights } from "./single-flight.ts";
import { taskFromWords, type WordsPorts } from "./spec-from-words.ts";

export interface WishPorts extends WordsPorts {
  /** Of this process: equal texts share one task. */
  readonly wishes: Flights<AuthoredTask>;
}

/** The task of a wish. Equal concurrent wishes get the same one. */
async function taskOfWish(
  ports: WishPorts,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<AuthoredTask> {
  const { value, shared } = await ports.wishes.once(
    keyOf(wanted),
    () => taskFromWords(ports, wanted, signal),
    signal,
  );
  if (shared) {
    await ports.trace([{ type: "scope-shared", data: { name: value.spec.name } }]);
  }
  return value;
}

/** The goal of a wish: only to have the tool. */
function goalOfWish(request: Request, wanted: Wanted, task: AuthoredTask): TaskGoal {
  return { request, task, words: wanted.words, instances: instancesOf(task), context: [] };
}

export async function createFromWords(
  ports: WishPorts & Omit<CreateToolPorts, "ask" | "trace">,
  request: Request,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Creation> {
  const { languages } = ports.sandbox.capabilities;
  const task = await taskOfWish({ ...ports, languages }, wanted, signal);
  return createTool(ports, goalOfWish(request, wanted, task), signal);
}

/** Equal for wishes that differ only in capitals, spaces and punctuation. */
function keyOf({
  words,
  name = "",
  description = "",
  signature = "",
  examples = [],
}: Wanted): string {
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}"']+/u)
      .filter((word) => word !== "")
      .join(" ");
  return digestJson({
    words: plain(words),
    name: plain(name),
    description: plain(description),
    signature: signature.replace(/\s+/g, ""),
    examples: examples.map(({ args, expected }) => [args, expected]),
  });
}
