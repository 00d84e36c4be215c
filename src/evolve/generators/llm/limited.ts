/** Work side by side, results in the order of the items. */

/**
 * @param limit Items at work at a time, at least 1.
 * @returns One result per item, in their order. Rejects with the first failure in order of time;
 * what is at work then is awaited first, so that nothing goes on behind the caller's back.
 */
export async function limited<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next++;
      try {
        results[index] = await work(items[index] as Item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(Math.max(1, limit), items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
