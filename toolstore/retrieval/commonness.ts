/** Words that are searched although they fit most tools: "data", "list", "value". */
import { stem } from "../../src/core/text/stem.ts";

/** Content words that say little about a tool, in two groups. */
const VERY_COMMON = `
  data information value list name text input output result tool function return given type new
  user number string object check one two first way thing kind etc possible e g specific different
  various based certain something anything item details retrieve search`;
const COMMON = `
  create generate calculate compute convert format file time date set add update send read write
  run process code test page content online service app system api model manage management current
  available best good many much every today latest recent top start end change order line point key
  id size total count work sort plan question answer access support allow enable offer like me`;

/** Stem -> share; made on the first search, as stemming takes longer than a short command. */
let shares: ReadonlyMap<string, number> | undefined;

/** Assumed share of all tools that contain the term, before a store's own statistics. */
export function commonness(term: string): number {
  shares ??= new Map([...stems(COMMON, 0.06), ...stems(VERY_COMMON, 0.4)]);
  return shares.get(term) ?? 0.004;
}

function stems(list: string, share: number): (readonly [stem: string, share: number])[] {
  return list
    .trim()
    .split(/\s+/)
    .map((word) => [stem(word), share]);
}
