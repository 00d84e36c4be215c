/** The names of a program in the total grammar: the meaning and the printed form of each. */

export type Binding =
  /** A number or boolean; `writable` only for `let`. */
  | { readonly kind: "value"; readonly printed: string; readonly writable: boolean }
  /** A constant list of numbers, evenly nested to `depth`; 1 is a flat list. */
  | { readonly kind: "list"; readonly printed: string; readonly depth: number }
  | { readonly kind: "function"; readonly printed: string };

/** Deterministic numeric functions of Math. */
export const MATH_FUNCTIONS: ReadonlySet<string> = new Set([
  ..."abs acos acosh asin asinh atan atan2 atanh cbrt ceil clz32 cos cosh exp expm1 floor".split(
    " ",
  ),
  ..."fround hypot imul log log10 log1p log2 max min pow round sign sin sinh sqrt tan tanh".split(
    " ",
  ),
  "trunc",
]);

export const MATH_CONSTANTS: ReadonlySet<string> = new Set(
  "E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2".split(" "),
);

/** Names of constant values, printed as expressions. */
export const LITERAL_NAMES: ReadonlyMap<string, string> = new Map([
  ["undefined", "(void 0)"],
  ["NaN", "(0 / 0)"],
  ["Infinity", "(1 / 0)"],
]);

/** Names that no declaration may have, because they could be confused with the built-in ones. */
const RESERVED: ReadonlySet<string> = new Set([
  ...LITERAL_NAMES.keys(),
  ..."Math arguments eval globalThis constructor prototype __proto__ let static yield await".split(
    " ",
  ),
  ..."async of get set implements interface package private protected public".split(" "),
]);

/** Why a program is outside the grammar. Internal: `checkGrammar` always catches it. */
export class OutsideGrammar extends Error {}

export function outside(what: string): never {
  throw new OutsideGrammar(what);
}

/** Nested scopes; each name is printed as a letter and a unique number, so nothing is shadowed. */
export class Names {
  readonly #scopes: Map<string, Binding>[] = [new Map()];
  #count = 0;

  fresh(): string {
    return `v${this.#count++}`;
  }

  declare(name: string, binding: Binding): void {
    if (RESERVED.has(name)) outside(`a declaration named ${name}`);
    const scope = this.#scopes.at(-1) as Map<string, Binding>;
    if (scope.has(name)) outside(`two declarations of ${name}`);
    scope.set(name, binding);
  }

  find(name: string): Binding {
    for (let at = this.#scopes.length - 1; at >= 0; at--) {
      const binding = this.#scopes[at]?.get(name);
      if (binding !== undefined) return binding;
    }
    return outside(`the name ${name}, which is not declared before`);
  }

  within<T>(work: () => T): T {
    this.#scopes.push(new Map());
    try {
      return work();
    } finally {
      this.#scopes.pop();
    }
  }
}

/** Counts the printed nodes, which are the price in fuel, and limits the nesting depth. */
export class Meter {
  nodes = 0;
  #depth = 0;

  deeper<T>(work: () => T): T {
    this.nodes++;
    if (++this.#depth > 150) outside("nesting deeper than 150");
    const result = work();
    this.#depth--;
    return result;
  }
}
