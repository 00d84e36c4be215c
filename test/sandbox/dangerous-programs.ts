/** Random programs of dangerous constructs; the entry is `f(x, list)`. Equal seeds, equal programs. */
import { type Random, seededRandom } from "../../src/core/random.ts";

const TOPS: readonly string[] = [
  "Object.prototype.toJSON = () => 1;",
  "Object.prototype.then = function (go) { go(1); };",
  "Object.prototype.value = 42; Object.prototype.length = 7; Object.prototype.list = [1];",
  "Array.prototype[Symbol.iterator] = function* () { for (;;) yield 1; };",
  "Array.prototype.push = Array.prototype.join = () => { throw 1; };",
  "Array.isArray = () => true; Number.isFinite = () => true; Reflect.apply = () => 1;",
  "String.prototype.slice = function () { return this; };",
  "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => 1;",
  "Object.defineProperty(Array.prototype, '0', { get() { return 9; }, set() { throw 9; } });",
  "Object.defineProperty(Object.prototype, 'status', { get() { for (;;); } });",
  "JSON.stringify = () => { for (;;); }; JSON.parse = () => 1;",
  "Error.prepareStackTrace = (e, sites) => sites.map((s) => s.getThis());",
  "Error.stackTraceLimit = Infinity;",
  "Symbol.hasInstance; Object.freeze(globalThis);",
  "Object.setPrototypeOf(Array.prototype, new Proxy({}, { get() { throw 2; }, has() { return true; } }));",
  "Object.defineProperty(Object.getPrototypeOf(Float64Array.prototype), 'length', { get: () => 1e9 });",
  "Float64Array.prototype.set = () => { throw 3; }; Float64Array = Array;",
  "globalThis.undefined = 1; globalThis.harness = globalThis.badOutput = () => 42;",
  "Promise.reject(new Error('late'));",
  "Promise.prototype.then = function () { return this; };",
  "async function tick() { for (let i = 0; i < 100; i++) await i; } tick();",
  "import('node:fs').then((m) => m.writeFileSync('/tmp/x', ''), () => {});",
  "var f = 1;",
  "delete globalThis.Array; delete globalThis.Error;",
  "Math.random = Math.max = () => NaN;",
  "'use strict';",
];

const BODIES: readonly string[] = [
  "for (;;);",
  "while (true) { try { f(x, list); } catch {} }",
  "[].indexOf.call({ length: 2 ** 53 - 1 }, 1);",
  "Array.prototype.fill.call({ length: 2 ** 53 - 1 }, 1);",
  "f(x, list);",
  "try { (function g() { g(); })(); } catch {}",
  "const kept = []; for (;;) kept.push(new Array(1000).fill(1.5));",
  "let s = 'x'; for (let i = 0; i < 40; i++) s += s;",
  "const b = new Uint8Array(1e9).fill(1);",
  "new ArrayBuffer(8, { maxByteLength: 2 ** 32 }).resize(2 ** 31);",
  "const m = new Map(); for (let i = 0; i < 1e7; i++) m.set(i, i);",
  "(2n ** 99999n) ** 999n;",
  "/(a|a?)+b/.test('a'.repeat(40));",
  "'a'.repeat(2 ** 28).split('');",
  "throw undefined;",
  "throw { toString() { throw 1; } };",
  "throw new Proxy(new Error(), { get() { throw new Error('trap'); } });",
  "throw Object.assign(new Error('out of memory'), { name: 'SIGKILL', stack: 5 });",
  "throw 'Script execution timed out.';",
  "list.length = 0;",
  "list.fill?.(NaN);",
  "if (list.buffer) list.buffer.transfer();",
  "list.constructor.prototype.map = () => 1;",
  "arguments.callee.caller.caller;",
  "new Function('return this')().process.exit();",
  "eval('var f = 3');",
  "Promise.reject(x);",
  "queueMicrotask(() => { for (;;); });",
  "(async () => { for (;;) await null; })();",
  "x = { valueOf() { for (;;); } };",
  "debugger; with (Math) { x = abs(1); }",
  "const p = new Proxy(list, { get() { return p; } }); x = p;",
  "globalThis.calls = (globalThis.calls ?? 0) + 1;",
  "new WeakRef({}); structuredClone(list);",
];

const RESULTS: readonly string[] = [
  "x",
  "list",
  "x + 1",
  "undefined",
  "null",
  "NaN",
  "[x, , x]",
  "() => x",
  "Promise.resolve(x)",
  "Symbol.for('x')",
  "10n",
  "{ get value() { throw 1; } }",
  "{ toJSON() { for (;;); }, a: 1 }",
  "new Proxy([1], { get(t, k) { return k === 'length' ? 2 ** 40 : 1; } })",
  "new Proxy([], { getPrototypeOf() { throw 1; }, ownKeys() { return ['a']; } })",
  "'x'.repeat(1e8)",
  "'\\ud800\\u0000'",
  "new Float64Array(8)",
  "new Float64Array(1e6)",
  "new BigInt64Array(2)",
  "Object.create({ inherited: 1 })",
  "(() => { const a = []; a[0] = a; return a; })()",
  "(() => { let a = 1; for (let i = 0; i < 1e4; i++) a = [a]; return a; })()",
  "globalThis",
  "new Date()",
  "new Error('as a value')",
  "function* () { yield 1; }()",
  'JSON.parse(\'{"__proto__": {"a": 1}}\')',
  "Array.from({ length: 1e6 }, () => 0)",
];

/** Spoils of a text: what a truncated or garbled completion looks like. */
const SPOILS: readonly ((source: string, random: Random) => string)[] = [
  (source, random) => source.slice(0, random.integer(source.length)),
  (source, random) => {
    const at = random.integer(source.length);
    return (
      source.slice(0, at) +
      random.pick(["}", "`", "/*", "\0", "\u2028", "export ", "#", "((("]) +
      source.slice(at)
    );
  },
  (source) => `\`\`\`js\n${source}\n\`\`\``,
];

export function dangerousProgram(seed: number): string {
  const random = seededRandom(seed, "dangerous");
  const some = (from: readonly string[], most: number): string =>
    Array.from({ length: random.integer(most + 1) }, () => random.pick(from)).join("\n");
  const body =
    random.next() < 0.5 ? "" : `if (${random.pick(["true", "x > 1"])}) { ${random.pick(BODIES)} }`;
  const result = random.pick(RESULTS);
  const kind = random.pick(["function", "function", "function", "async function", "function*"]);
  const source = `${some(TOPS, 3)}\n${kind} f(x, list) {\n${body}\nreturn ${result.startsWith("{") || result.startsWith("function") ? `(${result})` : result};\n}\n${some(TOPS, 1)}`;
  return random.next() < 0.15 ? random.pick(SPOILS)(source, random) : source;
}
