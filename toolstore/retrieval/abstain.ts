/** When the best match is no match: the score below which the answer is "no such tool". */

export const noneBelow = 0.07;
