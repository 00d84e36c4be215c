/** The command `toolwright bench store`: the speed of the tool store. */
import { InputError } from "../core/errors.ts";
import { present } from "../core/present.ts";

export interface StoreFlags {
  readonly tools?: number;
  readonly index?: boolean;
  readonly dims?: number;
}

const SIZES = [1_000, 10_000, 100_000];

/** @throws InputError USAGE */
export async function storeRows({ tools, index, dims }: StoreFlags): Promise<readonly object[]> {
  if (dims !== undefined && index !== true) {
    throw new InputError("USAGE", "Expected --dims together with --index, got --dims alone.");
  }
  const sizes = tools === undefined ? SIZES : [tools];
  const [{ benchIndex }, { benchStore }] = await Promise.all([
    import("./index-size.ts"),
    import("./store.ts"),
  ]);
  const rows: object[] = [];
  for (const size of sizes) {
    rows.push(
      index === true
        ? await benchIndex({ tools: size, ...present({ dims }) })
        : await benchStore({ tools: size }),
    );
  }
  return rows.map(flat);
}

/** `{ searchMs: { p50: 1 } }` as `{ "searchMs p50": 1 }`: a table has no nested cells. */
function flat(row: object): object {
  return Object.fromEntries(
    Object.entries(row).flatMap(([key, value]) =>
      typeof value === "object" && value !== null
        ? Object.entries(value).map(([inner, each]) => [`${key} ${inner}`, each])
        : [[key, value]],
    ),
  );
}
