/**
 * Approval of tool calls by a person. A policy says when: never, always, or if an argument meets a
 * condition. An approval is for one version of one tool with these arguments, identified by a hash. A
 * call that differs in anything needs its own approval.
 */
import { z } from "zod";
import type { Approvals } from "../core/approvals.ts";
import { digestJson } from "../core/digest.ts";
import { Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import type { Steps } from "../core/steps.ts";
import { parameterNames, type Tool } from "../core/tool.ts";
import type { Callable } from "../work/callable.ts";
import { asks } from "./approval-policy.ts";
import { byName } from "./arguments.ts";

/** The question to a person before a call. */
export interface ApprovalQuestion {
  readonly kind: "approval";
  readonly text: string;
  readonly tool: string;
  readonly version: number;
  readonly arguments: Json;
  readonly hash: string;
}

/** The reply, and who gave it. */
export type Verdict =
  | { readonly decision: "approved"; readonly by: string; readonly arguments?: Json }
  | { readonly decision: "rejected"; readonly by: string; readonly reason: string };

/** @returns undefined: nobody has replied yet, so the call is not made now. */
export type AskPerson = (question: ApprovalQuestion) => Promise<Verdict | undefined>;

export type Permission =
  | { readonly decision: "approved"; readonly arguments: Json; readonly edited: boolean }
  | { readonly decision: "rejected"; readonly reason: string }
  | { readonly decision: "open" };

/**
 * Whether a call may be made, and with which arguments.
 *
 * @param args The arguments of the call by name, or a list of such objects.
 */
export type Permit = (
  callable: Pick<Callable, "tool">,
  args: Json,
  /** Of the calling run, so that the decision is traced next to the call. */
  steps: Pick<Steps, "trace">,
) => Promise<Permission>;

/** @returns undefined if the policy needs no approval. */
export function approvalQuestion(
  { tools, risky, default: others }: Approvals,
  tool: Tool,
  args: Json,
): ApprovalQuestion | undefined {
  const { name } = tool;
  const named = Object.hasOwn(tools, name) ? tools[name] : undefined;
  const doubted = tool.risky === true && named === undefined;
  const calls = callsIn(tool, args);
  if (!asks(named ?? others, calls) && !(doubted && asks(risky, calls))) return undefined;
  const warning = doubted
    ? ` Its server says that it can destroy something or that it reaches other systems; approvals.tools.${name} in the configuration decides when it asks.`
    : "";
  return {
    kind: "approval",
    text: `May ${name} version ${tool.version} be called with these arguments?${warning}`,
    tool: tool.name,
    version: tool.version,
    arguments: args,
    hash: callHash(tool, args),
  };
}

/** Hash of the tool version and the exact arguments. */
export function callHash({ name, digest }: Pick<Tool, "name" | "digest">, args: Json): string {
  return digestJson({ tool: name, digest, arguments: args }).slice(0, 16);
}

/** Conditions refer to arguments by name. */
function callsIn(tool: Tool, args: Json): readonly Json[] {
  const names = parameterNames({ parameters: tool.parameters ?? {} });
  const calls = Array.isArray(args) ? (args as readonly Json[]) : [args];
  return calls.map((call) => (Array.isArray(call) ? byName(names, call as Json[]) : call));
}

/** The caller decides how a person is asked; the policy decides when. */
export function permitBy(approvals: Approvals, ask: AskPerson): Permit {
  return async ({ tool }, args, steps) => {
    const question = tool === undefined ? undefined : approvalQuestion(approvals, tool, args);
    if (question === undefined) return { decision: "approved", arguments: args, edited: false };
    const verdict = await ask(question);
    if (verdict === undefined) return { decision: "open" };
    const { tool: name, version, hash } = question;
    const asked = { tool: name, version, hash, asked: args, by: verdict.by };
    const permission: Exclude<Permission, { readonly decision: "open" }> =
      verdict.decision === "rejected"
        ? { decision: "rejected", reason: verdict.reason }
        : {
            decision: "approved",
            arguments: verdict.arguments ?? args,
            edited: verdict.arguments !== undefined,
          };
    await steps.trace(`approval:${hash}`, [
      permission.decision === "approved"
        ? { type: "approval-given", data: { ...asked, ...permission } }
        : { type: "approval-refused", data: { ...asked, ...permission } },
    ]);
    return permission;
  };
}

/** The payload of a person's reply to a request, as sent by `request approve` and `request reject`. */
const Reply = z.object({
  decision: z.enum(["approve", "reject"]),
  hash: z.string(),
  reason: z.string().exactOptional(),
  arguments: Json.exactOptional(),
});

export interface RequestApprovalPorts {
  readonly steps: Pick<Steps, "waitFor">;
  readonly approvals: Approvals;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** In a request: it waits until a person replies or the deadline passes, over any number of attempts. */
export function permitByPerson({ steps, approvals, now }: RequestApprovalPorts): Permit {
  const { expireSeconds } = approvals;
  return permitBy(approvals, async (question) => {
    const signal = await steps.waitFor(`approval:${question.hash}`, {
      question: { ...question },
      ...(expireSeconds === undefined
        ? {}
        : { deadline: new Date(now() + expireSeconds * 1_000).toISOString() }),
    });
    return judged(signal?.payload, question.hash);
  });
}

function judged(payload: Json | undefined, hash: string): Verdict {
  if (payload === undefined) {
    return { decision: "rejected", by: "nobody", reason: "nobody approved it in time" };
  }
  const by = "a person";
  const reply = Reply.safeParse(payload);
  if (!reply.success || reply.data.hash !== hash) {
    return { decision: "rejected", by, reason: "the approval was given for another call" };
  }
  const { decision, reason = "no reason was given", arguments: edited } = reply.data;
  if (decision === "reject") return { decision: "rejected", by, reason };
  return { decision: "approved", by, ...present({ arguments: edited }) };
}
