/**
 * Reads one expression: its type, its size, and every place in it that another expression of the same
 * type may take.
 */
import type { Kernel } from "../../core/task.ts";
import { numberOf } from "./build.ts";
import { featureName } from "./features.ts";
import type { Measure, Reader, Site } from "./sites.ts";
import type { Expression, Node, Place } from "./tree.ts";
import {
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

/** The size that an expression would have at a site. */
export function sizeAt(node: Expression, site: Site, kernel: Kernel): number {
  const reader = { kernel, sites: [], constants: [], inEntry: site.inEntry, size: 0 };
  return measureExpression(node, site.place, site.scope, reader).size;
}

/**
 * @param expected The type of the place, used if the expression's own type is unknown; `closed` if the
 * expression must not be replaced. It does not apply to inner places.
 */
export function readExpression(
  node: Expression,
  place: Place,
  scope: Environment | undefined,
  reader: Reader,
  expected: Type | "closed" = "unknown",
): Measure {
  const measure = measureExpression(node, place, scope, reader);
  if (expected === "closed") return measure;
  const { size } = measure;
  const type = measure.type === "unknown" ? expected : measure.type;
  if (type !== "unknown" && type !== "number[][]") {
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
  const read = (child: Node, key: string, index = -1, expected: Type | "closed" = "unknown") =>
    readExpression(child as Expression, under(key, index), scope, reader, expected);

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
      const object = read(
        node.object,
        "object",
        -1,
        isTable(node.object, scope) ? "closed" : "unknown",
      );
      // A random index of a table gives NaN almost always; an index of an array or a text may be useful.
      const index = node.computed
        ? read(node.property, "property", -1, isTable(node.object, scope) ? "closed" : "unknown")
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
      const object = readExpression(callee.object, at, scope, reader);
      receiver = object.type;
      size += object.size;
    }
  }
  const plain = node.arguments.map((argument, index) =>
    argument.type === "ArrowFunctionExpression" || argument.type === "SpreadElement"
      ? undefined
      : readExpression(argument, under("arguments", index), scope, reader),
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
  const body = readExpression(node.body, under("body"), inner, reader);
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
