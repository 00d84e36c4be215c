/**
 * Finds tasks: by name among the modules under experiments/, by path in a user's module of the same
 * form (an export `tasks`), or from a spec file. No task name is hard-coded.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { registerHooks } from "node:module";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { specTask } from "../../evaluators/index.ts";
import { InputError } from "../core/errors.ts";
import { checkSchema, type FaultTextOptions, faultText } from "../core/schema-check.ts";
import { type Task, VALUE_TYPES } from "../core/task.ts";
import { decodeText } from "../core/text/decode.ts";
import { readDocument } from "../core/text/yaml.ts";
import { Case, ToolSpec } from "../core/tool.ts";

const EXPERIMENTS = new URL("../../experiments/", import.meta.url);
/** .ts when run from source, .js in the built package. */
const EXTENSION = extname(import.meta.url);

/**
 * A shipped task by name; a task module by path, its first task or `path#name`; a spec by path.
 *
 * @param folder Relative paths start here.
 * @throws InputError UNKNOWN_TASK, with the names of all tasks.
 */
export async function loadTask(nameOrPath: string, folder = "."): Promise<Task> {
  const { path, member } = placeOf(nameOrPath, folder);
  const fromFile = isFile(path);
  const file = resolve(folder, path);
  if (fromFile) registerEngineName();
  if (/\.(json|ya?ml)$/.test(path)) return loadSpecTask(file);
  const tasks = fromFile ? await tasksOf(pathToFileURL(file), path) : await shippedTasks();
  const wanted = fromFile ? (member ?? tasks[0]?.name) : nameOrPath;
  const found = tasks.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  throw new InputError(
    "UNKNOWN_TASK",
    `Expected a task of ${families(tasks).join(", ")} or the path of a task module or spec, got "${nameOrPath}".`,
  );
}

/** A "#" may also be part of the path: a file with the whole name comes first. */
function placeOf(text: string, folder: string): { path: string; member?: string } {
  const at = text.lastIndexOf("#");
  if (at < 0 || existsSync(resolve(folder, text))) return { path: text };
  return { path: text.slice(0, at), member: text.slice(at + 1) };
}

let registered = false;
/** Resolves the import `toolwright` in a user's module to this engine, also if it is not installed there. */
function registerEngineName(): void {
  if (registered) return;
  registered = true;
  const url = new URL(`../index${EXTENSION}`, import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "toolwright" ? { url, shortCircuit: true } : next(specifier, context),
  });
}

function isFile(nameOrPath: string): boolean {
  return /^\.{0,2}[\\/]|^[A-Za-z]:[\\/]|\.([cm]?[jt]s|json|ya?ml)$/.test(nameOrPath);
}

/** Task names; those of a family (`synthesis/...`) are one pattern with a count. */
export function families(tasks: readonly Task[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { name } of tasks) {
    const family = name.includes("/") ? `${name.split("/")[0]}/*` : name;
    counts.set(family, (counts.get(family) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => (name.endsWith("*") ? `${name} (${count})` : name));
}

export async function shippedTasks(): Promise<readonly Task[]> {
  const modules = await shippedModules(`task${EXTENSION}`);
  return (await Promise.all(modules.map(({ url, name }) => tasksOf(url, name)))).flat();
}

/** Modules with this file name in the folders of experiments/; folders without one are skipped. */
export async function shippedModules(
  file: string,
): Promise<readonly { readonly name: string; readonly url: URL }[]> {
  const entries = await readdir(EXPERIMENTS, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, url: new URL(`${name}/${file}`, EXPERIMENTS) }))
    .filter(({ url }) => existsSync(url))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function tasksOf(url: URL, name: string): Promise<readonly Task[]> {
  let module: { readonly tasks?: unknown };
  try {
    module = (await import(url.href)) as { readonly tasks?: unknown };
  } catch (error) {
    throw new InputError(
      "BAD_TASK_MODULE",
      `Cannot load the task module ${name}: ${(error as Error).message}`,
      { cause: error },
    );
  }
  if (!Array.isArray(module.tasks) || module.tasks.length === 0) {
    throw new InputError(
      "BAD_TASK_MODULE",
      `The task module ${name}: expected an export "tasks" with at least one task.`,
    );
  }
  const tasks = module.tasks as readonly Task[];
  for (const task of tasks) checkKernel(task, name);
  return tasks;
}

/** JavaScript checks no types, and a type that the search does not know would only make it poor. */
function checkKernel({ name, kernel }: Task, module: string): void {
  const typed = [...kernel.parameters, { name: "the result", type: kernel.result }];
  const fault = typed.find(({ type }) => !VALUE_TYPES.includes(type));
  if (fault === undefined) return;
  throw new InputError(
    "BAD_TASK_MODULE",
    `The task module ${module}: the kernel of ${name} expects types of ${VALUE_TYPES.join(", ")}, got ` +
      `${fault.type} for ${fault.name}. Nested lists are not supported: pass a flat list and the length ` +
      "of its rows, or write unknown and have a model write the programs.",
  );
}

/** @throws InputError BAD_SPEC, with file, line and field. */
export async function loadSpec(file: string): Promise<ToolSpec> {
  return parseFile(file, "BAD_SPEC", ToolSpec);
}

export async function loadSpecTask(file: string): Promise<Task> {
  return specTask(await loadSpec(file));
}

const ExampleList = Case.array().min(1, "at least one example");
const Examples = z
  .union([ExampleList, z.object({ cases: ExampleList })])
  .transform((value) => ("cases" in value ? value.cases : value));

/** A list of `{ args, expected }`, or `{ cases: [...] }`. @throws InputError BAD_EXAMPLES */
export async function loadExamples(file: string): Promise<readonly Case[]> {
  return parseFile(file, "BAD_EXAMPLES", Examples);
}

export async function readText(file: string): Promise<string> {
  try {
    return decodeText(await readFile(file));
  } catch (error) {
    throw new InputError("UNREADABLE_FILE", `Cannot read ${file}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

async function parseFile<S extends z.ZodType>(
  file: string,
  code: string,
  schema: S,
): Promise<z.output<S>> {
  const document = readDocument(await readText(file));
  if ("message" in document) {
    const { line, column, message } = document;
    throw new InputError(code, `${file}:${line}:${column}: ${message}`);
  }
  const checked = checkSchema(schema, document.value);
  if (checked.ok) return checked.data;
  const locate: FaultTextOptions["locate"] = (path) => `${file}:${document.placeOf(path).line}`;
  throw new InputError(code, faultText(checked.faults, { locate }));
}

/** @throws InputError USAGE if the task reads no data files. */
export function dataInstances(task: Task, text: string, file: string) {
  if (task.instancesFromData === undefined) {
    throw new InputError("USAGE", `The task ${task.name} reads no data files. Leave --data out.`);
  }
  return task.instancesFromData(text, file);
}
