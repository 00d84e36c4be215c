/**
 * The source of a request's task, as data: the command line's input in a form from which another
 * process can later build the same task without the files.
 */
import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import { specTask } from "../../evaluators/index.ts";
import { InputError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import { Case, ToolName, ToolSpec } from "../core/tool.ts";
import { specFromExamples } from "../create-tool/spec-from-examples.ts";
import { AgentSource } from "../request/walk-agent.ts";
import { CallSource } from "../request/walk-call.ts";
import { ProgramSource } from "../request/walk-program.ts";
import type { Prepare, Prepared } from "../work/attempt.ts";
import { dataInstances, loadExamples, loadSpec, loadTask, readText } from "./tasks.ts";

const Data = z.strictObject({ file: z.string(), text: z.string() });

const Source = z.union([
  z.null(),
  /** A name or an absolute path: a module is code and is loaded again. */
  z.strictObject({ task: z.string(), data: Data.exactOptional() }),
  z.strictObject({ spec: ToolSpec, data: Data.exactOptional() }),
  z.strictObject({
    examples: z.array(Case),
    name: ToolName.exactOptional(),
    signature: z.string().exactOptional(),
    data: Data.exactOptional(),
  }),
  ProgramSource,
  AgentSource,
  CallSource,
]);
type Source = z.output<typeof Source>;

export interface SourceFlags {
  readonly examples?: string;
  readonly spec?: string;
  readonly task?: string;
  readonly data?: string;
  /** With examples: the tool's name, and its signature. */
  readonly name?: string;
  readonly signature?: string;
}

/** @throws InputError USAGE if several are given; errors of the file, with line and field. */
export async function readSource(flags: SourceFlags): Promise<Json> {
  const given = [flags.examples, flags.spec, flags.task].filter((flag) => flag !== undefined);
  if (given.length > 1) {
    throw new InputError("USAGE", "Expected one of --examples, --spec and --task, got several.");
  }
  const { name, signature } = flags;
  if (flags.examples === undefined && (name !== undefined || signature !== undefined)) {
    throw new InputError(
      "USAGE",
      "Expected --examples with --name and --signature, got none: a spec or a task has its own name and signature.",
    );
  }
  if (name !== undefined && !ToolName.safeParse(name).success) {
    throw new InputError(
      "USAGE",
      `Expected --name to be a name of letters, digits and _ (at most 64), got "${name}".`,
    );
  }
  const data =
    flags.data === undefined
      ? {}
      : { data: { file: flags.data, text: await readText(flags.data) } };
  if (flags.task !== undefined) return { task: absolute(flags.task), ...data };
  if (flags.spec !== undefined) return asJson({ spec: await loadSpec(flags.spec), ...data });
  if (flags.examples !== undefined) {
    const examples = await loadExamples(flags.examples);
    return asJson({ examples, ...present({ name, signature }), ...data });
  }
  return null;
}

export const prepare: Prepare = async ({ source, seed }, { objective }): Promise<Prepared> => {
  const read = Source.safeParse(source);
  if (!read.success) {
    throw new InputError(
      "UNKNOWN_SOURCE",
      "Expected a request with a task from the command line, got one that a program submitted with its own task. Continue it in that program.",
    );
  }
  const task = await taskOf(read.data, objective);
  if (task === undefined) return { task, instances: [] };
  return { task, instances: instancesOf(task, read.data, seed) };
};

async function taskOf(source: Source, objective: string): Promise<Task | undefined> {
  if (source === null || hasNoTask(source)) return undefined;
  if ("task" in source) return loadTask(source.task);
  if ("spec" in source) return specTask(source.spec);
  return specTask(specFromExamples(objective, source.examples, source));
}

function instancesOf(task: Task, source: Source, seed: number): readonly TaskInstance[] {
  const data = source === null || hasNoTask(source) ? undefined : source.data;
  if (data !== undefined) return dataInstances(task, data.text, data.file);
  // Cases are the request's own inputs. A numeric task gets new instances that are in no split.
  if (task.harness === undefined) {
    return [...task.instances("train", seed), ...task.instances("sealed", seed)];
  }
  const fresh = task.instances("sealed", seed + 1);
  // If the result is a construction, there are no new instances: the training instances are used.
  return fresh.length > 0 ? fresh : task.instances("train", seed);
}

/** Sources that define the work completely, without a task. */
function hasNoTask(
  source: NonNullable<Source>,
): source is ProgramSource | AgentSource | CallSource {
  return "program" in source || "agent" in source || "call" in source;
}

/** Makes a path absolute, so that it is valid from any folder. */
function absolute(task: string): string {
  const isPath = /^\.{0,2}[\\/]|\.([cm]?[jt]s|json|ya?ml)(#|$)/.test(task);
  return isPath && !isAbsolute(task) ? resolve(task) : task;
}

function asJson(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
