/**
 * The total grammar: many of its programs may run in one long-lived isolate, because they always
 * terminate and cannot access anything outside themselves.
 *
 * A program is parsed with acorn and printed from the nodes that the grammar knows. Every name is
 * replaced by a generated one; the only outside name is `Math`. All values are numbers, booleans,
 * undefined or null. Loops and calls consume fuel; there is no recursion.
 *
 * The grammar accepts: function declarations (which call only earlier ones), constant numbers and
 * evenly nested lists of numbers anywhere at the top level, `let`/`const`, assignment, `if`, `for`,
 * `return`, arithmetic, comparisons, `&& || ??`, `?:`, pure functions and constants of Math,
 * elements and `length` of the constant lists. All other programs use the first lane.
 */
import { type FunctionDeclaration, parse, type VariableDeclaration } from "acorn";
import { type Context, literal } from "./expressions.ts";
import { Meter, Names, OutsideGrammar, outside } from "./names.ts";
import { body, pay } from "./statements.ts";

export type GrammarCheck =
  | {
      readonly ok: true;
      /**
       * The text of a function that takes `tank`, an object whose `left` is the fuel, and returns the
       * entry. When the fuel runs out, `left` is below 0 and the entry throws the tank.
       */
      readonly instrumented: string;
    }
  | { readonly ok: false; readonly reason: string };

const MAX_CHARACTERS = 20_000;
const MAX_PARAMETERS = 64;

/** Linear in the length of the source. @param entry Name of the function that is called. */
export function checkGrammar(source: string, entry: string): GrammarCheck {
  if (source.length > MAX_CHARACTERS) {
    return { ok: false, reason: `longer than ${MAX_CHARACTERS} characters` };
  }
  try {
    return { ok: true, instrumented: instrument(source, entry) };
  } catch (error) {
    if (error instanceof OutsideGrammar) return { ok: false, reason: error.message };
    // Acorn throws SyntaxError for invalid syntax and RangeError for nesting that is too deep.
    if (error instanceof SyntaxError || error instanceof RangeError) {
      return { ok: false, reason: error.message };
    }
    throw error;
  }
}

function instrument(source: string, entry: string): string {
  const program = parse(source, { ecmaVersion: "latest", sourceType: "script" });
  const context: Context = { names: new Names(), meter: new Meter() };
  const tables: string[] = [];
  const functions: string[] = [];
  // Constants are collected first: they depend on nothing and exist before the entry is called.
  for (const node of program.body) {
    if (node.type === "VariableDeclaration") tables.push(constants(node, context));
  }
  for (const node of program.body) {
    if (node.type === "FunctionDeclaration") functions.push(declaration(node, context));
    else if (node.type !== "VariableDeclaration" && node.type !== "EmptyStatement") {
      outside(`a node of type ${node.type} at the top`);
    }
  }
  const found = context.names.find(entry);
  if (found.kind !== "function") return outside(`an entry ${entry} that is not a function`);
  // V8 compiles a function in parentheses immediately; otherwise it would parse each one twice.
  return `(function (tank) { "use strict"; ${[...tables, ...functions].join(" ")} return ${found.printed}; })`;
}

function declaration(node: FunctionDeclaration, context: Context): string {
  const { names, meter } = context;
  if (node.async || node.generator) return outside("an async function or generator");
  if (node.params.length > MAX_PARAMETERS) return outside("too many parameters");
  const before = meter.nodes;
  const printed = names.fresh();
  const text = names.within(() => {
    const parameters = node.params.map((parameter) => {
      if (parameter.type !== "Identifier") return outside("a parameter that is not a plain name");
      const name = names.fresh();
      names.declare(parameter.name, { kind: "value", printed: name, writable: false });
      return name;
    });
    const inner = body(node.body.body, context);
    const price = meter.nodes - before + 1;
    return `const ${printed} = (function (${parameters.join(", ")}) { ${pay(price)} ${inner} });`;
  });
  // Declared after its body, so that a function can call only earlier ones.
  names.declare(node.id.name, { kind: "function", printed });
  return text;
}

function constants(node: VariableDeclaration, { names }: Context): string {
  if (node.kind !== "const") return outside(`a declaration with ${node.kind} at the top`);
  return node.declarations
    .map(({ id, init }) => {
      if (id.type !== "Identifier" || !init) return outside("a declaration without a plain value");
      const printed = names.fresh();
      const { text, depth } = constant(init);
      names.declare(
        id.name,
        depth === 0
          ? { kind: "value", printed, writable: false }
          : { kind: "list", printed, depth },
      );
      return `const ${printed} = ${text};`;
    })
    .join(" ");
}

type Node = { readonly type: string };

/** A number, or an evenly nested list of numbers. */
function constant(node: Node, level = 0): { readonly text: string; readonly depth: number } {
  if (level > 8) return outside("a list nested deeper than 8");
  if (node.type === "ArrayExpression") {
    const { elements } = node as Node & { elements: readonly (Node | null)[] };
    const items = elements.map((item) =>
      item === null ? outside("a list with a hole") : constant(item, level + 1),
    );
    const depth = items[0]?.depth ?? 0;
    if (items.some((item) => item.depth !== depth)) return outside("an unevenly nested list");
    return { text: `[${items.map(({ text }) => text).join(", ")}]`, depth: depth + 1 };
  }
  if (node.type === "UnaryExpression") {
    const { operator, argument } = node as Node & { operator: string; argument: Node };
    if (operator !== "-" && operator !== "+") return outside(`the operator ${operator}`);
    if (argument.type !== "Literal") return outside("a constant that is not a number");
    return { text: `(${operator} ${constant(argument, level).text})`, depth: 0 };
  }
  if (node.type !== "Literal") return outside("a constant that is not a number");
  const { value } = node as Node & { value: unknown };
  if (typeof value !== "number") return outside("a constant that is not a number");
  return { text: literal(value), depth: 0 };
}
