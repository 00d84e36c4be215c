/** Whether a call may be made: a person decides where the configuration says so. */

import type { Arguments, Callable } from "../work/callable.ts";
import { type ApprovalPorts, approve } from "./approvals.ts";

/** Whether a call may be made, and with which arguments. A person may be asked for it. */
export type Permit = (
  callable: Callable,
  given: Arguments,
) => Promise<
  | { readonly status: "permitted"; readonly arguments: Arguments }
  | { readonly status: "rejected"; readonly reason: string }
>;

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
