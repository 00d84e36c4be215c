/** Whether a call may be made: a person decides where the configuration says so. */
import { type ApprovalPorts, approve } from "./approvals.ts";
import type { Arguments } from "./callable.ts";
import type { Permit } from "./perform.ts";

export function permitByPerson(ports: ApprovalPorts): Permit {
  return async ({ tool }, given) => {
    if (tool === undefined) return { status: "permitted", arguments: given };
    const approval = await approve(ports, tool, given);
    if (approval.decision === "approved") {
      const edited = approval.edited ? (approval.arguments as Arguments) : given;
      return { status: "permitted", arguments: edited };
    }
    return { status: "rejected", reason: `The call was not approved: ${approval.reason}.` };
  };
}
