/**
 * When the best match is no match.
 *
 * Chosen where found and none balance on the even-numbered queries of two public sets (MetaTool,
 * Seal-Tools) against small stores drawn with and without the tool that fits; what it gives on the
 * odd-numbered ones is what `benchRetrieval` reports. In stores of one to ten tools it is strict: of
 * unrelated requests 1 in 100 to 1 in 10 finds something, of related ones 3 in 4 find their tool, the
 * rest shares no word with it. Requests that a tool has served are indexed with it and close that gap.
 */

/** The answer is "no such tool" where the best match scores less. */
export const noneBelow = 0.1;
