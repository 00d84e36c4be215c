/**
 * Hostile programs beside the list in fixtures: each attacks one property, the entry is `f` and is
 * called without arguments. `expect`: the outcomes that are right, any of them.
 */
import type { ExecutionStatus } from "../../src/core/execution.ts";

export interface HostileProgram {
  readonly name: string;
  readonly source: string;
  readonly expect: readonly ExecutionStatus[];
  /** What it gives where it returns; left out where that may differ. */
  readonly output?: unknown;
}

const ended = ["timed-out", "out-of-memory"] as const;

export const HOSTILE_JAVASCRIPT: readonly HostileProgram[] = [
  {
    name: "a storm of microtasks behind a good answer",
    source: "async function storm() { for (;;) await null; } function f() { storm(); return 1; }",
    expect: ["timed-out", "returned"],
  },
  {
    name: "an async generator that never ends",
    source:
      "async function* g() { for (;;) yield 1; } function f() { (async () => { for await (const x of g()); })(); return 1; }",
    expect: ["timed-out", "returned"],
  },
  {
    name: "a rejection nobody awaits, whose reason has looping getters",
    source:
      "function f() { Promise.reject({ get message() { for (;;); }, get stack() { for (;;); } }); return 1; }",
    expect: ["threw", "returned", "timed-out"],
  },
  {
    name: "a thenable as the result",
    source: "function f() { return { then(yes) { yes(this); } }; }",
    expect: ["bad-output"],
  },
  {
    name: "a proxy with a million keys that change at each look",
    source:
      "function f() { let n = 0; return new Proxy({}, { ownKeys() { return Array.from({ length: 1e6 }, (_, i) => 'k' + i + n++); }, getOwnPropertyDescriptor() { return { value: 1, enumerable: true, configurable: true }; }, get() { return n++; } }); }",
    expect: ["bad-output", "threw", ...ended],
  },
  {
    name: "a proxy whose prototype trap loops",
    source: "function f() { return new Proxy({}, { getPrototypeOf() { for (;;); } }); }",
    expect: ["timed-out"],
  },
  {
    name: "an array of the greatest length and nothing in it",
    source: "function f() { const a = []; a.length = 2 ** 32 - 1; return a; }",
    expect: ["bad-output"],
  },
  {
    name: "an array that grows while it is read",
    source:
      "function f() { const a = [0, 1]; Object.defineProperty(a, 0, { get() { a.length = 1e7; return 1; } }); return a; }",
    expect: ["bad-output", "returned"],
  },
  {
    name: "a string doubled for ever",
    source: "function f() { let s = 'x'; for (;;) s += s; }",
    expect: ["threw", ...ended],
  },
  {
    name: "memory of WebAssembly",
    source:
      "function f() { const kept = []; for (;;) { const m = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); m.grow(4000); new Uint8Array(m.buffer).fill(1); kept.push(m); } }",
    expect: ["threw"],
  },
  {
    name: "shared memory and a wait on it",
    source: "function f() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }",
    expect: ["threw"],
  },
  {
    name: "buffers that grow to gigabytes",
    source:
      "function f() { const kept = []; for (;;) { const b = new ArrayBuffer(0, { maxByteLength: 2 ** 28 }); b.resize(2 ** 28); new Uint8Array(b).fill(7); kept.push(b); } }",
    expect: ["threw", ...ended],
  },
  {
    name: "a typed array resized by a getter read before it",
    source:
      "function f() { const b = new ArrayBuffer(64, { maxByteLength: 64 }); const list = new Float64Array(b); return { get a() { b.resize(0); return 1; }, list }; }",
    expect: ["returned", "bad-output"],
  },
  {
    name: "a typed array whose length is patched",
    source:
      "Object.defineProperty(Object.getPrototypeOf(Float64Array.prototype), 'length', { get() { return 1e9; } }); function f() { return new Float64Array(2); }",
    expect: ["returned"],
    output: [0, 0],
  },
  {
    name: "a regular expression that backtracks",
    source: "function f() { return /^(([a-z])+.)+[A-Z]([a-z])+$/.test('a'.repeat(60)); }",
    expect: ["timed-out"],
  },
  {
    name: "a species that never constructs",
    source:
      "class A extends Array { static get [Symbol.species]() { return function () { for (;;); }; } } function f() { return new A(1, 2, 3).map((x) => x); }",
    expect: ["timed-out"],
  },
  {
    name: "a subclass of Array with a toJSON and an iterator of its own",
    source:
      "class A extends Array { toJSON() { return 'forged'; } *[Symbol.iterator]() { for (;;) yield 1; } } function f() { return new A(1, 2, 3); }",
    expect: ["returned"],
    output: [1, 2, 3],
  },
  {
    name: "a toJSON on every prototype",
    source:
      "for (const of of [Object, Array, Number, String, Boolean]) of.prototype.toJSON = () => ({ forged: 1 }); function f() { return { a: [1, 's', true] }; }",
    expect: ["returned"],
    output: { a: [1, "s", true] },
  },
  {
    name: "a getter that throws late",
    source: "function f() { return { a: 1, get b() { throw new Error('late'); } }; }",
    expect: ["threw"],
  },
  {
    name: "a result that is deeper at each look",
    source: "function deeper() { return { get a() { return deeper(); } }; } const f = deeper;",
    expect: ["bad-output"],
  },
  {
    name: "every method that a reader could call, replaced",
    source:
      "for (const of of [Object, Array, String, Number, Function, JSON, Reflect, RegExp, Promise, Map, Symbol]) for (const on of [of, of.prototype ?? of]) for (const name of Reflect.ownKeys(on)) { try { if (name !== 'prototype' && typeof on[name] === 'function') on[name] = () => 'forged'; } catch {} } function f() { return { a: [1, 'two'] }; }",
    expect: ["returned", "threw", "refused"],
    output: { a: [1, "two"] },
  },
  {
    name: "accessors at numbered places of Array.prototype",
    source:
      "for (let i = 0; i < 300; i++) Object.defineProperty(Array.prototype, i, { get: () => 666, set() { for (;;); }, configurable: true }); function f() { return [1, [2]]; }",
    expect: ["returned"],
    output: [1, [2]],
  },
  {
    name: "an import",
    source:
      "function f() { return import('node:fs').then((fs) => fs.readFileSync('/etc/passwd')); }",
    expect: ["bad-output", "threw"],
  },
  {
    name: "a registry of finalizers",
    source:
      "function f() { new FinalizationRegistry(() => { for (;;); }).register({}, 1); new WeakRef({}); }",
    expect: ["threw"],
  },
  {
    name: "an error whose message and stack loop",
    source:
      "class E extends Error { get message() { for (;;); } get stack() { for (;;); } get name() { for (;;); } } function f() { throw new E(); }",
    expect: ["timed-out", "threw"],
  },
  {
    name: "an error whose message is an object that exhausts the stack",
    source:
      "function f() { const message = { toString() { return '' + this; } }; throw Object.assign(new Error(), { message }); }",
    expect: ["threw"],
  },
  {
    name: "an error message that ends in half a character after the cut",
    source: "function f() { throw new Error('x'.repeat(299) + '😀'.repeat(50)); }",
    expect: ["threw"],
  },
  {
    name: "an error name and message out of control characters",
    source:
      "function f() { const e = new Error('\\u0000\\u0000r1\\u001b[2J\\n'); e.name = 'r\\u0000b'; throw e; }",
    expect: ["threw"],
  },
  {
    name: "labelled blocks that never leave",
    source: "function f() { outer: for (;;) { inner: { continue outer; } } }",
    expect: ["timed-out"],
  },
  {
    name: "half a surrogate pair in a key",
    source: "function f() { return { ['\\ud800']: 1 }; }",
    expect: ["bad-output"],
  },
  {
    name: "a string that looks like the glue's own answer",
    source: "function f() { return 'r{\"forged\":1}\\u0000x'; }",
    expect: ["returned"],
    output: 'r{"forged":1}\u0000x',
  },
  {
    name: "dates out of range, and Date itself replaced",
    source:
      "Date = class { static now() { for (;;); } }; function f() { return [new Date(0).constructor === Date, 8.64e15 + 1]; }",
    expect: ["returned"],
    output: [true, 8.64e15 + 1],
  },
  {
    name: "formatters of Intl without end",
    source:
      "function f() { const kept = []; for (;;) kept.push((1).toLocaleString('ar'), new Intl.NumberFormat('de')); }",
    expect: ["threw"],
  },
  {
    name: "texts in every locale without end",
    source:
      "function f() { const kept = []; for (let i = 0; ; i++) kept.push((i).toLocaleString(['ar', 'de', 'hi'][i % 3]), 'a'.localeCompare('b', 'en-x-' + (i % 9e6))); }",
    expect: [...ended, "threw"],
  },
  {
    name: "a flood on the console",
    source:
      "function f() { for (let i = 0; i < 1e6; i++) console.log('x'.repeat(1e5)); return 1; }",
    expect: ["returned", "timed-out"],
    output: 1,
  },
  {
    name: "a program of forty million characters made inside",
    source: "function f() { (0, eval)('var a = 1;'.repeat(4e6)); return 1; }",
    expect: ["returned", "threw", ...ended],
  },
  {
    name: "a power of big integers",
    source: "function f() { return String(3n ** (2n ** 29n)).length; }",
    expect: ["threw", ...ended],
  },
  {
    name: "a list that holds itself, flattened for ever",
    source: "function f() { const a = []; a[0] = a; return a.flat(Infinity); }",
    expect: ["threw", ...ended],
  },
  {
    name: "a scope that asks a proxy for every name",
    source:
      "const f = new Function('with (new Proxy({}, { has() { for (;;); } })) { return anything; }');",
    expect: ["timed-out"],
  },
  {
    name: "an entry behind a getter that loops",
    source: "Object.defineProperty(globalThis, 'f', { get() { for (;;); } });",
    expect: ["timed-out"],
  },
  {
    name: "an entry that is a proxy without end",
    source:
      "let f = () => 1; for (let i = 0; i < 1e5; i++) f = new Proxy(f, {}); globalThis.kept = f;",
    expect: ["threw", "crashed", "returned"],
  },
];

export const HOSTILE_PYTHON: readonly HostileProgram[] = [
  {
    name: "a fork bomb",
    source: "import os\ndef f():\n    while True: os.fork()\n",
    expect: ["threw", "crashed", ...ended],
  },
  {
    name: "children in sessions of their own that ignore every signal",
    source: `import os, signal, time
def f():
    for _ in range(8):
        if os.fork() == 0:
            os.setsid()
            for n in range(1, 65):
                try: signal.signal(n, signal.SIG_IGN)
                except (OSError, ValueError): pass
            while True: time.sleep(0.1)
    return 1
`,
    expect: ["returned"],
    output: 1,
  },
  {
    name: "a loop that ignores every signal",
    source: `import signal
def f():
    for n in range(1, 65):
        try: signal.signal(n, signal.SIG_IGN)
        except (OSError, ValueError): pass
    while True: pass
`,
    expect: ["timed-out"],
  },
  {
    name: "the memory and environment of other processes",
    source: `import os
def f():
    found = []
    for pid in os.listdir("/proc"):
        if not pid.isdigit() or int(pid) == os.getpid(): continue
        for name in ("environ", "mem", "maps"):
            try: found.append(open("/proc/%s/%s" % (pid, name), "rb").read(4096).decode("latin1"))
            except OSError: pass
    return ["LEAK" for text in found if "TOOLWRIGHT_TEST_SECRET" in text]
`,
    expect: ["returned", "threw"],
    output: [],
  },
  {
    name: "a file without end",
    source: `def f():
    with open("/tmp/big", "wb") as file:
        while True: file.write(b"x" * (1 << 20))
`,
    expect: ["threw", "crashed", ...ended],
  },
  {
    name: "files without number",
    source: `import os
def f():
    for i in range(10 ** 9):
        os.close(os.open("/tmp/%d" % i, os.O_CREAT | os.O_WRONLY))
`,
    expect: ["threw", "crashed", ...ended],
  },
  {
    name: "every descriptor closed",
    source: "import os\ndef f():\n    os.closerange(0, 1024)\n    return 1\n",
    expect: ["crashed"],
  },
  {
    name: "noise in place of an answer",
    source: "import os\ndef f():\n    os.write(3, b'\\xff' * 4096)\n    return 1\n",
    expect: ["crashed"],
  },
  {
    name: "a frame that promises four gigabytes",
    source:
      "import os\ndef f():\n    os.write(3, b'\\xff\\xff\\xff\\xff{')\n    while True: pass\n",
    expect: ["crashed", "timed-out"],
  },
  {
    name: "answers without number",
    source: `import os, struct
def f():
    text = b'{"kind":"result","text":"1"}'
    while True: os.write(3, struct.pack(">I", len(text)) + text)
`,
    // The first one is a claim like any other; what comes after the last input ends the program.
    expect: ["returned", "crashed", "timed-out"],
    output: 1,
  },
  {
    name: "an answer of another kind than it may give",
    source: `import os, struct
def f():
    text = b'{"kind":"ready","sealed":true}'
    os.write(3, struct.pack(">I", len(text)) + text)
    return 1
`,
    expect: ["returned", "crashed"],
    output: 1,
  },
  {
    name: "an end with status zero",
    source: "import os\ndef f():\n    os._exit(0)\n",
    expect: ["crashed"],
  },
  {
    name: "an end in the middle of a frame",
    source:
      "import os\ndef f():\n    os.write(3, b'\\x00\\x00\\x00\\x40{\"kind')\n    os._exit(0)\n",
    expect: ["crashed"],
  },
  {
    name: "threads without number",
    source: `import threading, time
def f():
    while True: threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
`,
    expect: ["threw", "crashed", ...ended],
  },
  {
    name: "a thread that goes on writing after the answer",
    source: `import threading, os
def f():
    def noise():
        while True: os.write(1, b"noise" * 100)
    threading.Thread(target=noise, daemon=True).start()
    return 1
`,
    expect: ["returned"],
    output: 1,
  },
  {
    name: "a null pointer read through ctypes",
    source: "def f():\n    import ctypes\n    return ctypes.string_at(0)\n",
    expect: ["crashed", "threw"],
  },
  {
    name: "its parent, its group and everybody killed",
    source: `import os
def f():
    for target in (os.getppid(), -os.getpgid(0), -1):
        try: os.kill(target, 9)
        except OSError: pass
    return 1
`,
    expect: ["returned", "crashed"],
    output: 1,
  },
  {
    name: "the writer's own functions replaced",
    source: `import json, os, struct, builtins
json.dumps = lambda *a, **k: '"forged"'
struct.pack = lambda *a: b""
builtins.len = lambda x: 0
builtins.type = lambda x: int
def f():
    return [1, "two"]
`,
    expect: ["returned", "crashed", "threw", "bad-output"],
  },
  {
    name: "a list nested a hundred thousand deep",
    source: "def f():\n    a = []\n    for _ in range(10 ** 5): a = [a]\n    return a\n",
    expect: ["bad-output"],
  },
  {
    name: "an integer of a million digits",
    source: "def f():\n    return 1 << 3_400_000\n",
    expect: ["bad-output"],
  },
  {
    name: "a string that says it is one and is not",
    source: `class S(str):
    def __str__(self):
        while True: pass
    def encode(self, *a):
        while True: pass
def f():
    return {"a": S("x")}
`,
    expect: ["bad-output"],
  },
  {
    name: "an error whose text never ends",
    source: `class E(Exception):
    def __str__(self):
        while True: pass
def f():
    raise E()
`,
    expect: ["timed-out"],
  },
  {
    name: "finalizers and exit handlers that never end",
    source: `import atexit
def loop():
    while True: pass
atexit.register(loop)
class D:
    def __del__(self): loop()
kept = D()
def f():
    return 1
`,
    expect: ["returned"],
    output: 1,
  },
  {
    name: "a bomb of compressed zeros",
    source: `import zlib
def f():
    bomb = zlib.compress(b"\\0" * (1 << 24), 9)
    return len(b"".join(zlib.decompress(bomb) for _ in range(1 << 12)))
`,
    expect: ["threw", ...ended],
  },
  {
    name: "memory that no heap counts",
    source: `import mmap
def f():
    kept = []
    while True:
        m = mmap.mmap(-1, 1 << 26)
        for at in range(0, 1 << 26, 4096): m[at] = 1
        kept.append(m)
`,
    expect: ["threw", "crashed", ...ended],
  },
  {
    name: "half a surrogate pair",
    source: 'def f():\n    return "\\ud800"\n',
    expect: ["bad-output"],
  },
];
