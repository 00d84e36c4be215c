/** Values that are made once: when they are first asked for, or anew for each latest one. */

/** What is made of the latest value, for as long as it is the latest. */
export function ofLatest<T, R>(latest: () => T, make: (value: T) => R): () => R {
  let made: { readonly of: T; readonly result: R } | undefined;
  return () => {
    const of = latest();
    if (made?.of !== of) made = { of, result: make(of) };
    return made.result;
  };
}

/** Made when it is first asked for. */
export function lazily<T>(make: () => T): { get(): T; opened(): T | undefined } {
  let made: T | undefined;
  return {
    get() {
      made ??= make();
      return made;
    },
    opened: () => made,
  };
}
