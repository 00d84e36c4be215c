/**
 * Selects the candidate's function in a parsed reply, and the statements that belong to it.
 *
 * The function gets the kernel's name. Helpers that it uses are kept in order; examples, prints,
 * exports and copies of ancestors are removed. A call of an ancestor is refused.
 */
import type { AnyNode, Program } from "acorn";
import {
  type Definition,
  declarationText,
  definitionsIn,
  identifiersIn,
  parseSource,
  renameIdentifier,
  requiredParameters,
} from "./source.ts";

export type Extracted =
  | {
      readonly status: "found";
      readonly source: string;
      /** The changes that were necessary, for traces. */
      readonly notes: readonly string[];
    }
  | { readonly status: "refused"; readonly reason: string };

export function selectProgram(
  source: string,
  tree: Program,
  entry: string,
  arity: number,
  version: number | undefined,
): Extracted {
  const chosen = choose(tree, entry, arity, version);
  if (typeof chosen === "string") return { status: "refused", reason: chosen };
  const notes =
    chosen.name === entry
      ? []
      : [`${chosen.name === "" ? "a function without a name" : chosen.name} was renamed`];

  // Another function with the kernel's name would collide with the renamed one.
  const taken = chosen.name !== entry && definitionsIn(tree).some(({ name }) => name === entry);
  const cleared = taken ? renameIdentifier(source, tree, entry, `${entry}_v0`) : source;
  const clearedTree = taken ? parseSource(cleared) : { status: "parsed" as const, source, tree };
  if (clearedTree.status === "broken") return { status: "refused", reason: clearedTree.reason };
  const renamed =
    chosen.name === "" || chosen.name === entry
      ? clearedTree
      : parseSource(renameIdentifier(cleared, clearedTree.tree, chosen.name, entry));
  if (renamed.status === "broken") return { status: "refused", reason: renamed.reason };

  const definition = definitionsIn(renamed.tree).findLast(
    ({ name }) => name === (chosen.name === "" ? "" : entry),
  );
  if (definition === undefined) return { status: "refused", reason: `it does not define ${entry}` };
  const needed = requiredParameters(definition.node.params);
  if (needed > arity) {
    return {
      status: "refused",
      reason: `${entry} gets ${arity} arguments, but the function requires ${needed}`,
    };
  }
  const kept = reachable(renamed.tree, definition);
  const importing = kept.find((statement) => statement.type === "ImportDeclaration");
  if (importing !== undefined)
    return { status: "refused", reason: "it has an import, and imports are not allowed" };
  const ancestor = kept
    .flatMap(identifiersIn)
    .find(({ name }) => name !== entry && isVersion(name, entry));
  if (ancestor !== undefined) {
    return { status: "refused", reason: `it calls its ancestor ${ancestor.name}` };
  }
  const parts = kept.map((statement) => {
    if (statement.start === definition.start)
      return declarationText(renamed.source, definition, entry);
    const inner =
      statement.type === "ExportNamedDeclaration"
        ? (statement.declaration ?? statement)
        : statement;
    return renamed.source.slice(inner.start, inner.end);
  });
  return { status: "found", source: `${parts.join("\n\n")}\n`, notes };
}

function isVersion(name: string, entry: string): boolean {
  return name.startsWith(`${entry}_v`) && /^\d+$/.test(name.slice(entry.length + 2));
}

function choose(
  tree: Program,
  entry: string,
  arity: number,
  version: number | undefined,
): Definition | string {
  const definitions = definitionsIn(tree);
  const requested = version === undefined ? undefined : `${entry}_v${version}`;
  const exact =
    definitions.findLast(({ name }) => name === requested) ??
    definitions.findLast(({ name }) => name === entry);
  if (exact !== undefined) return exact;
  const versions = definitions
    .filter(({ name }) => isVersion(name, entry))
    .sort((left, right) => numberOf(left.name, entry) - numberOf(right.name, entry));
  const latest = versions.at(-1);
  if (latest !== undefined && (version === undefined || numberOf(latest.name, entry) >= version)) {
    return latest;
  }
  if (latest !== undefined) return `it repeats ${latest.name} and defines nothing new`;
  const called = new Set(
    definitions.flatMap(({ name, node }) =>
      identifiersIn(node.body)
        .map((use) => use.name)
        .filter((use) => use !== name),
    ),
  );
  const roots = definitions.filter(({ name }) => !called.has(name));
  if (roots.length === 1) return roots[0] ?? "it defines no function";
  const fitting = roots.filter(({ node }) => node.params.length === arity);
  if (fitting.length === 1) return fitting[0] ?? "it defines no function";
  const names = roots.map(({ name }) => name).join(", ");
  return definitions.length === 0
    ? "it defines no function"
    : `none of its functions is named ${entry}, and several could be meant (${names.slice(0, 200)})`;
}

function numberOf(name: string, entry: string): number {
  return Number(name.slice(entry.length + 2));
}

/** The function and the top-level statements that it uses, in order. */
function reachable(tree: Program, definition: Definition): AnyNode[] {
  const used = new Set(identifiersIn(definition.node).map(({ name }) => name));
  const kept = new Set<AnyNode>(
    tree.body.filter((statement) => statement.start === definition.start),
  );
  const own = definition.name;
  const global = new Set(tree.body.flatMap(declared));
  for (let changed = true; changed; ) {
    changed = false;
    for (const statement of tree.body) {
      const names = declared(statement);
      if (kept.has(statement) || names.includes(own)) continue;
      const uses = identifiersIn(statement).map(({ name }) => name);
      // A loop that fills a used table is kept; a loop that tests the function is not.
      const initializes =
        names.length === 0 &&
        uses.some((name) => used.has(name) && global.has(name)) &&
        !uses.some((name) => name === own || OUTSIDE.has(name));
      if (!initializes && !names.some((name) => used.has(name))) continue;
      kept.add(statement);
      for (const name of uses) used.add(name);
      changed = true;
    }
  }
  return tree.body.filter((statement) => kept.has(statement));
}

const OUTSIDE: ReadonlySet<string> = new Set([
  "console",
  "module",
  "exports",
  "process",
  "require",
]);

/** Names that a top-level statement declares; other statements declare none. */
function declared(statement: AnyNode): string[] {
  const inner: AnyNode =
    statement.type === "ExportNamedDeclaration" && statement.declaration
      ? statement.declaration
      : statement;
  switch (inner.type) {
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return inner.id === null ? [] : [inner.id.name];
    case "VariableDeclaration":
      return inner.declarations.flatMap(({ id }) => identifiersIn(id).map(({ name }) => name));
    case "ImportDeclaration":
      return inner.specifiers.map(({ local }) => local.name);
    default:
      return [];
  }
}
