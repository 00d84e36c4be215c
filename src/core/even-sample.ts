/** A bounded sample of a stream whose length is not known. */

export interface EvenSample<T> {
  /** In the order in which they were added. */
  readonly items: readonly T[];
  add(item: T): void;
}

/**
 * At most `count` items, spread evenly over all that were added: when it is full, every second one is
 * dropped, and from then on only every second one is taken. Deterministic.
 *
 * @param count At least 2.
 */
export function evenSample<T>(count: number): EvenSample<T> {
  let items: T[] = [];
  let stride = 1;
  let seen = 0;
  return {
    get items() {
      return items;
    },
    add(item) {
      if (seen++ % stride !== 0) return;
      items.push(item);
      if (items.length <= count) return;
      items = items.filter((_, index) => index % 2 === 0);
      stride *= 2;
    },
  };
}
