/**
 * Stored tools in the format of the Model Context Protocol: definitions and call results. A result that
 * is not an object becomes a field of one, because older revisions of the protocol only allow objects.
 */
import type { CallToolResult, Tool as McpTool } from "@modelcontextprotocol/server";
import { evidenceWarning } from "../../core/evidence.ts";
import type { Json } from "../../core/json.ts";
import { present } from "../../core/present.ts";
import { actsOutside, type JsonSchema, type Tool } from "../../core/tool.ts";
import type { RequestView } from "../../journal/view.ts";
import type { CallOutcome } from "../../work/callable.ts";

/** The field for a result that is not an object. */
const RESULT = "result";

export function definitionOf(tool: Tool): McpTool {
  const { name, description, parameters, result, version, release, digest } = tool;
  const external = actsOutside(tool);
  const warning = tool.origin === undefined ? evidenceWarning(tool) : undefined;
  return {
    name,
    description: warning === undefined ? description : `${description}\n\n${warning}`,
    inputSchema: { ...parameters, type: "object" },
    outputSchema: isObjectSchema(result) ? { ...result, type: "object" } : wrapped(result),
    annotations: {
      readOnlyHint: !external,
      destructiveHint: external,
      // The sandbox has a fixed random seed and a stopped clock: equal arguments give equal results.
      idempotentHint: !external,
      openWorldHint: external,
    },
    _meta: {
      "toolwright/version": version,
      "toolwright/digest": digest,
      ...present({ "toolwright/release": release, "toolwright/evidence": tool.evidence }),
    },
  };
}

function isObjectSchema({ type }: JsonSchema): boolean {
  return type === "object";
}

/** References of the inner schema resolve from the root, so its definitions move there. */
function wrapped({ $defs, definitions, $schema, ...schema }: JsonSchema): McpTool["outputSchema"] {
  return {
    type: "object",
    properties: { [RESULT]: schema },
    required: [RESULT],
    ...present({ $defs, definitions }),
  };
}

/** Result of a call. For a failure `_meta` contains the kind, so that programs can distinguish them. */
export function resultOf(tool: Tool, outcome: CallOutcome): CallToolResult {
  if (outcome.status === "failed") {
    return failure(outcome.code ?? outcome.status, `${tool.name}: ${outcome.reason}`);
  }
  const { output } = outcome;
  if (isObjectSchema(tool.result)) {
    if (isObject(output)) return success(output);
    return failure("bad-output", `${tool.name}: expected an object, got ${kindOf(output)}.`);
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

/** @param code Kind of failure: the status of an execution or the code of an error. */
export function failure(code: string, message: string): CallToolResult {
  return {
    isError: true,
    content: [{ type: "text", text: message }],
    _meta: { "toolwright/error": { code, message } },
  };
}

/** Result for a call that waits, with what to do next. */
export function waitingResult({ name }: Tool, { id, status, waits }: RequestView): CallToolResult {
  const question = waits[0]?.question as { readonly kind?: string } | undefined;
  const show = `toolwright request show ${id}`;
  const approve = `toolwright request approve ${id}`;
  const wait =
    question?.kind === "approval"
      ? {
          code: "APPROVAL_NEEDED",
          text: `${name} was not called: a person must approve this call first. Ask them to run: ${approve} (or reject instead of approve).`,
          commands: { approve, reject: `toolwright request reject ${id}`, show },
        }
      : {
          code: "RESULT_PENDING",
          text: `The result of ${name} is pending (${status}). To see what it waits for, run: ${show}.`,
          commands: { show },
        };
  return {
    ...failure(
      wait.code,
      `${wait.text} Then make the same call again. It returns the result once.`,
    ),
    structuredContent: { status: "waiting", requestId: id, ...wait.commands },
  };
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function kindOf(value: Json): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
}
