/** Fields that may be undefined become fields that may be absent. */

/** T without the fields that are undefined: where one may be, it is optional. */
type Present<T extends object> = Simplified<
  { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
    [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
  }
>;

type Simplified<T> = { [K in keyof T]: T[K] };

/**
 * A copy with the fields that are not undefined, in their order: `{ ...present({ a, b }) }` holds
 * what there is of `a` and `b`. Null, false, 0 and "" are values and stay.
 */
export function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<T>;
}
