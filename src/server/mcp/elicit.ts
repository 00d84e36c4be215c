/**
 * Approval by the client's user, where the client says that it can ask them. The question goes back in
 * place of a result, and the client makes the call again with the answer; for clients of the older
 * revision the package asks in between.
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
  /** What the user said to this very question, by the client's word; undefined if nothing. */
  verdictOn(question: ApprovalQuestion): Verdict | undefined;
}

/** What a client of the newer revision says of itself with every request. */
const Envelope = z.looseObject({
  [CLIENT_CAPABILITIES_META_KEY]: z.looseObject({
    elicitation: z.looseObject({ form: z.unknown(), url: z.unknown() }).partial().exactOptional(),
  }),
});
/** Of an accepted form. */
const Answer = z.object({ approve: z.boolean() });
const BY = "the user of an MCP client";

export function elicitationOf(server: Server, { mcpReq }: ServerContext): Elicitation {
  const { elicitation } =
    Envelope.safeParse(mcpReq.envelope).data?.[CLIENT_CAPABILITIES_META_KEY] ??
    server.getClientCapabilities() ??
    {};
  // A client that names no mode shows forms.
  const offered =
    elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
  return {
    offered,
    verdictOn({ hash }) {
      const said = inputResponse(mcpReq.inputResponses, hash);
      if (!offered || said.kind !== "elicit") return undefined;
      const approved = said.action === "accept" && Answer.safeParse(said.content).data?.approve;
      return approved === true
        ? { decision: "approved", by: BY }
        : { decision: "rejected", by: BY, reason: "the user of the client did not approve it" };
    },
  };
}

/** The answer is bound to the call: its key is the hash of the tool's version and the arguments. */
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
