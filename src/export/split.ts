/**
 * Training and validation, split so that nothing of one request or task is in both: rows that share
 * a family, or are tied by others that do, go the same way, decided by a hash of their names.
 */
import { digestText } from "../core/digest.ts";

export type SplitName = "train" | "validation";

/**
 * @param families Names per row, at least one each.
 * @param share Of all family groups, about so many go to validation, in [0, 1).
 * @param salt Another one gives another split.
 * @returns A name per row. Everything is training if else there would be none.
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
      // The smaller name leads: the order of rows does not matter.
      if (left !== undefined && right !== undefined) leader.set(right, left);
    }
  }
  const splits = families.map(([name = ""]) => {
    const hash = Number.parseInt(digestText(`${salt}\n${find(name)}`).slice(0, 12), 16);
    return hash / 2 ** 48 < share ? ("validation" as const) : ("train" as const);
  });
  return splits.includes("train") ? splits : splits.map(() => "train");
}
