/** A bound on work side by side: first come, first served. */

/**
 * @param limit Pieces of work under way at a time, at least 1.
 * @returns Runs a piece of work as soon as there is room, and settles as it does.
 */
export function gate(limit: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let free = Math.max(1, limit);
  const waiting: (() => void)[] = [];
  return async (work) => {
    // A place that is given up goes to the first in line, not to whoever comes by.
    if (free > 0) free--;
    else await new Promise<void>((admit) => waiting.push(admit));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
