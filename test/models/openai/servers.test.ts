/**
 * One contract for the replies of every server: what a person would read in them is what the driver
 * gives, asked for whole and in pieces.
 */
import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { ModelReply, ModelTool } from "../../../src/core/ports.ts";
import type { ModelDelta } from "../../../src/models/calling/streaming.ts";
import { budgetedModel } from "../../../src/models/spend/budgeted.ts";
import { budgetLedger } from "../../../src/models/spend/ledger.ts";
import { everythingIn, PLANTED_KEY } from "../../contracts/language-model.ts";
import { type ServedModel, served } from "../served.ts";

interface Reply {
  readonly name: string;
  readonly tools?: boolean;
  readonly status?: number;
  readonly contentType?: string;
  /** One of: a JSON body, pieces of a stream with its end, a stream as it stands, any body. */
  readonly json?: unknown;
  readonly stream?: readonly unknown[];
  readonly raw?: string;
  readonly body?: string;
  readonly expect:
    | { readonly error: string; readonly retryable: boolean; readonly says: string }
    | {
        readonly content: string;
        readonly calls: readonly (readonly [string, object])[];
        readonly finish: ModelReply["finishReason"];
        readonly usage?: ModelReply["usage"];
      };
}

interface Recorded {
  readonly server: string;
  readonly from: string;
  readonly replies: readonly Reply[];
}

const parameters = {
  type: "object",
  properties: { x: { type: "number" }, a: { type: "number" }, b: { type: "number" } },
};
const TOOLS: readonly ModelTool[] = ["double", "add", "now"].map((name) => ({
  name,
  description: "Does it.",
  parameters,
}));

const files: string[] = [];
for await (const file of glob("test/fixtures/model-servers/*.json")) files.push(file);
const servers = files.sort().map((file) => JSON.parse(readFileSync(file, "utf8")) as Recorded);

function servedAs({ json, stream, raw, body, status, contentType }: Reply) {
  const as = contentType ?? (json === undefined ? "text/event-stream" : "application/json");
  const pieces = (stream ?? []).map((piece) => `data: ${JSON.stringify(piece)}\n\n`);
  const text =
    body ??
    raw ??
    (json === undefined ? `${pieces.join("")}data: [DONE]\n\n` : JSON.stringify(json));
  return { raw: text, contentType: as, ...(status === undefined ? {} : { status }) };
}

describe("replies of model servers", () => {
  let opened: ServedModel | undefined;
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
  });

  test("are there of at least five servers, each with its source", () => {
    expect(servers.length).toBeGreaterThanOrEqual(5);
    for (const { from } of servers) expect(from.length).toBeGreaterThan(40);
  });

  const all = servers.flatMap(({ server, replies }) =>
    replies.flatMap((reply) =>
      (["complete", "stream"] as const).map((how) => [server, reply.name, how, reply] as const),
    ),
  );
  test.each(all)("%s: %s (%s)", async (_, __, how, reply) => {
    opened = await served()(() => servedAs(reply));
    const { model } = opened;
    const ledger = budgetLedger({ tokens: 1_000_000 });
    const deltas: ModelDelta[] = [];
    const asking = budgetedModel(
      {
        ...model,
        complete: (request, signal) =>
          how === "complete"
            ? model.complete(request, signal)
            : model.stream(request, (delta) => void deltas.push(delta), signal),
      },
      ledger,
    );
    const request = {
      messages: [{ role: "user" as const, content: "Go." }],
      ...(reply.tools === true ? { tools: TOOLS } : {}),
    };
    const outcome = await asking
      .complete(request, new AbortController().signal)
      .catch((error: unknown) => error);
    if ("error" in reply.expect) {
      const { error: code, retryable, says } = reply.expect;
      expect(outcome).toMatchObject({ code, retryable, message: expect.stringContaining(says) });
      expect(everythingIn(outcome)).not.toContain(PLANTED_KEY);
      // What was refused is free, with whatever status; a reply that had begun is paid for.
      const begun = code === "MALFORMED_REPLY" || JSON.stringify(reply).includes("delta");
      expect(ledger.spent().calls).toBe(begun ? 1 : 0);
      return;
    }
    const { content, calls, finish, usage } = reply.expect;
    expect(outcome).toMatchObject({ content, finishReason: finish });
    const { toolCalls, usage: said } = outcome as ModelReply;
    expect(toolCalls.map((call) => [call.name, call.arguments])).toEqual(calls);
    expect(new Set(toolCalls.map(({ id }) => id)).size).toBe(calls.length);
    expect(toolCalls.every(({ id }) => id !== "")).toBe(true);
    expect(said).toEqual(usage);
  });
});
