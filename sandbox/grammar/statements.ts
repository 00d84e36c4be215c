/** Prints statements of the total grammar; every loop consumes fuel in each iteration. */
import type {
  AssignmentExpression,
  Expression,
  ForStatement,
  Pattern,
  Statement,
  UpdateExpression,
  VariableDeclaration,
} from "acorn";
import { type Context, expression } from "./expressions.ts";
import { outside } from "./names.ts";

const ASSIGNMENTS: ReadonlySet<string> = new Set("= += -= *= /= %= **=".split(" "));

/** The statements of one block, in a new scope. */
function block(statements: readonly Statement[], context: Context): string {
  return context.names.within(() => body(statements, context));
}

/** The same in the current scope. */
export function body(statements: readonly Statement[], context: Context): string {
  // A block's names are declared from its start, so earlier lines cannot refer to an outer name.
  for (const statement of statements) {
    if (statement.type === "VariableDeclaration") declare(statement, context);
  }
  return statements.map((each) => context.meter.deeper(() => printed(each, context))).join(" ");
}

function printed(node: Statement, context: Context): string {
  switch (node.type) {
    case "VariableDeclaration":
      return `${variables(node, context)};`;
    case "ExpressionStatement":
      return `${change(node.expression, context)};`;
    case "IfStatement": {
      const test = expression(node.test, context);
      const then = branch(node.consequent, context);
      const otherwise = node.alternate ? ` else ${branch(node.alternate, context)}` : "";
      return `if (${test}) ${then}${otherwise}`;
    }
    case "ReturnStatement":
      return node.argument ? `return ${expression(node.argument, context)};` : "return;";
    case "BlockStatement":
      return `{ ${block(node.body, context)} }`;
    case "ForStatement":
      return loop(node, context);
    case "EmptyStatement":
      return ";";
    default:
      return outside(`a node of type ${node.type}`);
  }
}

/** A branch is printed as a block, so that an `else` cannot attach to another `if`. */
function branch(node: Statement, context: Context): string {
  if (node.type === "BlockStatement") return `{ ${block(node.body, context)} }`;
  if (node.type === "VariableDeclaration") return outside("a declaration without a block");
  return `{ ${context.meter.deeper(() => printed(node, context))} }`;
}

function declare(node: VariableDeclaration, { names }: Context): void {
  if (node.kind !== "let" && node.kind !== "const") outside(`a declaration with ${node.kind}`);
  for (const { id } of node.declarations) {
    if (id.type !== "Identifier") outside("a destructuring declaration");
    else
      names.declare(id.name, {
        kind: "value",
        printed: names.fresh(),
        writable: node.kind === "let",
      });
  }
}

function variables(node: VariableDeclaration, context: Context): string {
  const parts = node.declarations.map(({ id, init }) => {
    const name = target(id, context).printed;
    return init ? `${name} = ${expression(init, context)}` : name;
  });
  return `${node.kind} ${parts.join(", ")}`;
}

function target(
  id: Expression | Pattern,
  { names }: Context,
): { printed: string; writable: boolean } {
  if (id.type !== "Identifier") return outside("an assignment to something that is not a variable");
  const binding = names.find(id.name);
  return binding.kind === "value" ? binding : outside(`an assignment to ${id.name}`);
}

/** An assignment to a `let`: the only kind of expression with an effect. */
function change(node: Expression, context: Context): string {
  if (node.type !== "AssignmentExpression" && node.type !== "UpdateExpression") {
    return outside(`a statement that is a ${node.type}`);
  }
  return context.meter.deeper(() => assigned(node, context));
}

function assigned(node: AssignmentExpression | UpdateExpression, context: Context): string {
  const { printed, writable } = target(
    node.type === "UpdateExpression" ? node.argument : node.left,
    context,
  );
  if (!writable) return outside("an assignment to something that is not a let");
  if (node.type === "UpdateExpression") return `${printed}${node.operator}`;
  if (!ASSIGNMENTS.has(node.operator)) return outside(`the operator ${node.operator}`);
  return `${printed} ${node.operator} ${expression(node.right, context)}`;
}

function loop({ init, test, update, body: repeated }: ForStatement, context: Context): string {
  return context.names.within(() => {
    let first = "";
    if (init?.type === "VariableDeclaration") {
      declare(init, context);
      first = variables(init, context);
    } else if (init) first = change(init, context);
    const before = context.meter.nodes;
    const condition = test ? expression(test, context) : "";
    const next = update ? change(update, context) : "";
    const inner = branch(repeated, context);
    const price = context.meter.nodes - before + 1;
    return `for (${first}; ${condition}; ${next}) { ${pay(price)} ${inner} }`;
  });
}

/** Fuel is counted in nodes, which approximates the cost of an iteration or a call. */
export function pay(price: number): string {
  return `if ((tank.left -= ${price}) < 0) throw tank;`;
}
