/**
 * The candidate's realm: the glue code that loads and calls untrusted code and reads its results.
 * `prelude` has run in the same new context before.
 *
 * `candidateRealm` is sent as text into the isolate and runs there, so it refers to nothing outside
 * itself. It saves every primordial that it needs before the candidate runs; afterwards it calls
 * no method and uses no iterator that the candidate could have patched. Everything that the
 * candidate throws or returns is read here, in its own realm, and leaves it as a string, a number or
 * a boolean.
 */

/** The functions of the glue; passed by reference inside the isolate, never to the candidate. */
export interface CandidateRealm {
  /** Runs the program; "" if it defines a callable entry, or else a tagged string, `t` or `x`. */
  load(source: string, entry: string): string;
  /** Calls the entry with JSON text of the arguments; returns a tagged string. */
  call(argumentsText: string): string;
  /** A new array of the candidate's realm, to be filled by the caller. */
  floats(length: number): Float64Array;
  /**
   * Calls the entry. Returns 0: `answer.value` is a primitive; 1: `answer.list` is filled; 2:
   * `answer.text` is a tagged string.
   */
  invoke(count: number, a: unknown, b: unknown, c: unknown, d: unknown, rest: unknown): number;
  /** Only own data properties, no prototype: reading it runs no code of the candidate. */
  readonly answer: { value: unknown; list: Float64Array; length: number; text: string };
}

/**
 * First letter of a tagged string: `r` JSON text, `t` thrown (name and message, then optionally a
 * NUL and the stack), `b` bad output, `x` refused.
 */
export function candidateRealm(outputBytes: number): CandidateRealm {
  const { apply, getPrototypeOf } = Reflect;
  const { keys, getOwnPropertyDescriptor, prototype: objectPrototype } = Object;
  const { isArray } = Array;
  const { parse, stringify } = JSON;
  const { isFinite: finite } = Number;
  const RealError = Error;
  const Floats = Float64Array;
  const { bind: binding, call: calling } = Function.prototype;
  /** A method as a function of its receiver; later patches of a prototype do not affect it. */
  const bind = (method: unknown): ((self: unknown, ...values: unknown[]) => unknown) =>
    apply(binding as (...values: unknown[]) => never, calling, [method]);
  const slice = bind(String.prototype.slice) as (text: string, from: number, to: number) => string;
  const isWellFormed = bind(String.prototype.isWellFormed) as (text: string) => boolean;
  const tagOf = bind(Object.prototype.toString) as (value: unknown) => string;
  const symbolText = bind(Symbol.prototype.toString) as (value: unknown) => string;
  const typedPrototype = getPrototypeOf(Floats.prototype) as object;
  const getter = (name: PropertyKey) => bind(getOwnPropertyDescriptor(typedPrototype, name)?.get);
  const typedName = getter(Symbol.toStringTag) as (value: unknown) => string | undefined;
  const typedLength = getter("length") as (value: unknown) => number;
  const evaluate = Reflect.get(globalThis, "eval") as (source: string) => unknown;

  let entry: unknown;
  const answer = { value: undefined as unknown, list: new Floats(512), length: 0, text: "" };
  Object.setPrototypeOf(answer, null);

  /** Text of any thrown value; reads as little as possible from a hostile value. */
  const describe = (error: unknown): string => {
    try {
      if (typeof error === "symbol") return symbolText(error);
      if (typeof error === "function") return "a function was thrown";
      if (typeof error !== "object" || error === null) return slice(`${error}`, 0, 300);
      const { name, message } = error as { name: unknown; message: unknown };
      if (typeof message !== "string") return "an object without a message was thrown";
      const head = typeof name === "string" && name !== "" ? `${slice(name, 0, 80)}: ` : "";
      // Slicing a concatenated message would first flatten the whole message.
      if (message.length > 100_000) return `${head}a message of ${message.length} characters`;
      // Reading the stack would run a prepareStackTrace of the candidate.
      if (
        message.length > 1000 ||
        getOwnPropertyDescriptor(RealError, "prepareStackTrace") !== undefined
      ) {
        return head + slice(message, 0, 300);
      }
      const { stack } = error as { stack: unknown };
      const trace = typeof stack === "string" ? `\0${slice(stack, 0, 2000)}` : "";
      return head + slice(message, 0, 300) + trace;
    } catch {
      return "an error that cannot be read was thrown";
    }
  };

  // State of one serialisation. `open` is filled in advance, so that no setter on a prototype runs.
  const deepest = 200;
  const open: unknown[] = [];
  for (let i = 0; i <= deepest; i++) open[i] = null;
  let out = "";
  let reason = "";
  const fail = (what: string, where: string): boolean => {
    reason = where === "" ? what : `${what} at ${slice(where, 0, 200)}`;
    return false;
  };
  const write = (value: unknown, where: string, depth: number): boolean => {
    if (out.length > outputBytes) return fail(`the output is larger than ${outputBytes} bytes`, "");
    switch (typeof value) {
      case "number":
        if (!finite(value)) return fail(`${value} is not a JSON number`, where);
        out += `${value}`;
        return true;
      case "boolean":
        out += value ? "true" : "false";
        return true;
      case "string":
        if (value.length > outputBytes) {
          return fail(`the output is larger than ${outputBytes} bytes`, "");
        }
        if (!isWellFormed(value)) return fail("a string with half a surrogate pair", where);
        out += stringify(value);
        return true;
      case "object":
        break;
      case "undefined":
        return fail("undefined is not a JSON value", where);
      default:
        return fail(`a ${typeof value} is not a JSON value`, where);
    }
    if (value === null) {
      out += "null";
      return true;
    }
    if (depth > deepest) return fail(`nested deeper than ${deepest}`, "");
    for (let i = 0; i < depth; i++) if (open[i] === value) return fail("a cycle", where);
    open[depth] = value;
    const name = typedName(value);
    const written =
      name !== undefined
        ? writeItems(value as ArrayLike<unknown>, typedLength(value), where, depth)
        : isArray(value)
          ? writeItems(value, value.length, where, depth)
          : writeFields(value, where, depth);
    open[depth] = null;
    return written;
  };
  const writeItems = (list: ArrayLike<unknown>, length: number, where: string, depth: number) => {
    // A Proxy's length can be anything, and comparing with an object would run the candidate's code.
    if (typeof length !== "number" || !(length <= outputBytes)) {
      return fail(`the output is larger than ${outputBytes} bytes`, "");
    }
    out += "[";
    for (let i = 0; i < length; i++) {
      if (i > 0) out += ",";
      const item = list[i];
      // Lists of numbers are the common case and need no path.
      if (typeof item === "number" && finite(item) && out.length <= outputBytes) out += `${item}`;
      else if (!write(item, `${where}[${i}]`, depth + 1)) return false;
    }
    out += "]";
    return true;
  };
  const writeFields = (value: object, where: string, depth: number) => {
    const prototype = getPrototypeOf(value);
    if (prototype !== null && prototype !== objectPrototype) {
      const tag = slice(tagOf(value), 8, 60);
      if (tag === "Promise]") return fail("a promise; return its value instead", where);
      if (tag !== "Object]") return fail(`not a plain object but a ${slice(tag, 0, -1)}`, where);
    }
    const names = keys(value);
    out += "{";
    let first = true;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      const item = (value as Record<string, unknown>)[name];
      // As in JSON, undefined fields are omitted.
      if (item === undefined) continue;
      if (!isWellFormed(name)) return fail("a key with half a surrogate pair", where);
      out += first ? stringify(name) : `,${stringify(name)}`;
      out += ":";
      first = false;
      if (!write(item, `${where}.${slice(name, 0, 40)}`, depth + 1)) return false;
    }
    out += "}";
    return true;
  };

  // Limit for values passed to a harness, which are not outputs: 16 MB.
  const longest = 2 ** 21;
  /** Takes a value for a harness: 0 for a primitive, 1 for a list, 2 for anything else. */
  const take = (value: unknown): number => {
    const kind = typeof value;
    if (kind === "number" || kind === "boolean") {
      answer.value = value;
      return 0;
    }
    if (kind === "string") {
      if ((value as string).length > longest) {
        answer.text = `ba string of more than ${longest} characters`;
        return 2;
      }
      answer.value = value;
      return 0;
    }
    const name = kind === "object" ? typedName(value) : undefined;
    if (name === undefined && !isArray(value)) {
      const tag = kind === "object" && value !== null ? slice(tagOf(value), 8, 60) : "";
      const what =
        value === null ? "null" : tag === "" ? kind : `a value of type ${slice(tag, 0, -1)}`;
      answer.text = `bexpected a number, boolean, string or list of numbers, got ${what}`;
      return 2;
    }
    const list = value as ArrayLike<unknown>;
    const length = name === undefined ? list.length : typedLength(value);
    if (typeof length !== "number" || !(length <= longest)) {
      answer.text = `ba list of more than ${longest} items`;
      return 2;
    }
    let target = answer.list;
    if (target.length < length) target = answer.list = new Floats(length * 2);
    for (let i = 0; i < length; i++) {
      const item = list[i];
      if (typeof item !== "number") {
        answer.text = `bitem ${i} of the list is ${item === null ? "null" : typeof item}, expected a number`;
        return 2;
      }
      target[i] = item;
    }
    answer.length = length;
    return 1;
  };

  return {
    load(source, name) {
      try {
        // The entry is the last value of the script: a top-level `const` is not a global property.
        entry = evaluate(`${source}\n;typeof ${name} === "undefined" ? undefined : ${name}`);
      } catch (error) {
        return `t${describe(error)}`;
      }
      if (entry === undefined) return `xthe program does not define ${name}`;
      if (typeof entry !== "function") return `x${name} is a ${typeof entry}, expected a function`;
      return "";
    },
    call(argumentsText) {
      let value: unknown;
      try {
        value = apply(entry as () => unknown, undefined, parse(argumentsText) as unknown[]);
      } catch (error) {
        return `t${describe(error)}`;
      }
      try {
        out = "";
        return write(value, "", 0) ? `r${out}` : `b${reason}`;
      } catch (error) {
        return `treading the output: ${describe(error)}`;
      }
    },
    floats: (length) => new Floats(length),
    invoke(count, one, two, three, four, rest) {
      let value: unknown;
      const call = entry as (...values: unknown[]) => unknown;
      try {
        if (count === 1) value = call(one);
        else if (count === 2) value = call(one, two);
        else if (count === 3) value = call(one, two, three);
        else if (count === 4) value = call(one, two, three, four);
        else value = apply(call, undefined, rest as unknown[]);
      } catch (error) {
        answer.text = `t${describe(error)}`;
        return 2;
      }
      try {
        return take(value);
      } catch (error) {
        answer.text = `treading the output: ${describe(error)}`;
        return 2;
      }
    },
    answer,
  };
}
