/** Odd values, texts and names for property tests: what people, models and servers send by accident. */
import fc from "fast-check";
import type { Json } from "../../src/core/json.ts";

/** Runs of each property: a few in every run, many by hand (TOOLWRIGHT_FUZZ_RUNS=10000). */
const RUNS = Number(process.env.TOOLWRIGHT_FUZZ_RUNS ?? 300);
/** Printed by fast-check with what failed. Fixed, so that a run fails today as it did yesterday. */
const SEED = Number(process.env.TOOLWRIGHT_FUZZ_SEED ?? 1);

export const FUZZ = { numRuns: RUNS, seed: SEED, interruptAfterTimeLimit: 3_600_000 } as const;
export const FUZZ_TIMEOUT_MS = 60_000 + RUNS * 2_000;

const NAMES = [
  "constructor",
  "__proto__",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "class",
  "await",
  "undefined",
  "NaN",
  "arguments",
  "eval",
  "then",
  "length",
  "name",
  "",
  " ",
  "a b",
  "a.b",
  "a/b",
  "../x",
  "0",
  "-1",
  "имя",
  "名前",
  "اسم",
  "🙂",
  "\u0000",
  "\u001b[31m",
  "\u202e",
  "\ufeff",
  "'",
  '"',
  "`",
  "$" + "{x}",
  "*b*",
  "&a",
  "!tag",
  "<<",
  "x".repeat(300),
];

export const oddName: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
);

const leaf: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, 0, -0, 1, -1, 0.1, 1e300, 1e-300, 2 ** 53, 2 ** 53 + 2),
  fc.integer(),
  oddName,
);

/** A JSON value of small size, with odd keys and texts. */
export const oddJson: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(oddName, tie("value")), { maxLength: 4 })
      .map((pairs) => Object.fromEntries(pairs) as Json),
  ),
})).value;

/** JSON text as it arrives: sometimes cut, marked, doubled, or with what JSON does not know. */
export const oddText = (value: fc.Arbitrary<Json>): fc.Arbitrary<string> =>
  fc.tuple(value, fc.nat({ max: 11 }), fc.nat({ max: 1_000 })).map(([json, how, at]) => {
    const text = JSON.stringify(json);
    const place = text.length === 0 ? 0 : at % text.length;
    switch (how) {
      case 0:
        return text.slice(0, place);
      case 1:
        return `\ufeff${text}`;
      case 2:
        return `${text.slice(0, place)}${text.slice(place + 1)}`;
      case 3:
        return `${text.slice(0, place)}*b* ${text.slice(place)}`;
      case 4:
        return text.replace(/\d+/, "9007199254740993");
      case 5:
        return text.replace(/:/, ": NaN,");
      case 6:
        return `${text}\n${text}`;
      case 7:
        return text.replaceAll('"', "'");
      default:
        return text;
    }
  });

type Path = readonly (string | number)[];

/** The value with one to three places replaced, removed or renamed. */
export function mutated(base: Json): fc.Arbitrary<Json> {
  const places = pathsOf(base);
  const change = fc.tuple(fc.nat({ max: places.length - 1 }), fc.nat({ max: 3 }), oddJson, oddName);
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce<Json>((value, [index, how, odd, name]) => {
      const path = places[index] ?? [];
      if (how === 0) return changed(value, path, () => []);
      if (how === 1) return changed(value, path, (key) => [[`${key}${name}`, odd]]);
      return changed(value, path, (key) => [[key, odd]]);
    }, base),
  );
}

/** Every place in the value except its root. */
function pathsOf(value: Json, path: Path = []): Path[] {
  if (value === null || typeof value !== "object") return [path];
  const inner = Object.entries(value).flatMap(([key, each]) =>
    pathsOf(each, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

type Entry = readonly [string, Json];

function changed(value: Json, path: Path, change: (key: string) => readonly Entry[]): Json {
  const [head, ...rest] = path;
  if (head === undefined || value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).flatMap(([key, each]): readonly Entry[] => {
    if (key !== String(head)) return [[key, each]];
    return rest.length === 0 ? change(key) : [[key, changed(each, rest, change)]];
  });
  return Array.isArray(value)
    ? entries.map(([, each]) => each)
    : (Object.fromEntries(entries) as Json);
}
