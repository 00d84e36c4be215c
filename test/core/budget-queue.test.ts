import { expect, test } from "vitest";
import { budgetQueue } from "../../src/core/budget-queue.ts";

const never = new AbortController().signal;

/** A budget of ten calls; what is taken stays until it is given back. */
function tenCalls(spent = 0) {
  let taken = 0;
  const queue = budgetQueue(
    { limit: { calls: 10 }, spent: () => ({ calls: spent }), reserved: () => ({ calls: taken }) },
    { budget: "The budget", advice: "Raise it." },
  );
  return {
    take: (calls: number, signal = never) => queue.admit({ calls }, () => (taken += calls), signal),
    giveBack(calls: number) {
      taken -= calls;
      queue.serve();
    },
  };
}

test("an ask that is aborted while it waits lets those behind it through", async () => {
  const { take } = tenCalls();
  await take(6);
  const leaving = new AbortController();
  const large = take(8, leaving.signal);
  const small = take(2);
  let through = false;
  void small.then(() => {
    through = true;
  });
  await new Promise(setImmediate);
  expect(through).toBe(false);
  leaving.abort(new Error("no longer wanted"));
  await expect(large).rejects.toThrow("no longer wanted");
  expect(await small).toBe(8);
});

test("what can never fit is refused at once, though others could still free something", async () => {
  const { take } = tenCalls(4);
  await take(6);
  await expect(take(7)).rejects.toThrow("The budget of 10 calls has no room for 7 more. Raise it.");
});

test("what is given back admits the next ones in order, as far as they fit", async () => {
  const { take, giveBack } = tenCalls();
  await take(10);
  const order: number[] = [];
  const all = [5, 4, 3].map((calls) => take(calls).then(() => order.push(calls)));
  giveBack(9);
  await Promise.all(all.slice(0, 2));
  await new Promise(setImmediate);
  expect(order).toEqual([5, 4]);
  giveBack(3);
  await Promise.all(all);
  expect(order).toEqual([5, 4, 3]);
});

test("a unit without a limit is never in the way, and nothing asked is nothing refused", async () => {
  const full = tenCalls(10);
  expect(await full.take(0)).toBe(0);
  await expect(full.take(1)).rejects.toMatchObject({ code: "BUDGET_EXCEEDED" });
});
