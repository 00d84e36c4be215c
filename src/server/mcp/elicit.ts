/**
 * Approval by the client's user, if the client declares that it can ask. The question is returned
 * instead of a result, and the client repeats the call with the answer; for clients of the older
 * revision the SDK asks during the call.
 */
import {
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { ApprovalQuestion, Verdict } from "../../call/approvals.ts";

export interface Elicitation {
  /** Whether the client can ask its user. */
  readonly offered: boolean;
  /** The user's answer to exactly this question, as the client reports it; undefined if none. */
  verdictOn(question: ApprovalQuestion): Verdict | undefined;
}

/** The capabilities that a client of the newer revision sends with every request. */
const Envelope = z.looseObject({
  [CLIENT_CAPABILITIES_META_KEY]: z.looseObject({
    elicitation: z.looseObject({ form: z.unknown(), url: z.unknown() }).partial().exactOptional(),
  }),
});
/** Content of an accepted form. */
const Answer = z.object({ approve: z.boolean() });
const BY = "the user of an MCP client";

export function elicitationOf(server: Server, { mcpReq }: ServerContext): Elicitation {
  const { elicitation } =
    Envelope.safeParse(mcpReq.envelope).data?.[CLIENT_CAPABILITIES_META_KEY] ??
    server.getClientCapabilities() ??
    {};
  // A client that names no mode supports forms.
  const offered =
    elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
  return {
    offered,
    verdictOn({ hash }) {
      const reply = inputResponse(mcpReq.inputResponses, hash);
      if (!offered || reply.kind !== "elicit") return undefined;
      const approved = reply.action === "accept" && Answer.safeParse(reply.content).data?.approve;
      return approved === true
        ? { decision: "approved", by: BY }
        : { decision: "rejected", by: BY, reason: "the user of the client did not approve it" };
    },
  };
}

/** The answer is bound to the call: the key is the hash of the tool's version and the arguments. */
export function askClient({ hash, text, arguments: args }: ApprovalQuestion): InputRequiredResult {
  return inputRequired({
    inputRequests: {
      [hash]: inputRequired.elicit({
        message: `${text}\n${JSON.stringify(args, null, 2)}`,
        requestedSchema: {
          type: "object",
          properties: { approve: { type: "boolean", title: "Approve this call" } },
          required: ["approve"],
        },
      }),
    },
  });
}
