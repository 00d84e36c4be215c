/**
 * The harness's realm: a separate context next to the candidate's, in which no untrusted code runs.
 *
 * `harnessRealm` is sent as text into the isolate and runs there. It gives the harness a function
 * `candidate` that passes only primitives and copies of Float64Array between the realms. From the
 * other realm it reads only elements of typed arrays and the glue's own record, which runs no code
 * of the candidate.
 */
import type { CandidateRealm } from "./realm.ts";

export interface HarnessRealm {
  /** One execution: takes JSON text of the input, returns a tagged string (see `candidateRealm`). */
  run(inputText: string): string;
}

type HarnessFunction = (candidate: unknown, ...input: unknown[]) => unknown;

/** The harness's declaration, in the scope of which this function is compiled. */
declare const harness: HarnessFunction;
declare const resultText: (value: unknown) => string;

/** @param bridge The candidate's glue. */
export function harnessRealm(
  bridge: CandidateRealm,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): HarnessRealm {
  const { floats, invoke, answer } = bridge;
  let [a, b, c, counter] = [w0 | 0, w1 | 0, w2 | 0, w3 | 0];
  Math.random = () => {
    const word = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    return (word >>> 0) / 4294967296;
  };

  // The first end of an execution counts, even if the harness catches it.
  let ended = "";
  const end = (how: string): never => {
    if (ended === "") ended = how;
    throw new Error("the execution has ended");
  };
  (globalThis as Record<string, unknown>).badOutput = (reason: unknown) =>
    end(`b${String(reason).slice(0, 300).replaceAll("\0", " ")}`);

  // A method call on an array of the other realm would use the candidate's prototype.
  const copyInto = Function.prototype.call.bind(Float64Array.prototype.set) as (
    target: Float64Array,
    from: Float64Array,
  ) => void;
  const pass = (value: unknown): unknown => {
    const kind = typeof value;
    if (kind === "number" || kind === "boolean" || kind === "string") return value;
    if (value instanceof Float64Array) {
      const copy = floats(value.length);
      copyInto(copy, value);
      return copy;
    }
    throw new TypeError(
      `a harness passes numbers, booleans, strings and Float64Array, got ${value === null ? "null" : kind}`,
    );
  };

  // Results are slices of larger blocks: one allocation for many calls.
  let block = new ArrayBuffer(0);
  let used = 0;
  const listOf = (length: number): Float64Array => {
    const bytes = length * 8;
    if (used + bytes > block.byteLength) {
      block = new ArrayBuffer(Math.max(65_536, bytes));
      used = 0;
    }
    const list = new Float64Array(block, used, length);
    used += bytes;
    const from = answer.list;
    for (let i = 0; i < length; i++) list[i] = from[i] as number;
    return list;
  };

  const none: readonly unknown[] = [];
  const candidate = (...values: unknown[]): unknown => {
    if (ended !== "") throw new Error("the execution has ended");
    const count = values.length;
    let status: number;
    if (count === 1) status = invoke(1, pass(values[0]), 0, 0, 0, none);
    else if (count === 2) status = invoke(2, pass(values[0]), pass(values[1]), 0, 0, none);
    else if (count === 3) {
      status = invoke(3, pass(values[0]), pass(values[1]), pass(values[2]), 0, none);
    } else if (count === 4) {
      status = invoke(4, pass(values[0]), pass(values[1]), pass(values[2]), pass(values[3]), none);
    } else status = invoke(count, 0, 0, 0, 0, values.map(pass));
    if (status === 0) return answer.value;
    if (status === 1) return listOf(answer.length);
    return end(answer.text);
  };

  return {
    run(inputText) {
      ended = "";
      let value: unknown;
      try {
        value = harness(candidate, ...(JSON.parse(inputText) as unknown[]));
      } catch (error) {
        if (ended === "") {
          const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
          ended = `tthe harness threw: ${text.slice(0, 300)}`;
        }
      }
      if (ended !== "") return ended;
      return resultText(value);
    },
  };
}
