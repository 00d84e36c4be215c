/**
 * The realm of the batch lane, with the harness and many grammar-checked programs, which run one
 * after another.
 *
 * `batchRealm` is sent as text into the isolate and runs there. Programs of the total grammar access
 * nothing outside themselves and contain only numbers, so they share the realm. If an outcome might
 * differ from the first lane's (a throw, an argument that is not a number, no fuel left), no result is
 * given and the program runs again in the first lane.
 */

export interface BatchRealm {
  /** Stores the inputs of a key, given as JSON text of a list of JSON texts. */
  inputs(key: string, text: string): void;
  /** Stores the programs of a chunk. */
  accept(programs: readonly BatchProgram[]): void;
  /**
   * Runs one program on all inputs of a key. Returns tagged texts joined by NUL, which JSON text and
   * reasons never contain: `r` JSON text, `b` bad output; undefined if the program must run in the
   * first lane.
   */
  run(
    program: number,
    key: string,
    fuel: number,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
  ): string | undefined;
}

interface Tank {
  left: number;
}

type Entry = (...values: unknown[]) => unknown;
type BatchProgram = (tank: Tank) => Entry;

/** The harness's declaration, in the scope of which this function is compiled; undefined if none. */
declare const harness: ((candidate: unknown, ...input: unknown[]) => unknown) | undefined;
declare const resultText: (value: unknown) => string;

export function batchRealm(): BatchRealm {
  const inputsByKey = new Map<string, readonly (readonly unknown[])[]>();
  const flat = new WeakSet<object>();
  let programs: readonly BatchProgram[] = [];
  const tank: Tank = { left: 0 };

  let [a, b, c, counter] = [0, 0, 0, 0];
  Math.random = () => {
    const word = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    return (word >>> 0) / 4294967296;
  };

  // The first end of an execution counts, even if the harness catches it. "?": use the first lane.
  let ended = "";
  const end = (how: string): never => {
    if (ended === "") ended = how;
    throw new Error("the execution has ended");
  };
  (globalThis as Record<string, unknown>).badOutput = (reason: unknown) =>
    end(`b${String(reason).slice(0, 300).replaceAll("\0", " ")}`);

  const isPrimitive = (value: unknown): boolean =>
    typeof value === "number" || typeof value === "boolean";
  const checked = (value: unknown): unknown =>
    isPrimitive(value)
      ? value
      : end(
          `bexpected a number, boolean, string or list of numbers, got ${value === null ? "null" : typeof value}`,
        );

  /** The function that a harness calls; one per program, so that a harness can distinguish programs. */
  const candidateOf =
    (call: Entry) =>
    (...values: unknown[]): unknown => {
      if (ended !== "") throw new Error("the execution has ended");
      for (let i = 0; i < values.length; i++) if (!isPrimitive(values[i])) return end("?");
      let value: unknown;
      try {
        if (values.length === 1) value = call(values[0]);
        else if (values.length === 2) value = call(values[0], values[1]);
        else if (values.length === 3) value = call(values[0], values[1], values[2]);
        else value = call(...values);
      } catch {
        return end("?");
      }
      return checked(value);
    };

  // A harness may change its input, so each program gets a copy; flat lists are copied by `slice`.
  const mark = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const inner = Object.values(value);
    if (Array.isArray(value) && inner.every((item) => typeof item !== "object")) flat.add(value);
    else for (const item of inner) mark(item);
  };
  const copy = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return flat.has(value) ? value.slice() : value.map(copy);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
  };

  const runAlone = (call: Entry, input: readonly unknown[]): string => {
    if (!input.every((value) => value === null || isPrimitive(value))) return "?";
    let value: unknown;
    try {
      value = call(...input);
    } catch {
      return "?";
    }
    if (typeof value === "number" && !Number.isFinite(value)) {
      return `b${value} is not a JSON number`;
    }
    return value === undefined ? "bundefined is not a JSON value" : `r${JSON.stringify(value)}`;
  };

  const runHarness = (candidate: unknown, input: readonly unknown[]): string => {
    ended = "";
    try {
      const value = harness?.(candidate, ...input.map(copy));
      if (ended !== "") return ended;
      const text = resultText(value);
      return text.startsWith("t") ? "?" : text;
    } catch {
      return ended === "" ? "?" : ended;
    }
  };

  return {
    inputs(key, text) {
      const inputs = (JSON.parse(text) as string[]).map((each) => JSON.parse(each) as unknown[]);
      for (const input of inputs) mark(input);
      inputsByKey.set(key, inputs);
      const oldest = inputsByKey.keys().next().value;
      if (inputsByKey.size > 8 && oldest !== undefined) inputsByKey.delete(oldest);
    },
    accept(list) {
      programs = list;
    },
    run(index, key, fuel, w0, w1, w2, w3) {
      [a, b, c, counter] = [w0 | 0, w1 | 0, w2 | 0, w3 | 0];
      const program = programs[index];
      const inputs = inputsByKey.get(key);
      if (program === undefined || inputs === undefined) return undefined;
      const entry = program(tank);
      tank.left = fuel;
      const candidate = candidateOf(entry);
      let out = "";
      for (let i = 0; i < inputs.length; i++) {
        const input = inputs[i] as readonly unknown[];
        const text = harness === undefined ? runAlone(entry, input) : runHarness(candidate, input);
        if (text === "?" || tank.left < 0) return undefined;
        out += i === 0 ? text : `\0${text}`;
      }
      return out;
    },
  };
}
