/**
 * Copies an expression from one program into another. Parameters are mapped by position, constants are
 * inlined, helpers and tables are copied too (renamed if the name is taken), and any other name becomes
 * a random leaf of its type.
 */
import type { Random } from "../../../core/random.ts";
import type { Analysis, Site } from "../../syntax/analyse.ts";
import { identifier } from "../../syntax/build.ts";
import {
  type Expression,
  forEachChild,
  type Node,
  type Program,
  printNode,
  transform,
} from "../../syntax/tree.ts";
import { find } from "../../syntax/types.ts";
import { drawLeaf, type Palette, type Spot } from "./palette.ts";

type Statement = Program["body"][number];

export interface Graft {
  readonly expression: Expression;
  /** Declarations of the donor that the expression needs, in order. */
  readonly imports: readonly Statement[];
}

/** Maximum depth to which constants that refer to constants are inlined. */
const MAX_DEPTH = 4;

export function graft(
  from: Analysis,
  donor: Site,
  to: Analysis,
  spot: Spot,
  palette: Palette,
  random: Random,
): Graft | undefined {
  const needed = new Set<string>();
  let failed = false;

  const carry =
    (bound: ReadonlySet<string>, depth: number) =>
    (node: Node): Node | undefined => {
      if (node.type === "ArrowFunctionExpression") {
        const own = node.params.flatMap((each) => (each.type === "Identifier" ? [each.name] : []));
        if (own.every((name) => bound.has(name))) return undefined;
        return transform(node, carry(new Set([...bound, ...own]), depth));
      }
      if (node.type !== "Identifier" || bound.has(node.name)) return undefined;
      const binding = find(donor.scope, node.name);
      if (binding === undefined) return undefined;
      if (binding.kind === "function" || binding.kind === "table") {
        needed.add(node.name);
        return undefined;
      }
      if (binding.kind === "parameter" && donor.inEntry && spot.inEntry) {
        const name = to.parameters[binding.index ?? -1];
        if (name !== undefined) return name === node.name ? undefined : identifier(name);
      } else if (from === to && find(spot.scope, node.name)?.type === binding.type) {
        return undefined;
      }
      if (binding.value !== undefined && depth < MAX_DEPTH) {
        return transform(binding.value, carry(bound, depth + 1));
      }
      const leaf = drawLeaf(binding.type, palette, spot, random);
      failed ||= leaf === undefined;
      return leaf;
    };

  const expression = transform(donor.node, carry(new Set(), 0));
  if (failed) return undefined;
  if (needed.size === 0 || from === to) return { expression, imports: [] };
  return copyHelpers(from, to, expression, needed, palette.kernel.entry);
}

function copyHelpers(
  from: Analysis,
  to: Analysis,
  expression: Expression,
  needed: ReadonlySet<string>,
  entry: string,
): Graft | undefined {
  const names = new Map<string, string>();
  const helpers = closure(from.program, needed);
  if (helpers === undefined) return undefined;
  // A helper that calls the entry would call another function in another program.
  if ([...helpers.values()].some((name) => name === entry)) return undefined;
  const imports: Statement[] = [];
  for (const [statement, name] of helpers) {
    const renamed = rename(statement as Statement, names);
    const taken = to.program.body.find((other) => declaredName(other) === name);
    if (taken !== undefined && printNode(taken) === printNode(renamed)) continue;
    const free = freeName(name, to, from, names);
    if (free !== name) names.set(name, free);
    imports.push(rename(statement as Statement, names));
  }
  return { expression: rename(expression, names), imports };
}

/** Top-level declarations reachable from the names, in source order; undefined if one is missing. */
function closure(program: Program, names: ReadonlySet<string>): Map<Node, string> | undefined {
  const byName = new Map(program.body.map((statement) => [declaredName(statement), statement]));
  const reached = new Set<string>();
  const visit = (name: string): boolean => {
    if (reached.has(name)) return true;
    const statement = byName.get(name);
    if (statement === undefined) return false;
    reached.add(name);
    for (const used of namesIn(statement)) if (byName.has(used) && !visit(used)) return false;
    return true;
  };
  for (const name of names) if (!visit(name)) return undefined;
  const declarations = new Map<Node, string>();
  for (const statement of program.body) {
    const name = declaredName(statement);
    if (name !== undefined && reached.has(name)) declarations.set(statement, name);
  }
  return declarations;
}

/** Removes the declarations that the entry does not use any more. */
export function dropUnused(program: Program, entry: string): Program {
  if (program.body.length < 2) return program;
  const used = closure(program, new Set([entry]));
  if (used === undefined || used.size === program.body.length) return program;
  // A statement that declares no name or several names may have other effects: keep it.
  const body = program.body.filter((each) => used.has(each) || declaredName(each) === undefined);
  return body.length === program.body.length ? program : { ...program, body };
}

/** The one name that a top-level statement declares. */
function declaredName(statement: Node): string | undefined {
  if (statement.type === "FunctionDeclaration") return statement.id?.name;
  if (statement.type !== "VariableDeclaration" || statement.declarations.length !== 1) {
    return undefined;
  }
  const id = statement.declarations[0]?.id;
  return id?.type === "Identifier" ? id.name : undefined;
}

function namesIn(node: Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (child: Node): void => {
    if (child.type === "Identifier") names.add(child.name);
    else forEachChild(child, visit);
  };
  visit(node);
  return names;
}

function rename<T extends Node>(node: T, names: ReadonlyMap<string, string>): T {
  if (names.size === 0) return node;
  return transform(node, (child) => {
    if (child.type === "FunctionDeclaration" && child.id !== null) {
      const name = names.get(child.id.name);
      if (name === undefined) return undefined;
      return { ...child, id: { type: "Identifier", name }, body: rename(child.body, names) };
    }
    if (child.type !== "Identifier") return undefined;
    const name = names.get(child.name);
    return name === undefined ? undefined : { type: "Identifier", name };
  });
}

function freeName(
  name: string,
  to: Analysis,
  from: Analysis,
  given: ReadonlyMap<string, string>,
): string {
  const stem = name.replace(/\d+$/, "");
  const taken = new Set([...to.top.keys(), ...given.values()]);
  if (!taken.has(name)) return name;
  for (let number = 1; ; number++) {
    const candidate = `${stem}${number}`;
    if (!taken.has(candidate) && !from.top.has(candidate)) return candidate;
  }
}
