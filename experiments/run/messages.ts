/** The messages between a batch and its workers: one JSON document per line. */
import { z } from "zod";
import { CellFacts, CellRecord } from "./record.ts";

/** To a worker. The end of its input stops it. */
export const Order = z.strictObject({
  cell: CellFacts,
  /** An earlier process may have started this cell. */
  again: z.boolean(),
  /** The cell fails after this wall clock time. */
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
