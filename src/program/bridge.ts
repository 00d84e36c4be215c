/**
 * The bridge inside the sandbox: how an untrusted program calls tools that run outside of it.
 *
 * No host function exists in the sandbox. A call whose result is on record returns it. Any other call
 * is listed and stays pending; the host makes the calls and runs the program again with a longer
 * record. So that each run issues the same calls in the same order, results are released in stages:
 * stage 0 is the first run up to its pause point; then all results that stage 0 asked for are released
 * at once, and so on. A function called without `await` cannot stay pending: the run is aborted at
 * that point, and nothing after it counts.
 *
 * `programBridge` is sent to the sandbox as text and refers to nothing outside itself. The program
 * runs in the same realm and may break it. The host validates what leaves, like any program's output,
 * and a program gains nothing by forging a call that it is allowed to make anyway.
 */
import { z } from "zod";
import { Json } from "../core/json.ts";

/** A call with its outcome, passed to the program. */
export interface KnownCall {
  /** Name and argument text. A program whose calls differ from the record has diverged. */
  readonly key: string;
  readonly ok: boolean;
  /** The result, or the reason of the failure. */
  readonly value: Json;
}

export interface BridgeStart {
  readonly tools: readonly string[];
  /** Functions without an implementation; the program awaits every call of a `later` one. */
  readonly gaps: readonly { readonly name: string; readonly later: boolean }[];
  readonly input: Json;
  /** In the order of issue. */
  readonly record: readonly KnownCall[];
  /** Results of functions that are called without `await`. */
  readonly answers: readonly KnownCall[];
  readonly mostCalls: number;
  readonly argumentChars: number;
}

const Asked = z.object({
  name: z.string().max(200),
  /** JSON text of the arguments. */
  given: z.string(),
  kind: z.enum(["tool", "gap"]),
  line: z.int().min(0),
});
export type Asked = z.output<typeof Asked>;

/** State of a run at its pause point. */
export const BridgeReport = z.object({
  stage: z.int().min(0),
  issued: z.int().min(0),
  /** Aborted by a call that could not stay pending, by a limit, or by a divergence. */
  halted: z.boolean(),
  /** Index of the first call that differs from the record. */
  diverged: z.int().min(0).nullable(),
  tooMany: z.boolean(),
  /** Calls that are not on record, in order. A `gap` without await is always the last one. */
  asked: z.array(Asked).max(10_000),
  done: z
    .discriminatedUnion("status", [
      z.object({ status: z.literal("returned"), value: Json }),
      /** It ended without a value. */
      z.object({ status: z.literal("empty") }),
      z.object({ status: z.literal("threw"), message: z.string(), stack: z.string() }),
    ])
    .nullable(),
  /** Names of calls that were not awaited. */
  unawaited: z.array(z.string()),
  /** What each top-level line of the program changed, as truncated JSON text. */
  lines: z.array(z.object({ line: z.int(), changed: z.record(z.string(), z.string()) })),
});
export type BridgeReport = z.output<typeof BridgeReport>;

type Fn = (...values: unknown[]) => unknown;

/** @param program The program as a function of tools, input, marks and its gaps in order. */
export function programBridge(program: Fn): (phase: string, start?: BridgeStart) => unknown {
  const { apply, defineProperty } = Reflect;
  const { create, keys } = Object;
  const { parse, stringify } = JSON;
  const RealPromise = Promise;
  const RealError = Error;
  const { then: thenOf } = RealPromise.prototype;
  const slice = String.prototype.slice;
  const cut = (text: string, length: number): string => apply(slice, text, [0, length]) as string;
  const fresh = (): Record<string, unknown> => create(null) as Record<string, unknown>;

  interface Slot {
    name: string;
    stage: number;
    known: KnownCall | undefined;
    settle: ((known: KnownCall) => void) | undefined;
    awaited: boolean;
  }
  const slots = fresh() as unknown as Record<number, Slot>;
  const answers = fresh() as Record<string, KnownCall>;
  let record: readonly KnownCall[] = [];
  let limits = { mostCalls: 0, argumentChars: 0 };
  let [stage, issued, asked, line] = [0, 0, 0, 0];
  let halted = false;
  let tooMany = false;
  let diverged: number | null = null;
  let done: unknown = null;
  const pending = fresh() as unknown as Record<number, unknown>;
  const lines: unknown[] = [];
  const last = fresh() as Record<string, string>;

  const ask = (name: string, given: string, kind: "tool" | "gap"): void => {
    pending[asked++] = { name, given, kind, line };
  };
  const failure = (message: string, name: string): Error => {
    const error = new RealError(message);
    defineProperty(error, "name", { value: name, configurable: true, writable: true });
    return error;
  };
  const never = (): Promise<unknown> => new RealPromise(() => undefined);
  const textOf = (value: unknown): string => {
    const text = stringify(value) as string | undefined;
    if (text === undefined) throw failure("arguments must be JSON values", "TypeError");
    if (text.length > limits.argumentChars) {
      throw failure(
        `arguments of ${text.length} characters, at most ${limits.argumentChars} are allowed`,
        "RangeError",
      );
    }
    return text;
  };

  /** A promise that records whether it is awaited. */
  const watched = (slot: Slot): Promise<unknown> => {
    const promise = new RealPromise((resolve, reject) => {
      slot.settle = ({ ok, value }) =>
        ok ? resolve(value) : reject(failure(`${value as string}`, "ToolError"));
    });
    // A rejection that is handled a few steps later is not a fault.
    apply(thenOf, promise, [undefined, () => undefined]);
    const then = (...handlers: unknown[]): unknown => {
      slot.awaited = true;
      return apply(thenOf, promise, handlers);
    };
    // `await` recognises a native promise by its constructor and skips its `then`; this one's is called.
    defineProperty(promise, "constructor", { value: undefined });
    defineProperty(promise, "then", { value: then });
    return promise;
  };

  const later = (name: string, given: string, kind: "tool" | "gap"): Promise<unknown> => {
    if (halted) return never();
    const index = issued++;
    const known = record[index];
    const slot: Slot = { name, stage, known, settle: undefined, awaited: false };
    slots[index] = slot;
    if (known !== undefined && known.key !== `${name} ${given}`) {
      diverged = index;
      halted = true;
    } else if (index >= limits.mostCalls) {
      tooMany = true;
      halted = true;
    } else if (known === undefined) ask(name, given, kind);
    return watched(slot);
  };

  const toolFunction =
    (name: string): Fn =>
    (...values) => {
      if (values.length > 1) {
        const message = `tools.${name} takes one object with its arguments by name, got ${values.length} values`;
        throw failure(message, "TypeError");
      }
      return later(name, textOf(values.length === 0 ? {} : values[0]), "tool");
    };

  const gapFunction =
    (name: string, awaited: boolean): Fn =>
    (...values) => {
      const given = textOf(values);
      if (awaited) return later(name, given, "gap");
      const known = answers[`${name} ${given}`];
      if (known !== undefined && !halted) {
        if (!known.ok) throw failure(`${known.value as string}`, "ToolError");
        return parse(stringify(known.value)) as unknown;
      }
      if (!halted) ask(name, given, "gap");
      halted = true;
      throw failure("the run is aborted here", "Suspended");
    };

  const mark = (at: number, read: () => Record<string, unknown>): void => {
    if (halted) return;
    const changed: Record<string, string> = {};
    let any = false;
    const now = read();
    for (const name of keys(now)) {
      let text: string | undefined;
      try {
        text = stringify(now[name]) as string | undefined;
      } catch {
        text = '"[not JSON]"';
      }
      if (text === undefined || last[name] === text) continue;
      last[name] = text;
      changed[name] = cut(text, 200);
      any = true;
    }
    if (any && lines.length < 200) lines[lines.length] = { line, changed };
    line = at;
  };

  const begin = (start: BridgeStart): void => {
    record = start.record;
    limits = start;
    for (const known of start.answers) answers[known.key] = known;
    const tools = fresh();
    for (const name of start.tools) tools[name] = toolFunction(name);
    const gaps = start.gaps.map(({ name, later: awaited }) => gapFunction(name, awaited));
    const guarded = new Proxy(tools, {
      get(target, name) {
        if (typeof name === "symbol" || name in target) return target[name as string];
        throw failure(`there is no tool named "${name}"`, "TypeError");
      },
      set: () => false,
      defineProperty: () => false,
      deleteProperty: () => false,
    });
    const end = (outcome: unknown): void => {
      if (!halted) done = outcome;
    };
    const threw = (error: unknown): void => {
      const { name, message, stack } = (error ?? {}) as Record<string, unknown>;
      const text = typeof message === "string" ? message : `${error as string}`;
      end({
        status: "threw",
        message: cut(typeof name === "string" && name !== "" ? `${name}: ${text}` : text, 1_000),
        stack: typeof stack === "string" ? cut(stack, 3_000) : "",
      });
    };
    try {
      const running = program(guarded, start.input, mark, ...gaps);
      apply(thenOf, running, [
        (value: unknown) =>
          end(value === undefined ? { status: "empty" } : { status: "returned", value }),
        threw,
      ]);
    } catch (error) {
      threw(error);
    }
  };

  const release = (): void => {
    if (halted || done !== null) return;
    let waiting = 0;
    for (let index = 0; index < issued; index++) {
      const slot = slots[index] as Slot;
      if (slot.settle === undefined) continue;
      if (slot.known === undefined) return;
      waiting++;
    }
    if (waiting === 0) return;
    stage++;
    const upTo = issued;
    for (let index = 0; index < upTo; index++) {
      const slot = slots[index] as Slot;
      const { settle, known } = slot;
      slot.settle = undefined;
      if (settle !== undefined && known !== undefined) settle(known);
    }
  };

  const report = (): unknown => {
    const list: unknown[] = [];
    for (let index = 0; index < asked; index++) list[index] = pending[index];
    const unawaited: string[] = [];
    for (let index = 0; index < issued; index++) {
      const { awaited, name } = slots[index] as Slot;
      if (!awaited) unawaited[unawaited.length] = name;
    }
    return { stage, issued, halted, diverged, tooMany, asked: list, done, unawaited, lines };
  };

  return (phase, start) => {
    if (phase === "start" && start !== undefined) begin(start);
    else if (phase === "release") release();
    return phase === "report" ? report() : null;
  };
}
