/** Fields that may be undefined become fields that may be absent. */

/** T without undefined fields: a field that may be undefined is optional. */
type Present<T extends object> = Simplified<
  { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
    [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
  }
>;

type Simplified<T> = { [K in keyof T]: T[K] };

/**
 * A copy with the fields that are not undefined, in order: `{ ...present({ a, b }) }` has those of
 * `a` and `b` that are defined. Null, false, 0 and "" are values and stay.
 */
export function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}
