/**
 * Approval of tool calls by a person: by policy never, always, or where an argument meets a
 * condition. What is approved is one version of one tool with these arguments, by its hash: a call
 * that differs in anything is another one and needs its own.
 */
import { z } from "zod";
import type { ApprovalPolicy, Approvals, Condition } from "../core/approvals.ts";
import { digestJson } from "../core/digest.ts";
import { Json } from "../core/json.ts";
import type { Steps } from "../core/steps.ts";
import type { Tool } from "../core/tool.ts";

export type Approval =
  | { readonly decision: "approved"; readonly arguments: Json; readonly edited: boolean }
  | { readonly decision: "rejected"; readonly reason: string };

/** What a person sends back, as `request approve` and `request reject` do. */
const Said = z.object({
  decision: z.enum(["approve", "reject"]),
  hash: z.string(),
  reason: z.string().exactOptional(),
  arguments: Json.exactOptional(),
});

export interface ApprovalPorts {
  readonly steps: Steps;
  readonly approvals: Approvals;
  readonly now: () => number;
}

/** Of the call, as it would be made. */
export function approvalHash(tool: Pick<Tool, "name" | "digest">, args: Json): string {
  return digestJson({ tool: tool.name, digest: tool.digest, arguments: args }).slice(0, 16);
}

/** @param args What the tool would be called with: an object by parameter, or a list of such calls. */
export async function approve(
  { steps, approvals, now }: ApprovalPorts,
  tool: Tool,
  args: Json,
): Promise<Approval> {
  const unasked: Approval = { decision: "approved", arguments: args, edited: false };
  if (!asks(approvals.tools[tool.name] ?? approvals.default, named(tool, args))) return unasked;

  const hash = approvalHash(tool, args);
  const { expireSeconds } = approvals;
  const question = {
    kind: "approval",
    text: `May ${tool.name} version ${tool.version} be called with these arguments?`,
    tool: tool.name,
    version: tool.version,
    arguments: args,
    hash,
  };
  const said = await steps.waitFor(`approval:${hash}`, {
    question,
    ...(expireSeconds === undefined
      ? {}
      : { deadline: new Date(now() + expireSeconds * 1_000).toISOString() }),
  });
  const verdict = judged(said?.payload, hash, args);
  await steps.trace(`approval:${hash}`, [
    {
      type: verdict.decision === "approved" ? "approval-given" : "approval-refused",
      data: {
        tool: tool.name,
        version: tool.version,
        hash,
        asked: args,
        ...verdict,
      },
    },
  ]);
  return verdict;
}

function judged(payload: Json | undefined, hash: string, args: Json): Approval {
  if (payload === undefined) {
    return { decision: "rejected", reason: "nobody approved it in time" };
  }
  const said = Said.safeParse(payload);
  if (!said.success || said.data.hash !== hash) {
    return { decision: "rejected", reason: "the approval was given for another call" };
  }
  const { decision, reason = "no reason was given", arguments: edited } = said.data;
  if (decision === "reject") return { decision: "rejected", reason };
  return { decision: "approved", arguments: edited ?? args, edited: edited !== undefined };
}

/** Lists of arguments by the names of the tool's parameters, as conditions know them. */
function named({ parameters }: Tool, args: Json): readonly Json[] {
  const calls = Array.isArray(args) ? (args as readonly Json[]) : [args];
  const names = Object.keys((parameters?.properties ?? {}) as object);
  return calls.map((call) =>
    Array.isArray(call)
      ? Object.fromEntries(call.map((value: Json, index) => [names[index] ?? `${index}`, value]))
      : call,
  );
}

function asks(policy: ApprovalPolicy, calls: readonly Json[]): boolean {
  if (policy === "never" || policy === "always") return policy === "always";
  return policy.some((condition) => calls.some((call) => holds(condition, call)));
}

function holds({ argument, above, below, equals, matches }: Condition, call: Json): boolean {
  const value = argument === undefined ? call : partOf(call, argument.split("."));
  if (value === undefined) return false;
  if (above !== undefined && !(typeof value === "number" && value > above)) return false;
  if (below !== undefined && !(typeof value === "number" && value < below)) return false;
  if (equals !== undefined && digestJson(equals) !== digestJson(value)) return false;
  if (matches === undefined) return true;
  return new RegExp(matches).test(typeof value === "string" ? value : JSON.stringify(value));
}

function partOf(value: Json, path: readonly string[]): Json | undefined {
  let part: Json | undefined = value;
  for (const key of path) {
    if (part === null || typeof part !== "object" || !Object.hasOwn(part, key)) return undefined;
    part = (part as Readonly<Record<string, Json>>)[key];
  }
  return part;
}
