/**
 * Reads the statements of a program: finds the places where expressions may be replaced, and passes
 * the scope from one statement to the next.
 */
import { numberOf } from "./build.ts";
import { readExpression } from "./expressions.ts";
import type { Reader } from "./sites.ts";
import type { Expression, Node, Place } from "./tree.ts";
import { bind, type Environment, elementOf, type Type } from "./types.ts";

/** If inference gives no type, a value that the entry returns has the kernel's type. */
export function returned({ inEntry, kernel }: Reader): Type {
  return inEntry ? kernel.result : "unknown";
}

export function readDeclaration(
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
    const { type, size } = readExpression(init, initPlace, inner, reader);
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

/** Reads one statement and returns the scope of the next one. */
export function readStatement(
  node: Node,
  place: Place,
  scope: Environment | undefined,
  reader: Reader,
): Environment | undefined {
  const under = (key: string, index = -1): Place => ({ up: place, node, key, index });
  const expression = (child: Expression, key: string, expected: Type = "unknown") => {
    reader.size += readExpression(child, under(key), scope, reader, expected).size;
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
      if (node.argument) expression(node.argument, "argument", returned(reader));
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
      const { type } = readExpression(node.right, under("right"), scope, reader);
      const left =
        node.left.type === "VariableDeclaration" ? node.left.declarations[0]?.id : undefined;
      const inner =
        left?.type === "Identifier"
          ? bind(scope, { name: left.name, type: elementOf(type), kind: "variable" })
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
        reader.size += 1 + readExpression(assignment.right, at, scope, reader).size;
      }
      return scope;
    default:
      return scope;
  }
}
