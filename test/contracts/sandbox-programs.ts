/** The contract's programs, in each language: the entry is always `f`. */
import type { Language } from "../../src/core/execution.ts";

export interface ContractPrograms {
  /** f(a, b) gives a + b. */
  readonly add: string;
  /** f(x) gives x. */
  readonly echo: string;
  /** f() raises an error whose message is "boom 17". */
  readonly throws: string;
  /** f(n) gives n, but never ends for n = 2. */
  readonly loopsAtTwo: string;
  /** f(n) gives n, but takes memory without end for n = 2. */
  readonly hogsAtTwo: string;
  /** f() gives NaN. */
  readonly notJson: string;
  /** f(n) gives a string of n letters. */
  readonly letters: string;
  /** f() counts its calls in a global, and says what it found there first. */
  readonly counts: string;
  /** f() gives three random numbers. */
  readonly random: string;
  /** f(list) empties its argument and gives its former length. */
  readonly empties: string;
  /** f() prints much and gives 1. */
  readonly prints: string;
  /** f() calls itself without end. */
  readonly recurses: string;
  readonly doesNotParse: string;
  readonly otherName: string;
  readonly entryIsNumber: string;
}

const javascript: ContractPrograms = {
  add: "function f(a, b) { return a + b; }",
  echo: "function f(x) { return x; }",
  throws: 'function f() { throw new RangeError("boom 17"); }',
  loopsAtTwo: "function f(n) { if (n === 2) for (;;) {} return n; }",
  hogsAtTwo:
    "function f(n) { const kept = []; while (n === 2) kept.push(new Array(1000).fill(1.5)); return n; }",
  notJson: "function f() { return NaN; }",
  letters: 'function f(n) { return "a".repeat(n); }',
  counts: "let calls = 0; function f() { return calls++; }",
  random: "function f() { return [Math.random(), Math.random(), Math.random()]; }",
  empties: "function f(list) { const n = list.length; list.length = 0; return n; }",
  prints:
    'function f() { if (typeof console === "object") for (let i = 0; i < 20000; i++) console.log("line " + i); return 1; }',
  recurses: "function f() { return f() + 1; }",
  doesNotParse: "function f( { return 1; }",
  otherName: "function g() { return 1; }",
  entryIsNumber: "const f = 42;",
};

const python: ContractPrograms = {
  add: "def f(a, b):\n    return a + b\n",
  echo: "def f(x):\n    return x\n",
  throws: 'def f():\n    raise ValueError("boom 17")\n',
  loopsAtTwo: "def f(n):\n    while n == 2:\n        pass\n    return n\n",
  hogsAtTwo:
    "def f(n):\n    kept = []\n    while n == 2:\n        kept.append([1.5] * 100000)\n    return n\n",
  notJson: 'def f():\n    return float("nan")\n',
  letters: 'def f(n):\n    return "a" * n\n',
  counts: "calls = 0\ndef f():\n    global calls\n    calls += 1\n    return calls - 1\n",
  random:
    "import random\ndef f():\n    return [random.random(), random.random(), random.random()]\n",
  empties: "def f(list):\n    n = len(list)\n    list.clear()\n    return n\n",
  prints: 'def f():\n    for i in range(20000):\n        print("line", i)\n    return 1\n',
  recurses: "def f():\n    return f() + 1\n",
  doesNotParse: "def f(:\n    return 1\n",
  otherName: "def g():\n    return 1\n",
  entryIsNumber: "f = 42\n",
};

export function contractPrograms(language: Exclude<Language, "shell">): ContractPrograms {
  return language === "python" ? python : javascript;
}
