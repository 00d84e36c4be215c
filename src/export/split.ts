/**
 * Splits rows into training and validation so that no request or task is in both. Rows that share a
 * family, directly or through other rows, go to the same split, decided by a hash of the family names.
 */
import { digestText } from "../core/digest.ts";

export type SplitName = "train" | "validation";

/**
 * @param families Names per row, at least one each.
 * @param share Approximate share of the family groups that go to validation, in [0, 1).
 * @param salt Another salt gives another split.
 * @returns The split of each row. If training would be empty, everything is training.
 */
export function splitByFamily(
  families: readonly (readonly string[])[],
  share: number,
  salt: string,
): readonly SplitName[] {
  const leader = new Map<string, string>();
  const find = (name: string): string => {
    let root = name;
    for (
      let next = leader.get(root);
      next !== undefined && next !== root;
      next = leader.get(root)
    ) {
      root = next;
    }
    leader.set(name, root);
    return root;
  };
  for (const names of families) {
    for (const name of names) {
      const [left, right] = [find(names[0] ?? name), find(name)].sort();
      // The smaller name is the representative, so the order of rows does not matter.
      if (left !== undefined && right !== undefined) leader.set(right, left);
    }
  }
  const splits = families.map(([name = ""]) => {
    const hash = Number.parseInt(digestText(`${salt}\n${find(name)}`).slice(0, 12), 16);
    return hash / 2 ** 48 < share ? ("validation" as const) : ("train" as const);
  });
  return splits.includes("train") ? splits : splits.map(() => "train");
}
