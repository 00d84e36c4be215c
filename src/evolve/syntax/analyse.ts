/**
 * Finds every place of a program at which an expression may be replaced: its type, its size and the
 * names in scope.
 *
 * Not included are places where a replacement would break the program's form: loop headers, targets
 * of assignments, indices of tables, and helper functions that only read tables.
 */
import type { ArrowFunctionExpression, FunctionDeclaration, FunctionExpression } from "estree";
import type { Kernel } from "../../core/task.ts";
import { boundedCache } from "./cache.ts";
import { readExpression } from "./expressions.ts";
import type { Analysis, Reader } from "./sites.ts";
import { readDeclaration, readStatement, returned } from "./statements.ts";
import type { Node, Place, Program } from "./tree.ts";
import { forEachChild } from "./tree.ts";
import { type Binding, bind, type Environment, type Type } from "./types.ts";

export type { Analysis, Constant, Site } from "./sites.ts";

const analyses = new WeakMap<Kernel, ReturnType<typeof boundedCache<Program, Analysis>>>();

/** @returns undefined if the program does not define the entry as a top-level function. */
export function analyse(program: Program, kernel: Kernel): Analysis | undefined {
  let cache = analyses.get(kernel);
  if (cache === undefined) {
    cache = boundedCache<Program, Analysis>(2_048);
    analyses.set(kernel, cache);
  }
  const cached = cache.get(program);
  if (cached !== undefined) return cached;
  const analysis = analyseProgram(program, kernel);
  if (analysis !== undefined) cache.set(program, analysis);
  return analysis;
}

function analyseProgram(program: Program, kernel: Kernel): Analysis | undefined {
  const reader: Reader = { kernel, sites: [], constants: [], inEntry: false, size: 0 };
  let scope: Environment | undefined;
  let parameters: readonly string[] | undefined;
  const top = new Map<string, Binding>();

  for (const [index, statement] of program.body.entries()) {
    const place: Place = { up: undefined, node: program, key: "body", index };
    const before = scope;
    const declared = functionAt(statement, place);
    if (declared !== undefined) {
      const { name, node } = declared;
      const entry = name === kernel.entry;
      const inner: Reader = { ...reader, inEntry: entry, size: 0 };
      const takes = entry ? kernel.parameters.map(({ type }) => type) : helperTypes(node, kernel);
      const own = bindParameters(scope, node, takes);
      if (entry) parameters = node.params.flatMap((p) => (p.type === "Identifier" ? [p.name] : []));
      if (entry || !readsTables(node, top)) readBody(node, declared.place, own, inner);
      reader.size += inner.size;
      const type = entry ? kernel.result : isNumeric(kernel) ? "number" : "unknown";
      scope = bind(scope, { name, type, kind: "function", takes });
    } else if (statement.type === "VariableDeclaration") {
      scope = readDeclaration(statement, place, scope, reader, true);
    }
    if (scope !== before && scope !== undefined) top.set(scope.binding.name, scope.binding);
  }
  if (parameters === undefined) return undefined;
  return {
    program,
    kernel,
    sites: reader.sites,
    constants: reader.constants,
    size: reader.size,
    parameters,
    top,
  };
}

type TopFunction = FunctionDeclaration | FunctionExpression | ArrowFunctionExpression;

/** The function that a top-level statement declares, as `function f` or as `const f = `. */
function functionAt(
  statement: Node,
  place: Place,
): { readonly name: string; readonly node: TopFunction; readonly place: Place } | undefined {
  if (statement.type === "FunctionDeclaration") {
    return { name: statement.id.name, node: statement, place };
  }
  if (statement.type !== "VariableDeclaration" || statement.declarations.length !== 1) {
    return undefined;
  }
  const [declarator] = statement.declarations;
  const init = declarator?.init;
  if (declarator?.id.type !== "Identifier") return undefined;
  if (init?.type !== "ArrowFunctionExpression" && init?.type !== "FunctionExpression") {
    return undefined;
  }
  const at: Place = { up: place, node: statement, key: "declarations", index: 0 };
  const inner: Place = { up: at, node: declarator, key: "init", index: -1 };
  return { name: declarator.id.name, node: init, place: inner };
}

function readBody(
  node: TopFunction,
  place: Place,
  scope: Environment | undefined,
  reader: Reader,
): void {
  const at: Place = { up: place, node, key: "body", index: -1 };
  const { body } = node;
  if (body.type === "BlockStatement") readStatement(body, at, scope, reader);
  else reader.size += readExpression(body, at, scope, reader, returned(reader)).size;
}

/** All values are numbers and booleans. */
export function isNumeric(kernel: Kernel): boolean {
  const plain = (type: Type) => type === "number" || type === "boolean";
  return plain(kernel.result) && kernel.parameters.every(({ type }) => plain(type));
}

function helperTypes(node: TopFunction, kernel: Kernel): readonly Type[] {
  return node.params.map(() => (isNumeric(kernel) ? "number" : "unknown"));
}

function bindParameters(
  scope: Environment | undefined,
  node: TopFunction,
  types: readonly Type[],
): Environment | undefined {
  return node.params.reduce<Environment | undefined>(
    (at, parameter, index) =>
      parameter.type === "Identifier"
        ? bind(at, {
            name: parameter.name,
            type: types[index] ?? "unknown",
            kind: "parameter",
            index,
          })
        : at,
    scope,
  );
}

/** A helper that indexes a top-level table comes from a library form: only the table's numbers evolve. */
function readsTables(node: Node, top: ReadonlyMap<string, Binding>): boolean {
  if (node.type === "MemberExpression" && node.computed && node.object.type === "Identifier") {
    if (top.get(node.object.name)?.kind === "table") return true;
  }
  let found = false;
  forEachChild(node, (child) => {
    found ||= readsTables(child, top);
  });
  return found;
}
