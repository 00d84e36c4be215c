/** The official client, as a user's program would hold it. */
import { Client, type Transport } from "@modelcontextprotocol/client";

export interface Connected {
  readonly client: Client;
  /** How often the server has said that its list has changed. */
  readonly changes: () => number;
}

/** What the client's user answers to a question. */
export type Elicited = (params: { readonly message: string }) => {
  readonly action: "accept" | "decline" | "cancel";
  readonly content?: { readonly [key: string]: boolean };
};

/**
 * @param era `legacy`: sessions, as of 2025. `modern`: request by request, as of 2026.
 * @param elicit Absent: the client cannot ask its user.
 */
export async function connect(
  transport: Transport,
  era: "legacy" | "modern",
  elicit?: Elicited,
): Promise<Connected> {
  let changes = 0;
  const client = new Client(
    { name: "test", version: "1" },
    {
      ...(elicit === undefined ? {} : { capabilities: { elicitation: {} } }),
      versionNegotiation: { mode: era === "legacy" ? "legacy" : { pin: "2026-07-28" } },
      listChanged: {
        tools: {
          autoRefresh: false,
          debounceMs: 0,
          onChanged: () => {
            changes++;
          },
        },
      },
    },
  );
  if (elicit !== undefined) {
    client.setRequestHandler("elicitation/create", async ({ params }) => ({ ...elicit(params) }));
  }
  await client.connect(transport);
  return { client, changes: () => changes };
}

/** Waits until something is so; fails after ten seconds. */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await what())) {
    if (performance.now() > end) throw new Error(`it did not come true: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
