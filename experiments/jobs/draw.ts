/** Draws inputs as people have them: small numbers, amounts, words, sentences, names, dates. */
import type { Random } from "../../src/index.ts";

export interface Draw {
  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number;
  /** A number from `low` to `high` with that many decimals. */
  decimal(low: number, high: number, places: number): number;
  flag(): boolean;
  pick<T>(of: readonly T[]): T;
  /** A list of `low` to `high` items. */
  list<T>(low: number, high: number, make: () => T): T[];
  /** A lowercase word. */
  word(): string;
  /** That many lowercase words with spaces between them. */
  words(low: number, high: number): string;
  /** A first name and a last name. */
  name(): string;
  /** ISO 8601, from 1990 to 2039. */
  date(): string;
}

const WORDS =
  "apple river stone light garden window paper music winter orange bridge silver letter market forest pencil summer coffee planet bottle ocean yellow doctor engine island rocket castle dragon cat dog sun map key tea ice egg a on we".split(
    " ",
  );
const FIRST =
  "Anna Ben Carla David Emma Felix Grace Henry Ida Jonas Klara Leo Mia Noah Olga Paul".split(" ");
const LAST =
  "Adler Brown Costa Diaz Evans Fischer Garcia Huber Ivanov Jones Keller Lopez Meyer Novak Olsen Popov".split(
    " ",
  );
const DAY_MS = 86_400_000;

export function drawFrom(random: Random): Draw {
  const int = (low: number, high: number): number => low + random.integer(high - low + 1);
  const pick = <T>(of: readonly T[]): T => random.pick(of);
  const list = <T>(low: number, high: number, make: () => T): T[] =>
    Array.from({ length: int(low, high) }, make);
  const word = (): string => pick(WORDS);
  return {
    int,
    pick,
    list,
    word,
    decimal: (low, high, places) => int(low * 10 ** places, high * 10 ** places) / 10 ** places,
    flag: () => random.next() < 0.5,
    words: (low, high) => list(low, high, word).join(" "),
    name: () => `${pick(FIRST)} ${pick(LAST)}`,
    date: () =>
      new Date(Date.UTC(1990, 0, 1) + int(0, 50 * 365) * DAY_MS).toISOString().slice(0, 10),
  };
}
