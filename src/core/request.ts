/**
 * A person's request and the states it can be in.
 */
import { z } from "zod";
import { Image, MAX_IMAGES } from "./image.ts";
import { Case } from "./tool.ts";

export const Budget = z.strictObject({
  evaluations: z.int().min(1).exactOptional().describe("Maximum number of evaluated candidates."),
  seconds: z.number().positive().exactOptional().describe("Maximum seconds of wall clock."),
  tokens: z.int().min(1).exactOptional().describe("Maximum model tokens."),
  usd: z.number().positive().exactOptional().describe("Maximum model costs in dollars."),
  calls: z.int().min(1).exactOptional().describe("Maximum number of model calls."),
});
export type Budget = z.output<typeof Budget>;

export const Request = z.strictObject({
  objective: z.string().trim().min(1, "an objective in words"),
  requirements: z.array(z.string().trim().min(1)).default([]),
  constraints: z.array(z.string().trim().min(1)).default([]),
  examples: z.array(Case).exactOptional(),
  budget: Budget.exactOptional(),
  /** The requesting user: preferences and past outcomes of other users are not used. */
  user: z.string().min(1).exactOptional(),
  /** Text files that the request may search. */
  files: z.array(z.string().min(1)).exactOptional(),
  /** For a vision model. */
  images: z.array(Image).min(1).max(MAX_IMAGES).exactOptional(),
});
export type Request = z.output<typeof Request>;

export const RequestStatus = z.enum([
  "NOT_STARTED",
  "IN_PROGRESS",
  "WAITING_FEEDBACK",
  "SUCCEEDED",
  "FAILED",
  "CANCELED",
]);
export type RequestStatus = z.output<typeof RequestStatus>;

const NEXT: Readonly<Record<RequestStatus, readonly RequestStatus[]>> = {
  NOT_STARTED: ["IN_PROGRESS", "CANCELED"],
  IN_PROGRESS: ["WAITING_FEEDBACK", "SUCCEEDED", "FAILED", "CANCELED"],
  WAITING_FEEDBACK: ["IN_PROGRESS", "CANCELED"],
  SUCCEEDED: [],
  FAILED: [],
  CANCELED: [],
};

/** Whether a request may change from one status to the other. A final status never changes. */
export function mayBecome(from: RequestStatus, to: RequestStatus): boolean {
  return NEXT[from].includes(to);
}
