/** Random programs: of the total grammar, and of what is dangerous. Equal seeds, equal programs. */
import { type Random, seededRandom } from "../../src/core/random.ts";

const UNARY_MATH = "abs sqrt exp log floor ceil round sin cos sign trunc cbrt tanh log2".split(" ");
const BINARY = "+ - * / % ** < <= > >= === !== == !=".split(" ");

interface Scope {
  readonly values: readonly string[];
  readonly writable: readonly string[];
  readonly functions: readonly (readonly [name: string, parameters: number])[];
}

/** A program of the grammar whose entry is `f(a, b)`; every loop in it ends. */
export function totalProgram(seed: number): string {
  const random = seededRandom(seed, "total");
  const number = (): string =>
    String(random.pick([0, 1, 2, 0.5, 3, 10, -1, 1e9, random.integer(100)]));
  const lists = `const flat = [${number()}, ${number()}, ${number()}];\nconst nested = [[1, 2], [3, ${number()}], []];\nconst LIMIT = ${number()};`;
  const scope: Scope = { values: ["LIMIT"], writable: [], functions: [] };
  const helper = declared("g", ["x"], scope, random);
  const entry = declared("f", ["a", "b"], { ...scope, functions: [["g", 1]] }, random);
  return `${lists}\n${helper}\n${entry}`;
}

function declared(
  name: string,
  parameters: readonly string[],
  scope: Scope,
  random: Random,
): string {
  const inner = { ...scope, values: [...scope.values, ...parameters] };
  const body = block(inner, 3, random);
  return `function ${name}(${parameters.join(", ")}) {\n${body}\nreturn ${expression(inner, 4, random)};\n}`;
}

let names = 0;

function block(scope: Scope, budget: number, random: Random): string {
  let inner = scope;
  const lines: string[] = [];
  for (let i = random.integer(4); i > 0; i--) {
    const kind = random.integer(budget > 0 ? 5 : 3);
    if (kind === 0) {
      const name = `v${names++}`;
      const keyword = random.pick(["let", "const"]);
      lines.push(`${keyword} ${name} = ${expression(inner, 3, random)};`);
      const writable = keyword === "let" ? [...inner.writable, name] : inner.writable;
      inner = { ...inner, values: [...inner.values, name], writable };
    } else if (kind <= 2 && inner.writable.length > 0) {
      const operator = random.pick(["=", "+=", "-=", "*="]);
      lines.push(`${random.pick(inner.writable)} ${operator} ${expression(inner, 3, random)};`);
    } else if (kind === 3) {
      const otherwise =
        random.next() < 0.5 ? ` else {\n${block(inner, budget - 1, random)}\n}` : "";
      lines.push(
        `if (${expression(inner, 3, random)}) {\n${block(inner, budget - 1, random)}\n}${otherwise}`,
      );
    } else if (kind === 4) {
      const name = `i${names++}`;
      // The counter may be read inside and never written, so that the loop ends.
      const looped = { ...inner, values: [...inner.values, name] };
      lines.push(
        `for (let ${name} = 0; ${name} < ${random.integer(6)}; ${name}++) {\n${block(looped, budget - 1, random)}\n}`,
      );
    }
  }
  if (random.next() < 0.15)
    lines.push(`if (${expression(inner, 2, random)}) return ${expression(inner, 2, random)};`);
  return lines.join("\n");
}

function expression(scope: Scope, budget: number, random: Random): string {
  const part = (): string => expression(scope, budget - 1, random);
  const kind = random.integer(budget > 0 ? 12 : 2);
  switch (kind) {
    case 0:
      return random.pick(scope.values);
    case 1:
      return random.pick(["0", "1", "2.5", "1e3", "true", "false", "Math.PI", "0.1", "undefined"]);
    case 2:
      return `Math.${random.pick(UNARY_MATH)}(${part()})`;
    case 3:
      return `Math.${random.pick(["min", "max", "hypot", "atan2"])}(${part()}, ${part()})`;
    case 4:
      return `(${part()} ? ${part()} : ${part()})`;
    case 5:
      return `(${random.pick(["-", "+", "!"])} ${part()})`;
    case 6:
      return `(${part()} ${random.pick(["&&", "||"])} ${part()})`;
    case 7:
      return `flat[${part()}]`;
    case 8:
      return `nested[${random.pick(["0", "1", "2"])}][${part()}]`;
    case 9: {
      if (scope.functions.length === 0) return random.pick(["flat.length", "nested[0].length"]);
      const [name, parameters] = random.pick(scope.functions);
      return `${name}(${Array.from({ length: parameters }, part).join(", ")})`;
    }
    default:
      return `((${part()}) ${random.pick(BINARY)} (${part()}))`;
  }
}

/** Expressions of which not one may pass. */
export const DANGEROUS_EXPRESSIONS: readonly string[] = [
  "eval('1')",
  "(0, eval)('1')",
  "new Function('return 1')()",
  "Function('return 1')()",
  "globalThis",
  "this",
  "process.exit()",
  "import('node:fs')",
  "import.meta",
  "(() => 1)()",
  "(function () { return 1; })()",
  "(class {}).name",
  "f.constructor('return this')()",
  "f['constructor']",
  "f.caller",
  "f(1, 2)",
  "arguments",
  "arguments.callee",
  "a.constructor",
  "a['constructor']",
  "a[b]",
  "a.length",
  "flat['constructor']",
  "flat.constructor",
  "flat.map(Math.abs)",
  "flat?.length",
  "flat",
  "nested[0]",
  "flat[0][0]",
  "(flat)[0].toFixed",
  "flat[`constructor`]",
  "'text'",
  "`template`",
  "f`tagged`",
  "/regex/",
  "/(a+)+$/.test('aaa')",
  "10n",
  "10n ** 10n",
  "[1, 2]",
  "[...flat]",
  "{}.x",
  "({ a: 1 })",
  "({ get a() { return 1; } })",
  "typeof a",
  "void a",
  "delete flat[0]",
  "a in flat",
  "a instanceof Math",
  "a & b",
  "a << b",
  "a >>> 1",
  "~a",
  "(a, b)",
  "(a = 1)",
  "a++",
  "(flat[0] = 1)",
  "Math",
  "Math.random()",
  "Math.constructor",
  "Math['abs'](a)",
  "Math.abs.constructor('return this')()",
  "Math.abs.call(a)",
  "Math?.abs(a)",
  "Math.abs?.(a)",
  "Math.max(...flat)",
  "Math.abs",
  "Math.notThere(a)",
  "Math.sumPrecise(flat)",
  "Date.now()",
  "new Date()",
  "Number(a)",
  "Object",
  "unknown",
  "unknown(a)",
  "later(a)",
  "await a",
  "new.target",
  "a?.b",
  "a ||= b",
  "console.log(a)",
  "Array(1e9)",
  "new Array(1e9).fill(0)",
];

/** Statements of a function body, likewise. */
export const DANGEROUS_STATEMENTS: readonly string[] = [
  "while (true) {}",
  "do {} while (true);",
  "for (const x of flat) {}",
  "for (const x in flat) {}",
  "for (var i = 0; ; i++) {}",
  "var x = 1;",
  "let Math = 1;",
  "let undefined = 1;",
  "let arguments = 1;",
  "const eval = 1;",
  "let { x } = a;",
  "let [x] = flat;",
  "LIMIT = 5;",
  "a = 5;",
  "flat = 5;",
  "g = 5;",
  "unknown = 5;",
  "const c = 1; c = 2;",
  "let l = 1; l ??= 2;",
  "let l = 1; l &= 2;",
  "flat[0] = 5;",
  "flat.length = 0;",
  "throw a;",
  "try { g(a); } catch {}",
  "switch (a) {}",
  "label: for (;;) { break label; }",
  "debugger;",
  "with (Math) { abs(1); }",
  "function inner() {}",
  "class Inner {}",
  "a;",
  "g(a);",
  "delete a;",
  "if (a) function h() {}",
  "using x = a;",
];

/** At the top of a program, likewise. */
export const DANGEROUS_TOPS: readonly string[] = [
  "let state = 0;",
  "var state = 0;",
  "const text = 'a';",
  "const object = {};",
  "const uneven = [1, [2]];",
  "const holes = [1, , 2];",
  "const big = [10n];",
  "const made = Math.PI;",
  "const spread = [...flat];",
  "const arrow = () => 1;",
  "const Math = 1;",
  "const undefined = 1;",
  "f(1, 2);",
  "globalThis.x = 1;",
  "async function h() { return 1; }",
  "function* h() { return 1; }",
  "function h() { return h(); }",
  "function h(x = 1) { return x; }",
  "function h(...x) { return 1; }",
  "function h({ x }) { return x; }",
  "function h([x]) { return x; }",
  "function h(x, x) { return x; }",
  "function h(Math) { return Math; }",
  "function h(undefined) { return undefined; }",
  "function h(arguments) { return 1; }",
  "function h(eval) { return 1; }",
  "function Math() { return 1; }",
  "function g() { return 1; }",
  "function __proto__() { return 1; }",
  "class H {}",
  "import fs from 'node:fs';",
  "export function h() { return 1; }",
  "{ let x = 1; }",
  "if (true) {}",
  "for (;;) {}",
];
