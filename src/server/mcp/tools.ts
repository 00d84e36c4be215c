/**
 * The tools of the MCP server: every active tool of the store under its own name, `search_tools` to
 * find one by text, and `create_tool`, which returns a stored tool that fits the examples or evolves,
 * checks and registers a new one.
 */
import type {
  CallToolResult,
  InputRequiredResult,
  Tool as McpTool,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { specTask } from "../../../evaluators/index.ts";
import type { ApprovalQuestion, AskPerson } from "../../call/approvals.ts";
import type { DirectCalls } from "../../call/direct-calls.ts";
import { isPending } from "../../call/pending.ts";
import { EngineError, InputError } from "../../core/errors.ts";
import type { Json } from "../../core/json.ts";
import { present } from "../../core/present.ts";
import { Request } from "../../core/request.ts";
import { checkSchema, faultText } from "../../core/schema-check.ts";
import { Case, type Tool, ToolSpec } from "../../core/tool.ts";
import { specFromExamples } from "../../create-tool/spec-from-examples.ts";
import type { Engine } from "../../engine/engine.ts";
import type { LastingCall } from "../../request/lasting-calls.ts";
import type { Arguments } from "../../work/callable.ts";
import { definitionOf, failure, resultOf, success, waitingResult } from "./definitions.ts";
import { askClient, type Elicitation } from "./elicit.ts";

export interface CallContext {
  readonly signal: AbortSignal;
  /** Reports the progress of a long call; `done` only increases. */
  readonly progress: (done: number, message: string) => void;
  readonly elicitation: Elicitation;
}

export interface OfferedTools {
  /** @throws InputError BAD_CURSOR */
  list(cursor: string | undefined): Promise<{ tools: McpTool[]; nextCursor?: string }>;
  /** @throws InputError TOOL_NOT_FOUND for a name that is not offered. */
  call(
    name: string,
    named: { readonly [name: string]: Json },
    context: CallContext,
  ): Promise<CallToolResult | InputRequiredResult>;
}

const CreateArguments = z.strictObject({
  description: z.string().trim().min(1),
  examples: z.array(Case).min(1),
  name: z.string().min(1).exactOptional(),
  signature: z.string().min(1).exactOptional(),
  budgetSeconds: z.number().positive().max(3_600).exactOptional(),
});

const SearchArguments = z.strictObject({
  query: z.string().trim().min(1),
  limit: z.int().min(1).max(50).default(10),
});

const BUILT_IN: readonly McpTool[] = [
  {
    name: "search_tools",
    description: "Finds stored tools by what they are good for, in words. Best first.",
    inputSchema: z.toJSONSchema(SearchArguments, { io: "input" }) as McpTool["inputSchema"],
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: "create_tool",
    description:
      "Makes a new tool from a description and examples of what it should give, or finds a stored one " +
      "that does it. Each example is { args, expected }; give 8 or more, so that some can be held out.",
    inputSchema: z.toJSONSchema(CreateArguments, { io: "input" }) as McpTool["inputSchema"],
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
  },
];

type Served = Pick<Engine, "tools" | "config" | "request" | "lastingCalls">;

/** @param pageSize Number of definitions per answer to `tools/list`. */
export function offeredTools(
  engine: Served,
  calls: Pick<DirectCalls, "call">,
  pageSize = 200,
): OfferedTools {
  const builtIn = new Set(BUILT_IN.map(({ name }) => name));

  return {
    async list(cursor) {
      const after = cursor === undefined ? undefined : parseCursor(cursor);
      const own = (await engine.tools.list({ statuses: ["active"] })).filter(isServed(builtIn));
      const from = after === undefined ? 0 : own.findIndex(({ name }) => name > after);
      const page = from === -1 ? [] : own.slice(from, from + pageSize);
      const last = page.at(-1);
      const more = last !== undefined && own.at(-1) !== last;
      return {
        tools: [...(after === undefined ? BUILT_IN : []), ...page.map(definitionOf)],
        ...(more ? { nextCursor: Buffer.from(last.name).toString("base64url") } : {}),
      };
    },
    async call(name, named, context) {
      try {
        if (name === "search_tools") return await search(engine, named);
        if (name === "create_tool") return await create(engine, named, context);
        const tool = await engine.tools.get(name);
        // A tool that needs approval reports it when it is called.
        if (tool.status === "deprecated" || !isServed(builtIn)(tool)) {
          return failure("TOOL_NOT_ACTIVE", `${name} is ${tool.status} and cannot be called here.`);
        }
        return await callStored(engine, calls, tool, named, context);
      } catch (error) {
        if (!(error instanceof EngineError) || error.code === "TOOL_NOT_FOUND") throw error;
        return failure(error.code, error.message);
      }
    },
  };
}

/**
 * If a call needs a person's approval, the client asks its user, if it can. Else the call becomes a
 * request; after approval the same call returns the result. A call with a pending result becomes a
 * request too.
 */
async function callStored(
  { lastingCalls }: Served,
  calls: Pick<DirectCalls, "call">,
  tool: Tool,
  named: Arguments,
  { signal, progress, elicitation }: CallContext,
): Promise<CallToolResult | InputRequiredResult> {
  progress(0, `${tool.name} is called`);
  const begun = await lastingCalls.resume(tool, named, signal);
  if (begun !== undefined) return lastingResult(tool, begun);

  let unanswered: ApprovalQuestion | undefined;
  const ask: AskPerson = async (question) => {
    const verdict = elicitation.verdictOn(question);
    if (verdict === undefined) unanswered = question;
    return verdict;
  };
  const outcome = await calls.call(tool, named, ask, signal);
  if (unanswered !== undefined) {
    return elicitation.offered
      ? askClient(unanswered)
      : lastingResult(tool, await lastingCalls.begin(tool, named, undefined, signal));
  }
  if (outcome.status === "returned" && isPending(outcome.output)) {
    return lastingResult(tool, await lastingCalls.begin(tool, named, outcome.output, signal));
  }
  return resultOf(tool, outcome);
}

function lastingResult(tool: Tool, call: LastingCall): CallToolResult {
  return call.status === "ended" ? resultOf(tool, call.outcome) : waitingResult(tool, call.view);
}

/** Tools of other MCP servers are not served again. */
function isServed(builtIn: ReadonlySet<string>): (tool: Tool) => boolean {
  return ({ name, origin }) => origin === undefined && !builtIn.has(name);
}

function parseCursor(cursor: string): string {
  const name = Buffer.from(cursor, "base64url").toString();
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new InputError(
    "BAD_CURSOR",
    "Expected a cursor from tools/list, got another one. Start without a cursor.",
  );
}

async function search({ tools }: Served, named: unknown): Promise<CallToolResult> {
  const checked = checkSchema(SearchArguments, named);
  if (!checked.ok) return failure("INVALID_ARGUMENTS", faultText(checked.faults));
  const { query, limit } = checked.data;
  const matches = await tools.search({ text: query, limit });
  return success({
    tools: matches.map(({ tool, score }) => ({
      name: tool.name,
      description: tool.description,
      signature: tool.signature,
      version: tool.version,
      score,
    })),
  });
}

async function create(
  engine: Served,
  named: unknown,
  { signal, progress }: CallContext,
): Promise<CallToolResult> {
  const checked = checkSchema(CreateArguments, named);
  if (!checked.ok) return failure("INVALID_ARGUMENTS", faultText(checked.faults));
  const { description, examples, name, signature, budgetSeconds } = checked.data;
  progress(0, "looking for a stored tool");
  const wishes = present({ name, signature });
  const specCheck = checkSchema(ToolSpec, specFromExamples(description, examples, wishes));
  if (!specCheck.ok) return failure("INVALID_ARGUMENTS", faultText(specCheck.faults));
  const spec = specCheck.data;
  const task = specTask(spec);
  const { seed } = engine.config;
  const instances = [...task.instances("train", seed), ...task.instances("sealed", seed)];
  const outcome = await engine.request(
    Request.parse({ objective: description }),
    {
      task,
      instances,
      // A worker that resumes the request builds the same task from this.
      source: JSON.parse(JSON.stringify({ spec })) as Json,
      ...(budgetSeconds === undefined ? {} : { budget: { seconds: budgetSeconds } }),
      onProgress: ({ evaluations }) => progress(evaluations, `${evaluations} candidates evaluated`),
    },
    signal,
  );
  const { solution, requestId, status } = outcome;
  if (solution === undefined) {
    const how = `It is ${status}. To see what it waits for, run: toolwright request show ${requestId}.`;
    return failure(status, how);
  }
  if (solution.status === "gave-up") return failure("NOT_CREATED", solution.reason);
  const made = solution.answer.tool;
  if (made === null) return failure("NOT_CREATED", "The request was answered without a tool.");
  const tool = await engine.tools.get(made.name, made.version);
  return success({
    name: tool.name,
    version: tool.version,
    created: solution.createdBy !== undefined,
    description: tool.description,
    signature: tool.signature,
    source: tool.source,
    ...present({ evidence: tool.evidence }),
    requestId,
  });
}
