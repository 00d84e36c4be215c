/**
 * What a plan can call by name with JSON arguments: a stored tool, a sub-agent or a function of the
 * engine. The planner and sub-agents see no difference between them.
 */
import type { Execution } from "../core/execution.ts";
import { splitImages } from "../core/image.ts";
import type { Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import { oneLine, quoted, schemaText } from "../core/text/foreign.ts";
import { describesMore, typeOfSchema } from "../core/text/schema.ts";
import { typeText } from "../core/text/type.ts";
import type { JsonSchema, Tool } from "../core/tool.ts";

export type Arguments = { readonly [key: string]: Json };

/** Result of a call. A failure is a value: the next plan reads it. */
export type CallOutcome = (
  | { readonly status: "returned"; readonly output: Json }
  | {
      readonly status: "failed";
      readonly reason: string;
      /** For programs: the status of the execution, or why nothing was called, e.g. INVALID_ARGUMENTS. */
      readonly code?: string;
      /** Only for a stored tool that ran. */
      readonly execution?: FailedExecution;
    }
) & { readonly wallMs?: number };

export type FailedExecution = Exclude<Execution, { status: "returned" }>;

export interface Callable {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of an object. */
  readonly parameters: JsonSchema;
  readonly origin: "tool" | "agent" | "engine";
  /** Only for a stored tool. */
  readonly tool?: Tool;
  /** @param given Must fit `parameters`. */
  /** @param key The same in every attempt of this call. */
  call(given: Arguments, signal: AbortSignal, key?: string): Promise<CallOutcome>;
}

/** Why arguments do not fit a JSON Schema, as text; empty if they fit. */
export type ArgumentFaults = (schema: JsonSchema, given: Arguments) => readonly string[];

const LONGEST_TYPE = 1_000;

/** One line for a prompt. The description is quoted: its author is not always the engine. */
export function describeCallable(callable: Callable): string {
  const { name, description, parameters, origin, tool } = callable;
  const { properties = {}, required } = parameters;
  const shape = schemaText(
    describesMore(parameters) ? parameters : { properties, ...present({ required }) },
  );
  const gives =
    tool === undefined ? "" : ` -> ${oneLine(typeText(typeOfSchema(tool.result)), LONGEST_TYPE)}`;
  return `- ${name}${origin === "agent" ? " (agent)" : ""} ${shape}${gives}: ${quoted(description)}`;
}

/** The longest result that a prompt quotes in full, in characters. The trace stores all of it. */
const QUOTED_CHARS = 4_000;

/** Replaces images by a short text; the caller adds the images to the prompt. */
export function quoteJson(value: Json, longest = QUOTED_CHARS): string {
  const text = JSON.stringify(splitImages(value).value);
  return text.length <= longest
    ? text
    : `${text.slice(0, longest)}… (${text.length - longest} more characters)`;
}
