/** Words that are searched although they fit most tools: "data", "list", "value". */
import { stem } from "../../src/core/text/stem.ts";

/** Content words that say little about a tool, in two groups. */
const VERY_COMMON = stems(
  `data information value list name text input output result tool function return given type new
  user number string object check one two first way thing kind etc possible e g specific different
  various based certain something anything item details retrieve search`,
);
const COMMON = stems(
  `create generate calculate compute convert format file time date set add update send read write
  run process code test page content online service app system api model manage management current
  available best good many much every today latest recent top start end change order line point key
  id size total count work sort plan question answer access support allow enable offer like me`,
);

/** Assumed share of all tools that contain the term, before a store's own statistics. */
export function commonness(term: string): number {
  if (VERY_COMMON.has(term)) return 0.4;
  return COMMON.has(term) ? 0.06 : 0.004;
}

function stems(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/).map(stem));
}
