/**
 * Twelve steps with effects outside, some side by side, one inside another, with money put aside, an
 * answer waited for, and notes in the trace.
 */
import type { Workflow } from "../../src/journal/durable.ts";
import { eventOf, foreignEvent } from "../support/events.ts";

/** @param effect Called once per step that runs, with its key: what the world gets to see. */
export function orderWorkflow(effect: (idempotencyKey: string) => void): Workflow {
  return async (steps, spending) => {
    const act = (name: string, result: number) =>
      steps.step(name, async ({ idempotencyKey }) => {
        effect(idempotencyKey);
        return result;
      });
    let total = 0;
    for (let n = 1; n <= 4; n++) total += await act("count", n);
    total += await steps.step("outer", async () => {
      await steps.trace("note", [foreignEvent("note-inside", 1)]);
      return (await act("inner", 10)) + (await act("inner", 20));
    });
    total += await steps.step("pay", async ({ idempotencyKey }) => {
      const reserved = await spending.reserve("price", { usd: 2 });
      effect(idempotencyKey);
      await reserved.settle({ usd: 1 });
      return 100;
    });
    await steps.trace("note", [foreignEvent("note-outside", total)]);
    const said = await steps.waitFor("answer", { question: "How much more?" });
    total += Number(said?.payload ?? 0);
    for (let n = 1; n <= 4; n++) total += await act("after", n);
    return {
      status: "SUCCEEDED",
      cause: "added up",
      events: [eventOf("answer-given", { answer: String(total) })],
    };
  };
}

/** Steps with an effect: 4 counts, 2 inner ones, 1 payment, 4 after the answer. */
export const EFFECTS = 11;
export const TOTAL = 1 + 2 + 3 + 4 + 10 + 20 + 100 + 5 + 1 + 2 + 3 + 4;
