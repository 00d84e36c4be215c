/**
 * A model simulates a function that has no implementation. Its value is validated against the declared
 * type. Equal arguments are asked about once; serve.ts ensures that.
 */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import { ModelError } from "../core/errors.ts";
import { Json } from "../core/json.ts";
import type { CallOutcome } from "../work/callable.ts";
import type { Gap } from "./gaps.ts";

/** @returns The value; a failure if the model gives none that fits. The program can catch it. */
export async function simulateCall(
  ask: Ask,
  gap: Gap,
  args: readonly Json[],
  signal: AbortSignal,
): Promise<CallOutcome> {
  const { name, signature, description, result } = gap;
  const value = z.fromJSONSchema(result as Parameters<typeof z.fromJSONSchema>[0]);
  try {
    const answer = await ask(
      {
        role: "simulator",
        prompt: "simulate-call",
        variables: { name, signature, description, arguments: JSON.stringify(args) },
        schema: z.object({ value }),
      },
      signal,
    );
    return { status: "returned", output: Json.parse(answer.value ?? null) };
  } catch (error) {
    const misfit =
      error instanceof ModelError && ["MALFORMED_REPLY", "MODEL_REFUSED"].includes(error.code);
    if (!misfit) throw error;
    return { status: "failed", reason: `${name}: ${error.message}` };
  }
}
