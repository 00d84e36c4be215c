/**
 * Stored tools in the words of the Model Context Protocol: their definitions, and what became of a
 * call as a result. A result that is no object stands in a field of one, for the protocol's older
 * revisions know only objects.
 */
import type { CallToolResult, Tool as McpTool } from "@modelcontextprotocol/server";
import type { Json } from "../../core/json.ts";
import { actsOutside, type JsonSchema, type Tool } from "../../core/tool.ts";
import type { RequestView } from "../../journal/view.ts";
import type { CallOutcome } from "../../work/callable.ts";

/** The field that holds a result which is no object. */
const RESULT = "result";

export function definitionOf(tool: Tool): McpTool {
  const { name, description, parameters, result, version, release, digest } = tool;
  const outside = actsOutside(tool);
  return {
    name,
    description,
    inputSchema: { ...parameters, type: "object" },
    outputSchema: isObjectSchema(result) ? { ...result, type: "object" } : wrapped(result),
    annotations: {
      readOnlyHint: !outside,
      destructiveHint: outside,
      // The sandbox seeds chance and stops the clock: equal arguments, equal results.
      idempotentHint: !outside,
      openWorldHint: outside,
    },
    _meta: {
      "toolwright/version": version,
      "toolwright/digest": digest,
      ...(release === undefined ? {} : { "toolwright/release": release }),
    },
  };
}

function isObjectSchema({ type }: JsonSchema): boolean {
  return type === "object";
}

/** References of the inner schema are read from the root, so its definitions move there. */
function wrapped({ $defs, definitions, $schema, ...schema }: JsonSchema): McpTool["outputSchema"] {
  return {
    type: "object",
    properties: { [RESULT]: schema },
    required: [RESULT],
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
  };
}

/** What became of a call; a failure says its kind in `_meta`, so that programs can tell them apart. */
export function resultOf(tool: Tool, outcome: CallOutcome): CallToolResult {
  if (outcome.status === "failed") {
    return failure(outcome.code ?? outcome.status, `${tool.name}: ${outcome.reason}`);
  }
  const { output } = outcome;
  if (isObjectSchema(tool.result)) {
    if (isObject(output)) return success(output);
    return failure("bad-output", `${tool.name}: expected an object, it gave ${kindOf(output)}.`);
  }
  return success({ [RESULT]: output }, output);
}

export function success(
  structured: { readonly [key: string]: Json },
  text: Json = structured,
): CallToolResult {
  return {
    content: [{ type: "text", text: typeof text === "string" ? text : JSON.stringify(text) }],
    structuredContent: { ...structured },
  };
}

/** @param code What kind of failure: an execution's status, or an error's code. */
export function failure(code: string, message: string): CallToolResult {
  return {
    isError: true,
    content: [{ type: "text", text: message }],
    _meta: { "toolwright/error": { code, message } },
  };
}

/** A call that waits, and how it goes on. */
export function waitingResult({ name }: Tool, { id, status, waits }: RequestView): CallToolResult {
  const question = waits[0]?.question as { readonly kind?: string } | undefined;
  const show = `toolwright request show ${id}`;
  const approve = `toolwright request approve ${id}`;
  const wait =
    question?.kind === "approval"
      ? {
          code: "APPROVAL_NEEDED",
          text: `${name} was not called: a person has to approve this call first. Ask them for: ${approve} (or reject in place of approve).`,
          commands: { approve, reject: `toolwright request reject ${id}`, show },
        }
      : {
          code: "RESULT_PENDING",
          text: `The result of ${name} is still to come (${status}). What it waits for: ${show}.`,
          commands: { show },
        };
  return {
    ...failure(wait.code, `${wait.text} Then make the same call again: it gives the result, once.`),
    structuredContent: { status: "waiting", requestId: id, ...wait.commands },
  };
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function kindOf(value: Json): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
