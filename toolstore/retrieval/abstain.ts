/**
 * When the best match is no match.
 *
 * The balance of found and none on the even-numbered queries of two public sets (MetaTool, Seal-Tools)
 * against small stores drawn with and without a tool that fits lies at 0.05 for one tool, 0.07 for
 * five and 0.1 for a hundred; the largest is taken, since a wrong tool costs more than a new one. In
 * stores of five tools from the same two sets (so these are no figures for an unseen set): of unrelated
 * requests 2 to 6 in 100 find something; of related ones 9 in 10 (Seal-Tools) and 1 in 2 (MetaTool, whose
 * requests often share no word with their tool) find it. Among a hundred tools of one field 25 to 43 in
 * 100 unrelated requests find a neighbour: words alone can not tell it from what was asked for, a trial
 * can. Requests that a tool has served are indexed with it and close the gap on the other side.
 */

/** The answer is "no such tool" where the best match scores less. */
export const noneBelow = 0.1;
