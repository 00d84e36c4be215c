/**
 * The total grammar: programs that may be run many at a time in one long-lived isolate, because
 * they can neither run for ever nor reach anything.
 *
 * A program is read with acorn and printed anew from the nodes that the grammar knows; every name
 * is replaced by one of its own and the only name left from outside is `Math`. Values are numbers,
 * booleans, undefined and null throughout. Loops and calls pay fuel; there is no recursion.
 *
 * What it takes: function declarations (calls of earlier ones only), constant numbers and evenly
 * nested lists of numbers anywhere at the top, `let`/`const`, assignment, `if`, `for`, `return`, arithmetic,
 * comparisons, `&& || ??`, `?:`, pure functions and constants of Math, elements and `length` of the
 * constant lists. Anything else is outside and takes the first lane.
 */
import { type FunctionDeclaration, parse, type VariableDeclaration } from "acorn";
import { type Context, literal } from "./expressions.ts";
import { Meter, Names, OutsideGrammar, outside } from "./names.ts";
import { body, pay } from "./statements.ts";

export type GrammarCheck =
  | {
      readonly ok: true;
      /**
       * An expression: a function of `tank`, an object whose `left` is the fuel, that gives the entry.
       * The entry throws the tank itself when the fuel is used up, and `left` is then below 0.
       */
      readonly instrumented: string;
    }
  | { readonly ok: false; readonly reason: string };

const LONGEST = 20_000;
const MOST_PARAMETERS = 64;

/** @param entry Name of the function that is called. Linear in the length of the source. */
export function checkGrammar(source: string, entry: string): GrammarCheck {
  if (source.length > LONGEST) return { ok: false, reason: `longer than ${LONGEST} characters` };
  try {
    return { ok: true, instrumented: instrument(source, entry) };
  } catch (error) {
    if (error instanceof OutsideGrammar) return { ok: false, reason: error.message };
    // Acorn throws SyntaxError for what does not parse and RangeError for what nests too deeply.
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
  // Whatever its line, a constant is there before the entry is called: its value needs nothing.
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
  if (found.kind !== "function") return outside(`an entry ${entry} that is no function`);
  // Functions in brackets are compiled at once: each would else be read twice, and each is called.
  return `(function (tank) { "use strict"; ${[...tables, ...functions].join(" ")} return ${found.printed}; })`;
}

function declaration(node: FunctionDeclaration, context: Context): string {
  const { names, meter } = context;
  if (node.async || node.generator) return outside("an async function or generator");
  if (node.params.length > MOST_PARAMETERS) return outside("too many parameters");
  const before = meter.nodes;
  const printed = names.fresh();
  const text = names.within(() => {
    const parameters = node.params.map((parameter) => {
      if (parameter.type !== "Identifier") return outside("a parameter that is no plain name");
      const name = names.fresh();
      names.declare(parameter.name, { kind: "value", printed: name, writable: false });
      return name;
    });
    const inner = body(node.body.body, context);
    const price = meter.nodes - before + 1;
    return `const ${printed} = (function (${parameters.join(", ")}) { ${pay(price)} ${inner} });`;
  });
  // Declared after its body: a function can call only what stands before it.
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
    if (argument.type !== "Literal") return outside("a constant that is no number");
    return { text: `(${operator} ${constant(argument, level).text})`, depth: 0 };
  }
  if (node.type !== "Literal") return outside("a constant that is no number");
  const { value } = node as Node & { value: unknown };
  if (typeof value !== "number") return outside("a constant that is no number");
  return { text: literal(value), depth: 0 };
}
