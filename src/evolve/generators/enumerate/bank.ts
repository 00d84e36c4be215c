/**
 * The bank: all expressions over some variables, by type and level, one per behaviour.
 *
 * Levels are costs. Level by level, every component is applied to all entries below it. An expression
 * that behaves on all contexts like an earlier one is dropped (observational equivalence:
 * Albarghouthi, Gulwani and Kincaid, CAV 2013; Udupa et al., PLDI 2013).
 */
import { type Component, compose, type Expression } from "./expression.ts";
import {
  bounded,
  fingerprint,
  sizeOf,
  TYPES,
  type Type,
  type Value,
  type Vector,
} from "./values.ts";

export interface Entry {
  /** Replaced when a cheaper one with the same behaviour is found. */
  expression: Expression;
  readonly values: Vector;
  readonly key: number;
  readonly level: number;
}

/** Work is counted in computed values, never in seconds, so that a search can be repeated. */
export interface Meter {
  work: number;
  /** The work at which the current turn ends. */
  pause: number;
  /** Approximate bytes of all banks together. */
  bytes: number;
}

/** Memory limit in bytes as counted here, without garbage that is not collected yet. */
const MAX_BYTES = 200_000_000;
/** Bytes of an entry without its values: the object, its expression, its places in map and lists. */
const ENTRY_BYTES = 280;

export interface BankOptions {
  readonly contexts: number;
  readonly components: readonly Component[];
  /** Maximum number of entries per type. */
  readonly capacity: number;
  /** Highest level. */
  readonly highest: number;
  readonly meter: Meter;
  /** Called for each new behaviour, stored or beyond capacity. */
  readonly onEntry: (entry: Entry) => void;
}

export interface Bank {
  readonly contexts: number;
  /** The current level. */
  readonly level: number;
  /**
   * Adds an expression from outside. It is combined with others from its level on, at the earliest at
   * the next level, or at level 1 if `early`.
   */
  add(expression: Expression, values: Vector, early?: boolean): Entry | undefined;
  find(type: Type, key: number): Entry | undefined;
  /** In order of discovery. */
  all(type: Type): readonly Entry[];
  /** Runs until the highest level is complete; yields when the meter's work reaches `pause`. */
  grow(): Iterator<undefined>;
}

export function createBank(options: BankOptions): Bank {
  const { contexts, components, capacity, highest, meter, onEntry } = options;
  const known = {} as Record<Type, Map<number, Entry>>;
  const order = {} as Record<Type, Entry[]>;
  const levels = {} as Record<Type, Entry[][]>;
  for (const type of TYPES) {
    known[type] = new Map();
    order[type] = [];
    levels[type] = Array.from({ length: highest + 2 }, () => []);
  }
  let level = 0;
  const minDefined = Math.ceil(contexts / 2);

  /** Undefined if the behaviour is known, or more than half of the values are undefined. */
  const insert = (values: Vector, type: Type, make: () => Expression, at: number) => {
    let defined = 0;
    for (let k = 0; k < contexts; k++) if (values[k] !== undefined) defined++;
    if (defined < minDefined) return undefined;
    const key = fingerprint(values);
    const seen = known[type];
    const before = seen.get(key);
    if (before !== undefined) {
      if (at >= before.expression.cost) return undefined;
      const expression = make();
      if (expression.cost >= before.expression.cost) return undefined;
      before.expression = expression;
      onEntry(before);
      return undefined;
    }
    if (at > 1 && isConstant(values) && !isLeaf(make())) return undefined;
    const entry: Entry = { expression: make(), values, key, level: at };
    if (seen.size < capacity && meter.bytes < MAX_BYTES) {
      meter.bytes += ENTRY_BYTES + sizeOf(values);
      seen.set(key, entry);
      order[type].push(entry);
      levels[type][at]?.push(entry);
    }
    onEntry(entry);
    return entry;
  };

  function apply(part: Component, entries: readonly Entry[], at: number): void {
    meter.work += contexts + 3;
    const values: (Value | undefined)[] = new Array(contexts);
    const [a, b, c] = entries as [Entry, Entry?, Entry?];
    for (let k = 0; k < contexts; k++) {
      const first = a.values[k];
      if (first === undefined) continue;
      if (b === undefined) {
        values[k] = bounded(part.apply(first));
        continue;
      }
      const second = b.values[k];
      if (second === undefined) continue;
      if (c === undefined) {
        values[k] = bounded(part.apply(first, second));
        continue;
      }
      const third = c.values[k];
      if (third !== undefined) values[k] = bounded(part.apply(first, second, third));
    }
    insert(values, part.gives, () => expressionOf(part, entries), at);
  }

  function* combine(part: Component): Generator<undefined> {
    const [first, second, third] = part.takes as [Type, Type?, Type?];
    const limit = (at: number): number => part.levels[at] ?? highest;
    const left = level - part.cost;
    if (second === undefined) {
      if (left > limit(0)) return;
      for (const a of levels[first][left] ?? []) {
        apply(part, [a], level);
        if (meter.work >= meter.pause) yield;
      }
      return;
    }
    for (let i = 1; i < left && i <= limit(0); i++) {
      for (let j = 1; i + j <= left && j <= limit(1); j++) {
        if (part.commutes && j > i) break;
        if (third === undefined && i + j !== left) continue;
        const k = left - i - j;
        if (third !== undefined && (k < 1 || k > limit(2))) continue;
        const as = levels[first][i] ?? [];
        const bs = levels[second][j] ?? [];
        const cs = third === undefined ? [undefined] : (levels[third][k] ?? []);
        for (let x = 0; x < as.length; x++) {
          const a = as[x] as Entry;
          for (let y = 0; y < bs.length; y++) {
            if (part.commutes && i === j && y > x) break;
            const b = bs[y] as Entry;
            for (const c of cs) {
              apply(part, c === undefined ? [a, b] : [a, b, c], level);
              if (meter.work >= meter.pause) yield;
            }
          }
        }
      }
    }
  }

  return {
    contexts,
    get level() {
      return level;
    },
    add(expression, values, early = false) {
      const earliest = early ? 1 : level + 1;
      const at = Math.min(highest + 1, Math.max(earliest, expression.cost));
      meter.work += contexts;
      return insert(values, expression.type, () => expression, at);
    },
    find: (type, key) => known[type].get(key),
    all: (type) => order[type],
    *grow() {
      for (level = 1; level < highest; ) {
        level++;
        for (const part of components) yield* combine(part);
      }
    },
  };
}

/** Whether the value is the same in all contexts: then a constant is enough. */
function isConstant(values: Vector): boolean {
  const [first] = values;
  if (values.length < 2 || typeof first === "object") return false;
  for (let k = 1; k < values.length; k++) if (values[k] !== first) return false;
  return true;
}

function isLeaf({ args }: Expression): boolean {
  return args.length === 0;
}

function expressionOf(part: Component, entries: readonly Entry[]): Expression {
  return compose(
    part,
    entries.map(({ expression }) => expression),
    part.gives,
    part.cost,
  );
}
