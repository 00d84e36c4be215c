/**
 * Every place of a program at which an expression may be exchanged: its type, its size and the
 * names in scope there.
 *
 * Places are left out where a change would break the program's form: loop headers, targets of
 * assignments, indices of tables, and helper functions that only read tables.
 */
import type { Kernel } from "../../core/task.ts";
import { numberOf } from "./build.ts";
import { boundedCache } from "./cache.ts";
import { featureName } from "./features.ts";
import type { Expression, FunctionDeclaration, Node, Place, Program } from "./tree.ts";
import { forEachChild } from "./tree.ts";
import {
  type Binding,
  binaryType,
  bind,
  type Environment,
  find,
  GLOBAL_CALLS,
  joinTypes,
  lambdaTypes,
  listOf,
  memberType,
  methodType,
  type Type,
  unaryType,
} from "./types.ts";

export interface Site {
  readonly node: Expression;
  readonly place: Place;
  readonly type: Type;
  /** Nodes of the expression: a feature, a literal and a name count one each. */
  readonly size: number;
  readonly scope: Environment | undefined;
  /** Inside the entry function, where the kernel's features can be written. */
  readonly inEntry: boolean;
}

/** A number literal that may move: in an expression, or (`table`) in a top-level table. */
export interface Constant {
  readonly place: Place;
  readonly node: Expression;
  readonly value: number;
  readonly table: boolean;
}

export interface Analysis {
  readonly program: Program;
  readonly kernel: Kernel;
  readonly sites: readonly Site[];
  readonly constants: readonly Constant[];
  /** Nodes of all evolving expressions; tables do not count. */
  readonly size: number;
  /** Names of the entry's parameters, which need not be the kernel's own. */
  readonly parameters: readonly string[];
  /** The top level, by name. */
  readonly top: ReadonlyMap<string, Binding>;
}

const analyses = new WeakMap<Kernel, ReturnType<typeof boundedCache<Program, Analysis>>>();

/** @returns undefined where the program does not define the entry as a top-level function. */
export function analyse(program: Program, kernel: Kernel): Analysis | undefined {
  let known = analyses.get(kernel);
  if (known === undefined) {
    known = boundedCache<Program, Analysis>(2_048);
    analyses.set(kernel, known);
  }
  const cached = known.get(program);
  if (cached !== undefined) return cached;
  const fresh = analyseProgram(program, kernel);
  if (fresh !== undefined) known.set(program, fresh);
  return fresh;
}

interface Measure {
  readonly type: Type;
  readonly size: number;
}

interface Reader {
  readonly kernel: Kernel;
  readonly sites: Site[];
  readonly constants: Constant[];
  readonly inEntry: boolean;
  size: number;
}

function analyseProgram(program: Program, kernel: Kernel): Analysis | undefined {
  const reader: Reader = { kernel, sites: [], constants: [], inEntry: false, size: 0 };
  let scope: Environment | undefined;
  let parameters: readonly string[] | undefined;
  const top = new Map<string, Binding>();

  for (const [index, statement] of program.body.entries()) {
    const place: Place = { up: undefined, node: program, key: "body", index };
    const before = scope;
    if (statement.type === "FunctionDeclaration") {
      const entry = statement.id.name === kernel.entry;
      const inner: Reader = { ...reader, inEntry: entry, size: 0 };
      const takes = entry
        ? kernel.parameters.map(({ type }) => type)
        : helperTypes(statement, kernel);
      const own = bindParameters(scope, statement, takes);
      if (entry)
        parameters = statement.params.flatMap((p) => (p.type === "Identifier" ? [p.name] : []));
      if (entry || !readsTables(statement, top)) {
        readStatement(
          statement.body,
          { up: place, node: statement, key: "body", index: -1 },
          own,
          inner,
        );
      }
      reader.size += inner.size;
      const type = entry ? kernel.result : isNumeric(kernel) ? "number" : "unknown";
      scope = bind(scope, { name: statement.id.name, type, kind: "function", takes });
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

/** Nodes of an expression as they would count at a site. */
export function sizeAt(node: Expression, site: Site, kernel: Kernel): number {
  const reader = { kernel, sites: [], constants: [], inEntry: site.inEntry, size: 0 };
  return measureExpression(node, site.place, site.scope, reader).size;
}

/** All values are numbers and booleans. */
export function isNumeric(kernel: Kernel): boolean {
  const plain = (type: Type) => type === "number" || type === "boolean";
  return plain(kernel.result) && kernel.parameters.every(({ type }) => plain(type));
}

function helperTypes(node: FunctionDeclaration, kernel: Kernel): readonly Type[] {
  return node.params.map(() => (isNumeric(kernel) ? "number" : "unknown"));
}

function bindParameters(
  scope: Environment | undefined,
  node: FunctionDeclaration,
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

/** A helper that indexes a top-level table is a piece of the library: only its numbers evolve. */
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

function readDeclaration(
  node: Node & { type: "VariableDeclaration" },
  place: Place,
  scope: Environment | undefined,
  reader: Reader,
  atTop: boolean,
): Environment | undefined {
  let inner = scope;
  for (const [index, declarator] of node.declarations.entries()) {
    const at: Place = { up: place, node, key: "declarations", index };
    const { id, init } = declarator;
    if (id.type !== "Identifier") continue;
    if (init === null || init === undefined) {
      inner = bind(inner, { name: id.name, type: "unknown", kind: "variable" });
      continue;
    }
    const initPlace: Place = { up: at, node: declarator, key: "init", index: -1 };
    if (atTop && init.type === "ArrayExpression") {
      readTable(init, initPlace, reader);
      const nested = init.elements[0]?.type === "ArrayExpression";
      inner = bind(inner, {
        name: id.name,
        type: nested ? "number[][]" : "number[]",
        kind: "table",
      });
      continue;
    }
    const { type, size } = readExpression(init, initPlace, inner, reader, true);
    reader.size += size + 1;
    const constant = node.kind === "const";
    inner = bind(inner, {
      name: id.name,
      type,
      kind: constant ? "constant" : "variable",
      ...(constant ? { value: init } : {}),
    });
  }
  return inner;
}

function readTable(node: Node & { type: "ArrayExpression" }, place: Place, reader: Reader): void {
  for (const [index, element] of node.elements.entries()) {
    if (element === null) continue;
    const at: Place = { up: place, node, key: "elements", index };
    const value = numberOf(element);
    if (value !== undefined) {
      reader.constants.push({ place: at, node: element as Expression, value, table: true });
    } else if (element.type === "ArrayExpression") {
      readTable(element, at, reader);
    }
  }
}

/** Reads one statement and gives the scope that the next one sees. */
function readStatement(
  node: Node,
  place: Place,
  scope: Environment | undefined,
  reader: Reader,
): Environment | undefined {
  const under = (key: string, index = -1): Place => ({ up: place, node, key, index });
  const expression = (child: Node, key: string, open = true) => {
    reader.size += readExpression(child as Expression, under(key), scope, reader, open).size;
  };
  switch (node.type) {
    case "BlockStatement":
      node.body.reduce(
        (at, child, index) => readStatement(child, under("body", index), at, reader),
        scope,
      );
      return scope;
    case "VariableDeclaration":
      return readDeclaration(node, place, scope, reader, false);
    case "ReturnStatement":
      if (node.argument) expression(node.argument, "argument");
      return scope;
    case "IfStatement":
      reader.size += 1;
      expression(node.test, "test");
      readStatement(node.consequent, under("consequent"), scope, reader);
      if (node.alternate) readStatement(node.alternate, under("alternate"), scope, reader);
      return scope;
    case "ForStatement": {
      reader.size += 3;
      const counter =
        node.init?.type === "VariableDeclaration"
          ? readDeclaration(
              node.init,
              under("init"),
              scope,
              { ...reader, sites: [], constants: [] },
              false,
            )
          : scope;
      readStatement(node.body, under("body"), counter, reader);
      return scope;
    }
    case "ForOfStatement": {
      reader.size += 1;
      const { type } = readExpression(node.right, under("right"), scope, reader, true);
      const left =
        node.left.type === "VariableDeclaration" ? node.left.declarations[0]?.id : undefined;
      const inner =
        left?.type === "Identifier"
          ? bind(scope, { name: left.name, type: elementType(type), kind: "variable" })
          : scope;
      readStatement(node.body, under("body"), inner, reader);
      return scope;
    }
    case "WhileStatement":
      reader.size += 2;
      readStatement(node.body, under("body"), scope, reader);
      return scope;
    case "ExpressionStatement":
      if (node.expression.type === "AssignmentExpression") {
        const assignment = node.expression;
        const at: Place = { up: under("expression"), node: assignment, key: "right", index: -1 };
        reader.size += 1 + readExpression(assignment.right, at, scope, reader, true).size;
      }
      return scope;
    default:
      return scope;
  }
}

function elementType(type: Type): Type {
  return type === "number[]"
    ? "number"
    : type === "string" || type === "string[]"
      ? "string"
      : "unknown";
}

/** @param open Whether this very place may be exchanged; its inner places decide for themselves. */
function readExpression(
  node: Expression,
  place: Place,
  scope: Environment | undefined,
  reader: Reader,
  open: boolean,
): Measure {
  const measure = measureExpression(node, place, scope, reader);
  if (open && measure.type !== "unknown" && measure.type !== "number[][]") {
    const { type, size } = measure;
    reader.sites.push({ node, place, type, size, scope, inEntry: reader.inEntry });
  }
  return measure;
}

function measureExpression(
  node: Expression,
  place: Place,
  scope: Environment | undefined,
  reader: Reader,
): Measure {
  const under = (key: string, index = -1): Place => ({ up: place, node, key, index });
  const read = (child: Node, key: string, index = -1, open = true) =>
    readExpression(child as Expression, under(key, index), scope, reader, open);

  const value = numberOf(node);
  if (value !== undefined) {
    reader.constants.push({ place, node, value, table: false });
    return { type: "number", size: 1 };
  }
  switch (node.type) {
    case "Identifier":
      return { type: find(scope, node.name)?.type ?? "unknown", size: 1 };
    case "Literal":
      return { type: literalType(node.value), size: 1 };
    case "UnaryExpression":
      return { type: unaryType(node.operator), size: 1 + read(node.argument, "argument").size };
    case "BinaryExpression": {
      if (reader.inEntry && featureName(node, reader.kernel) !== undefined) {
        return { type: "number", size: 1 };
      }
      const left = read(node.left, "left");
      const right = read(node.right, "right");
      return {
        type: binaryType(node.operator, left.type, right.type),
        size: 1 + left.size + right.size,
      };
    }
    case "LogicalExpression": {
      const left = read(node.left, "left");
      const right = read(node.right, "right");
      return { type: joinTypes(left.type, right.type), size: 1 + left.size + right.size };
    }
    case "ConditionalExpression": {
      const test = read(node.test, "test");
      const yes = read(node.consequent, "consequent");
      const no = read(node.alternate, "alternate");
      return { type: joinTypes(yes.type, no.type), size: 1 + test.size + yes.size + no.size };
    }
    case "ArrayExpression": {
      let type: Type = "unknown";
      let size = 1;
      for (const [index, element] of node.elements.entries()) {
        if (element === null) continue;
        const spread = element.type === "SpreadElement";
        const inner = spread
          ? readExpression(
              element.argument,
              { up: under("elements", index), node: element, key: "argument", index: -1 },
              scope,
              reader,
              true,
            )
          : read(element, "elements", index);
        size += inner.size;
        type = spread ? (inner.type === "string" ? "string[]" : inner.type) : listOf(inner.type);
      }
      return { type, size };
    }
    case "TemplateLiteral": {
      const sizes = node.expressions.map((child, index) => read(child, "expressions", index).size);
      return { type: "string", size: sizes.reduce((sum, size) => sum + size, 1) };
    }
    case "MemberExpression": {
      if (node.object.type === "Super") return { type: "unknown", size: 1 };
      const object = read(node.object, "object", -1, !isTable(node.object, scope));
      // A random index of a table is as good as NaN; one of an array or a text may be worth a try.
      const index = node.computed
        ? read(node.property, "property", -1, !isTable(node.object, scope))
        : undefined;
      return {
        type: memberType(object.type, node),
        size: 1 + object.size + (index?.size ?? 0) - (isMath(node.object) ? 1 : 0),
      };
    }
    case "CallExpression":
      return measureCall(node, under, scope, reader);
    case "ArrowFunctionExpression":
      return measureLambda(node, under, scope, reader, []);
    default:
      return { type: "unknown", size: 1 };
  }
}

function measureCall(
  node: Expression & { type: "CallExpression" },
  under: (key: string, index?: number) => Place,
  scope: Environment | undefined,
  reader: Reader,
): Measure {
  const { callee } = node;
  let size = 1;
  let receiver: Type = "unknown";
  let name = "";
  if (
    callee.type === "MemberExpression" &&
    callee.property.type === "Identifier" &&
    !callee.computed
  ) {
    name = callee.property.name;
    if (!isMath(callee.object) && callee.object.type !== "Super") {
      const at: Place = { up: under("callee"), node: callee, key: "object", index: -1 };
      const object = readExpression(callee.object, at, scope, reader, true);
      receiver = object.type;
      size += object.size;
    }
  }
  const plain = node.arguments.map((argument, index) =>
    argument.type === "ArrowFunctionExpression" || argument.type === "SpreadElement"
      ? undefined
      : readExpression(argument, under("arguments", index), scope, reader, true),
  );
  const initial = plain[1]?.type ?? "unknown";
  let lambda: Type = "unknown";
  for (const [index, argument] of node.arguments.entries()) {
    if (argument.type === "ArrowFunctionExpression") {
      const types = lambdaTypes(receiver, name, initial);
      const place = under("arguments", index);
      const inner = (key: string): Place => ({ up: place, node: argument, key, index: -1 });
      const measure = measureLambda(argument, inner, scope, reader, types);
      lambda = measure.type;
      size += measure.size;
    }
  }
  for (const measure of plain) size += measure?.size ?? 0;
  if (callee.type === "MemberExpression") {
    return {
      type: isMath(callee.object) ? "number" : methodType(receiver, name, lambda, initial),
      size,
    };
  }
  if (callee.type !== "Identifier") return { type: "unknown", size };
  const own = find(scope, callee.name);
  return { type: own === undefined ? (GLOBAL_CALLS[callee.name] ?? "unknown") : own.type, size };
}

function measureLambda(
  node: Expression & { type: "ArrowFunctionExpression" },
  under: (key: string) => Place,
  scope: Environment | undefined,
  reader: Reader,
  types: readonly Type[],
): Measure {
  if (node.body.type === "BlockStatement") return { type: "unknown", size: 1 };
  const inner = node.params.reduce<Environment | undefined>(
    (at, parameter, index) =>
      parameter.type === "Identifier"
        ? bind(at, { name: parameter.name, type: types[index] ?? "unknown", kind: "lambda" })
        : at,
    scope,
  );
  const body = readExpression(node.body, under("body"), inner, reader, true);
  return { type: body.type, size: 1 + body.size };
}

function isMath(node: Node): boolean {
  return node.type === "Identifier" && node.name === "Math";
}

function isTable(node: Node, scope: Environment | undefined): boolean {
  if (node.type === "MemberExpression") return isTable(node.object, scope);
  return node.type === "Identifier" && find(scope, node.name)?.kind === "table";
}

function literalType(value: unknown): Type {
  const type = typeof value;
  return type === "number" || type === "boolean" || type === "string" ? type : "unknown";
}
