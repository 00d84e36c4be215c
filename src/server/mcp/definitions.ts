/**
 * Stored tools in the words of the Model Context Protocol: their definitions, and what became of a
 * call as a result. A result that is no object stands in a field of one, for the protocol's older
 * revisions know only objects.
 */
import type { CallToolResult, Tool as McpTool } from "@modelcontextprotocol/server";
import { describeExecution, type Execution } from "../../core/execution.ts";
import type { Json } from "../../core/json.ts";
import { actsOutside, type JsonSchema, type Tool } from "../../core/tool.ts";

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

/** An execution as a result; a failure says its kind in `_meta`, so that programs can tell them apart. */
export function resultOf(tool: Tool, execution: Execution): CallToolResult {
  if (execution.status !== "returned") {
    return failure(execution.status, `${tool.name}: ${describeExecution(execution)}`);
  }
  const { output } = execution;
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

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function kindOf(value: Json): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
