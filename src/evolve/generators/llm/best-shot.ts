/**
 * The versions of a best-shot prompt: parents in ascending order as `f_v0`, `f_v1`, ..., then the
 * header of the next version.
 *
 * Source: Romera-Paredes et al., Nature 625 (2024), Methods, "Prompt building".
 */
import type { Kernel, Task } from "../../../core/task.ts";
import type { Parent } from "../generator.ts";
import {
  declarationText,
  definitionsIn,
  identifiersIn,
  parseSource,
  renameIdentifier,
} from "./source.ts";

export interface BestShot {
  /** The parents as versions, worst first. */
  readonly functions: string;
  /** The docstring and the header of the requested version. */
  readonly header: string;
  readonly next: string;
  readonly version: number;
}

/**
 * @param parents In any order; parents with equal fitness keep the given order, and duplicates are
 * shown once. Programs that do not parse are skipped: the database holds none.
 */
export function bestShot(
  task: Pick<Task, "kernel" | "spec">,
  parents: readonly Parent[],
): BestShot {
  const { kernel, spec } = task;
  const unique = [...new Map(parents.map((parent) => [parent.digest, parent])).values()];
  const versions = unique
    .sort((left, right) => left.fitness - right.fitness)
    .flatMap(({ source }) => {
      const text = asSingleFunction(source, kernel.entry);
      return text === undefined ? [] : [text];
    })
    .map((text, index) => {
      const parsed = parseSource(text);
      const name = `${kernel.entry}_v${index}`;
      const renamed =
        parsed.status === "parsed" ? renameIdentifier(text, parsed.tree, kernel.entry, name) : text;
      return `${docstring(kernel, spec.description, index)}\n${renamed}`;
    });
  const version = versions.length;
  const next = `${kernel.entry}_v${version}`;
  return {
    functions: versions.join("\n\n"),
    header: `${docstring(kernel, spec.description, version)}\n${headerOf(kernel, next)}`,
    next,
    version,
  };
}

/** `function name(a, b) {`: the line that a reply continues. */
export function headerOf({ parameters }: Kernel, name: string): string {
  return `function ${name}(${parameters.map((parameter) => parameter.name).join(", ")}) {`;
}

function docstring({ entry }: Kernel, description: string, version: number): string {
  if (version > 0) return `/** Improved version of \`${entry}_v${version - 1}\`. */`;
  const lines = description.replaceAll("*/", "* /").trim().split("\n");
  return lines.length === 1
    ? `/** ${lines[0]} */`
    : `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join("\n")}\n */`;
}

/**
 * The program as one function with its helpers inside it: two parents may have helpers with the same
 * name, and a prompt must not show functions that the reply cannot call.
 */
function asSingleFunction(source: string, entry: string): string | undefined {
  const parsed = parseSource(source);
  if (parsed.status === "broken") return undefined;
  const definition = definitionsIn(parsed.tree).findLast(({ name }) => name === entry);
  if (definition === undefined) return undefined;
  const text = declarationText(parsed.source, definition, entry);
  const helpers = parsed.tree.body
    .filter((statement) => statement.start !== definition.start)
    .filter((statement) => identifiersIn(statement).length > 0)
    .map((statement) => parsed.source.slice(statement.start, statement.end));
  if (helpers.length === 0) return text;
  const open = text.indexOf("{", bodyStart(text));
  const inside = helpers
    .flatMap((helper) => helper.split("\n"))
    .map((line) => `  ${line}`.trimEnd());
  return `${text.slice(0, open + 1)}\n${inside.join("\n")}${text.slice(open + 1)}`;
}

/** Start of a function declaration's body: default values may contain braces too. */
function bodyStart(text: string): number {
  const parsed = parseSource(text);
  const definition = parsed.status === "parsed" ? definitionsIn(parsed.tree)[0] : undefined;
  return definition?.node.body.start ?? 0;
}
