/**
 * Prepares the candidate's new context: seeds randomness, fixes the clock, and removes everything
 * that is not deterministic, can wait, or uses memory that the isolate's limit does not count. Sent
 * as text into the isolate, so it refers to nothing outside itself.
 *
 * The parameters are the state of sfc32, as everywhere in the engine.
 */
export function prelude(w0: number, w1: number, w2: number, w3: number): void {
  const scope = globalThis as unknown as Record<string, unknown>;
  const { apply, construct, deleteProperty, defineProperty } = Reflect;

  // Seeded randomness: sfc32, as everywhere in the engine.
  let a = w0 | 0;
  let b = w1 | 0;
  let c = w2 | 0;
  let counter = w3 | 0;
  const hide = (target: object, name: PropertyKey, value: unknown) =>
    defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
  hide(Math, "random", function random() {
    const word = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    return (word >>> 0) / 4294967296;
  });

  // The fixed clock: 2025-01-01T00:00:00Z.
  const RealDate = Date;
  const instant = 1735689600000;
  function FrozenDate(this: unknown, ...parts: unknown[]): unknown {
    if (new.target === undefined) return new RealDate(instant).toString();
    return construct(RealDate, parts.length === 0 ? [instant] : parts, new.target);
  }
  hide(FrozenDate, "name", "Date");
  hide(FrozenDate, "now", function now() {
    return instant;
  });
  hide(FrozenDate, "parse", RealDate.parse);
  hide(FrozenDate, "UTC", RealDate.UTC);
  FrozenDate.prototype = RealDate.prototype;
  hide(RealDate.prototype, "constructor", FrozenDate);
  hide(scope, "Date", FrozenDate);

  // Everything that is not deterministic, escapes the memory limit, or can wait.
  const removed = [
    "Intl",
    "Temporal",
    "WeakRef",
    "FinalizationRegistry",
    "Atomics",
    "SharedArrayBuffer",
    "WebAssembly",
    "ShadowRealm",
  ];
  const { supportedLocalesOf } = Intl.NumberFormat;
  for (const name of removed) deleteProperty(scope, name);

  // Methods with a locale work as in Node; without one it is English, and times are in UTC, on every
  // machine. V8 itself would replace a locale that it does not have by the default without a word.
  const known = (locales: unknown): unknown => {
    if (locales === undefined) return "en-US";
    const asked = typeof locales === "string" ? [locales] : (locales as readonly string[]);
    if (supportedLocalesOf(asked as string[]).length < asked.length) {
      throw new RangeError(`there is no data for the locale ${String(locales)}: use en`);
    }
    return locales;
  };
  /** @param at Index of the locale among the arguments. */
  const localize = (owner: object, name: string, at: 0 | 1): void => {
    const native = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
    const method = function (this: unknown, ...values: unknown[]): unknown {
      values[at] = known(values[at]);
      return apply(native, this, values);
    };
    hide(method, "name", name);
    hide(owner, name, method);
  };
  localize(String.prototype, "localeCompare", 1);
  for (const name of ["toLocaleLowerCase", "toLocaleUpperCase"])
    localize(String.prototype, name, 0);
  for (const { prototype } of [Number, BigInt, RealDate]) localize(prototype, "toLocaleString", 0);
  for (const name of ["toLocaleDateString", "toLocaleTimeString"]) {
    localize(RealDate.prototype, name, 0);
  }
  const mute = (): void => undefined;
  // One literal: defining them one by one costs a tenth of a millisecond in each new realm.
  const silent = {
    log: mute,
    info: mute,
    warn: mute,
    error: mute,
    debug: mute,
    trace: mute,
    table: mute,
    assert: mute,
    dir: mute,
    dirxml: mute,
    group: mute,
    groupCollapsed: mute,
    groupEnd: mute,
    count: mute,
    countReset: mute,
    time: mute,
    timeLog: mute,
    timeEnd: mute,
    clear: mute,
  };
  hide(scope, "console", silent);
}
