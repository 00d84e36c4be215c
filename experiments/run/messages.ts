/** What a batch and its workers tell each other: one JSON document a line. */
import { z } from "zod";
import { CellFacts, CellRecord } from "./record.ts";

/** To a worker. The end of its input means: stop. */
export const Order = z.strictObject({
  cell: CellFacts,
  /** An earlier process may have begun this cell. */
  again: z.boolean(),
  /** Wall clock after which it counts as failed. */
  seconds: z.number().optional(),
});
export type Order = z.output<typeof Order>;

export const CellProgress = z.object({
  id: z.string(),
  evaluations: z.int(),
  seconds: z.number(),
  best: z.number().optional(),
});
export type CellProgress = z.output<typeof CellProgress>;

/** From a worker. */
export const Answer = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("progress"), progress: CellProgress }),
  z.object({ type: z.literal("ended"), record: CellRecord }),
]);
export type Answer = z.output<typeof Answer>;
