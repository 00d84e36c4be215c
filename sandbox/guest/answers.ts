/**
 * The frames that come out of a guest, and their meaning as executions. The program may have forged
 * any of it: a frame is a claim, and only its form is checked here.
 */
import { z } from "zod";
import type { Execution } from "../../src/core/execution.ts";
import { type Json, parseJson } from "../../src/core/json.ts";

const wallMs = z.number().min(0).catch(0);

/** One answer of a supervisor. */
export const Answer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready"), sealed: z.boolean() }),
  z.object({ kind: z.literal("result"), text: z.string(), wallMs }),
  z.object({ kind: z.literal("shell"), text: z.string(), wallMs }),
  z.object({ kind: z.literal("threw"), message: z.string(), wallMs }),
  z.object({ kind: z.literal("bad-output"), reason: z.string() }),
  z.object({ kind: z.literal("refused"), reason: z.string() }),
  z.object({ kind: z.literal("out-of-memory") }),
  z.object({ kind: z.literal("crashed"), reason: z.string() }),
  z.object({ kind: z.literal("done") }),
]);
export type Answer = z.output<typeof Answer>;

/** Longer messages and reasons are cut. */
const MESSAGE_CHARACTERS = 2_000;

/** The execution that an answer reports; null if it reports none. */
export function executionOf(
  answer: Answer,
  limits: { readonly memoryMiB: number; readonly outputBytes: number },
): Execution | null {
  switch (answer.kind) {
    case "ready":
    case "done":
      return null;
    case "result":
      return outputOf(parseOutput(answer.text), answer.wallMs, limits.outputBytes);
    case "shell":
      return outputOf(shellOutput(answer.text), answer.wallMs, limits.outputBytes);
    case "threw":
      return {
        status: "threw",
        message: shortened(answer.message),
        wallMs: answer.wallMs,
      };
    case "bad-output":
      return { status: "bad-output", reason: shortened(answer.reason) };
    case "refused":
      return { status: "refused", reason: shortened(answer.reason) };
    case "out-of-memory":
      return { status: "out-of-memory", limitMiB: limits.memoryMiB };
    case "crashed":
      return { status: "crashed", reason: shortened(answer.reason) };
  }
}

/** Cutting, here or inside the guest, may leave half of a surrogate pair. */
function shortened(text: string): string {
  return text.slice(0, MESSAGE_CHARACTERS).toWellFormed();
}

function outputOf(
  parsed: { readonly output: Json } | { readonly reason: string },
  wall: number,
  outputBytes: number,
): Execution {
  if ("reason" in parsed) return { status: "bad-output", reason: parsed.reason };
  const bytes = Buffer.byteLength(JSON.stringify(parsed.output));
  if (bytes > outputBytes) {
    const reason = `the output is larger than ${outputBytes} bytes`;
    return { status: "bad-output", reason };
  }
  return { status: "returned", output: parsed.output, wallMs: wall };
}

function parseOutput(text: string): { readonly output: Json } | { readonly reason: string } {
  try {
    return { output: parseJson(text) };
  } catch (error) {
    return { reason: shortened(`the result is not usable JSON: ${(error as Error).message}`) };
  }
}

/** Standard output as JSON if it parses, otherwise as text without the last line break. */
function shellOutput(text: string): { readonly output: Json } {
  const parsed = parseOutput(text);
  return "output" in parsed ? parsed : { output: text.replace(/\r?\n$/, "") };
}
