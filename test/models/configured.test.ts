/** What the configuration says of a model, seen at its server. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { ModelConfig } from "../../src/core/config.ts";
import type { LanguageModel } from "../../src/core/ports.ts";
import { configuredModel, type ModelSettings } from "../../src/models/configured.ts";
import { type ModelServer, modelServer } from "../support/model-server.ts";

const ASK = { messages: [{ role: "user" as const, content: "Hello" }] };
const never = (): AbortSignal => new AbortController().signal;

describe("a configured model", () => {
  const servers: ModelServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  const opened = async (
    script: Parameters<typeof modelServer>[0],
    said: Partial<ModelConfig>,
    more: Partial<ModelSettings> = {},
  ): Promise<{ model: LanguageModel; server: ModelServer }> => {
    const server = await modelServer(script);
    servers.push(server);
    const {
      apiKeyEnv: _,
      samplers: __,
      ...settings
    } = ModelConfig.parse({
      model: "m",
      baseUrl: `${server.url}/v1`,
      ...said,
    });
    const keep = async (): Promise<void> => {};
    const model = configuredModel({
      ...settings,
      apiKey: () => "k",
      known: [],
      keep,
      ...more,
    });
    return { model, server };
  };

  test("silenceSeconds ends a silent attempt, and names itself", async () => {
    const { model } = await opened([{ hang: true }], { silenceSeconds: 0.05, maxRetries: 0 });
    await expect(model.complete(ASK, never())).rejects.toMatchObject({
      code: "MODEL_TIMEOUT",
      message: expect.stringContaining("model.silenceSeconds"),
    });
  });

  test("a slow reply is no silent one: each piece begins the silence anew", async () => {
    const pieces = Array.from({ length: 12 }, (_, at) => `${at} `);
    const server = await slowServer(pieces, 30);
    try {
      const model = configuredModel({
        provider: "openai",
        model: "m",
        baseUrl: server.url,
        silenceSeconds: 0.25,
        maxRetries: 0,
        apiKey: () => "k",
        known: [],
        keep: async () => {},
      });
      expect((await model.complete(ASK, never())).content).toBe(pieces.join(""));
    } finally {
      server.close();
    }
  });

  test("timeoutSeconds ends a reply that goes on and on, and names itself", async () => {
    const server = await slowServer(
      Array.from({ length: 400 }, () => "on "),
      20,
    );
    try {
      const model = configuredModel({
        provider: "openai",
        model: "m",
        baseUrl: server.url,
        timeoutSeconds: 0.2,
        maxRetries: 0,
        apiKey: () => "k",
        known: [],
        keep: async () => {},
      });
      await expect(model.complete(ASK, never())).rejects.toMatchObject({
        code: "MODEL_TIMEOUT",
        message: expect.stringContaining("model.timeoutSeconds"),
      });
    } finally {
      server.close();
    }
  });

  test("maxRetries bounds the attempts", async () => {
    const { model, server } = await opened(() => ({ status: 503 }), { maxRetries: 1 });
    await expect(model.complete(ASK, never())).rejects.toMatchObject({ facts: { attempts: 2 } });
    expect(server.requests).toHaveLength(2);
  });

  test("maxConcurrent holds over all models of a server", async () => {
    const first = await opened(() => ({ content: "x", afterMs: 15 }), { maxConcurrent: 2 });
    const other = configuredModel({
      provider: "openai",
      model: "other",
      baseUrl: `${first.server.url}/v1`,
      maxConcurrent: 2,
      apiKey: () => "k",
      known: [],
      keep: async () => {},
    });
    const both = [first.model, other];
    await Promise.all(both.flatMap((model) => [1, 2, 3].map(() => model.complete(ASK, never()))));
    expect(first.server.requests).toHaveLength(6);
    expect(first.server.load.peak).toBe(2);
  });

  test("requestsPerMinute spaces the calls", async () => {
    const { model } = await opened(() => "x", { requestsPerMinute: 1_200 });
    const start = performance.now();
    for (let call = 0; call < 4; call++) await model.complete(ASK, never());
    // Three gaps of 50 ms; timers may fire a little early.
    expect(performance.now() - start).toBeGreaterThanOrEqual(140);
  });

  test("maxTokens, extraBody and what fits in contextTokens stand in the body", async () => {
    const { model, server } = await opened(() => "x", {
      maxTokens: 3_000,
      contextTokens: 2_048,
      extraBody: { top_k: 20, chat_template_kwargs: { enable_thinking: false } },
    });
    await model.complete(ASK, never());
    const long = { messages: [{ role: "user" as const, content: "word ".repeat(1_000) }] };
    await model.complete(long, never());
    const [short, crowded] = server.requests.map(({ body }) => body);
    expect(short).toMatchObject({ top_k: 20, chat_template_kwargs: { enable_thinking: false } });
    expect(short.max_tokens).toBeLessThanOrEqual(2_048);
    expect(short.max_tokens).toBeGreaterThan(1_900);
    // 5,000 bytes are at least 1,250 tokens.
    expect(crowded.max_tokens).toBeLessThan(2_048 - 1_250);
    const open = await opened(() => "x", { maxTokens: 3_000 });
    await open.model.complete(ASK, never());
    expect(open.server.requests[0]?.body.max_tokens).toBe(3_000);
  });

  test("a price makes a budget in dollars possible for any model, and holds", async () => {
    const reply = { content: "x", usage: { input: 1_000, output: 500 } };
    const price = { inputPerMillion: 2, outputPerMillion: 8 };
    const { model, server } = await opened(
      () => reply,
      { price, maxTokens: 500 },
      { budgetUsd: 0.015 },
    );
    // 1000 * 2 / 1e6 + 500 * 8 / 1e6
    expect((await model.complete(ASK, never())).costUsd).toBeCloseTo(0.006, 12);
    await model.complete(ASK, never());
    await expect(model.complete(ASK, never())).rejects.toMatchObject({ code: "BUDGET_EXCEEDED" });
    expect(server.requests).toHaveLength(2);
    await expect(opened(() => reply, {}, { budgetUsd: 1 })).rejects.toMatchObject({
      code: "UNKNOWN_PRICE",
      message: expect.stringContaining("model.price"),
    });
  });

  test("asks once more in words where a schema is refused, and remembers it for the server", async () => {
    const { model, server } = await opened(
      ({ body }) =>
        body.response_format === undefined
          ? "{}"
          : {
              status: 400,
              error: { message: "Failed to initialize samplers: failed to parse grammar" },
            },
      {},
    );
    const request = { ...ASK, responseSchema: { name: "answer", schema: { type: "object" } } };
    expect((await model.complete(request, never())).content).toBe("{}");
    const other = configuredModel({
      provider: "openai",
      model: "another",
      baseUrl: `${server.url}/v1`,
      apiKey: () => "k",
      known: [],
      keep: async () => {},
    });
    await other.complete(request, never());
    expect(server.requests.map(({ body }) => body.response_format !== undefined)).toEqual([
      true,
      false,
      false,
    ]);
    expect(server.requests[2]?.body.messages[0].content).toContain("JSON Schema");
  });

  test("says tools in words where a server refuses the field for them", async () => {
    const tools = [{ name: "now", description: "The time.", parameters: { type: "object" } }];
    const { model, server } = await opened(
      ({ body }) =>
        body.tools === undefined
          ? '<tool_call>{"name": "now", "arguments": {}}</tool_call>'
          : { status: 400, error: { message: "registry/library/m does not support tools" } },
      {},
    );
    const reply = await model.complete({ ...ASK, tools }, never());
    expect(reply.toolCalls).toMatchObject([{ name: "now", arguments: {} }]);
    expect(server.requests).toHaveLength(2);
  });
});

/** Says one piece after the other, with a pause before each. */
async function slowServer(
  pieces: readonly string[],
  pauseMs: number,
): Promise<{ readonly url: string; close(): void }> {
  const server = createServer(async (incoming, outgoing) => {
    incoming.resume();
    outgoing.writeHead(200, { "content-type": "text/event-stream" });
    for (const content of pieces) {
      await new Promise((wake) => setTimeout(wake, pauseMs));
      if (outgoing.destroyed) return;
      outgoing.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
    }
    outgoing.end("data: [DONE]\n\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
