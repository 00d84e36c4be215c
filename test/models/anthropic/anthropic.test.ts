/** The second dialect keeps the same contract. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { anthropicModel } from "../../../src/models/anthropic/anthropic.ts";
import type { ModelDelta, StreamingModel } from "../../../src/models/calling/streaming.ts";
import { structured } from "../../../src/models/structured.ts";
import {
  languageModelContract,
  PLANTED_KEY,
  streamingModelContract,
  WEATHER,
} from "../../contracts/language-model.ts";
import { type ModelServer, modelServer, type Served } from "../../support/model-server.ts";

const open = async (
  script: readonly Served[],
): Promise<{ model: StreamingModel; server: ModelServer; close(): Promise<void> }> => {
  const server = await modelServer(script);
  const model = anthropicModel({
    model: "m",
    baseUrl: server.url,
    apiKey: PLANTED_KEY,
    maxRetries: 0,
  });
  return { model, server, close: () => server.close() };
};
const never = (): AbortSignal => new AbortController().signal;

describe("language model: anthropic", () => {
  languageModelContract(open);
  streamingModelContract(open);
});

describe("anthropic: over the wire", () => {
  test("sends system text apart, tool results as user parts, and alternating roles", async () => {
    const { model, server, close } = await open(["done"]);
    await model.complete(
      {
        messages: [
          { role: "system", content: "S" },
          { role: "user", content: "U" },
          {
            role: "assistant",
            content: "",
            toolCalls: [
              { id: "a", name: "get_weather", arguments: { city: "Oslo" } },
              { id: "b", name: "get_weather", arguments: { city: "Rome" } },
            ],
          },
          { role: "tool", toolCallId: "a", name: "get_weather", content: "rain" },
          { role: "tool", toolCallId: "b", name: "get_weather", content: "sun" },
          { role: "user", content: "So?" },
        ],
        tools: [WEATHER],
        toolChoice: "required",
        temperature: 1.5,
      },
      never(),
    );
    await close();
    const [sent] = server.requests;
    expect(sent?.headers["x-api-key"]).toBe(PLANTED_KEY);
    expect(sent?.body).toEqual({
      stream: true,
      model: "m",
      max_tokens: 4096,
      system: "S",
      temperature: 1,
      tools: [
        { name: WEATHER.name, description: WEATHER.description, input_schema: WEATHER.parameters },
      ],
      tool_choice: { type: "any" },
      messages: [
        { role: "user", content: [{ type: "text", text: "U" }] },
        {
          role: "assistant",
          content: [
            { type: "tool_use", id: "a", name: "get_weather", input: { city: "Oslo" } },
            { type: "tool_use", id: "b", name: "get_weather", input: { city: "Rome" } },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "a", content: "rain" },
            { type: "tool_result", tool_use_id: "b", content: "sun" },
            { type: "text", text: "So?" },
          ],
        },
      ],
    });
  });

  test("answers a schema by a forced tool, whose input is the reply's content", async () => {
    const { model, server, close } = await open(['{"city":"Oslo"}', '{"city":"Oslo"}']);
    const schema = z.strictObject({ city: z.string() });
    const { value } = await structured(
      model,
      { messages: [{ role: "user", content: "Where?" }] },
      schema,
      { name: "place" },
      never(),
    );
    expect(value).toEqual({ city: "Oslo" });
    expect(server.requests[0]?.body.tool_choice).toEqual({ type: "tool", name: "place" });

    let text = "";
    const request = {
      messages: [{ role: "user" as const, content: "Where?" }],
      responseSchema: { name: "place", schema: { type: "object" } },
    };
    const reply = await model.stream(
      request,
      (delta) => {
        if (delta.kind === "text") text += delta.text;
      },
      never(),
    );
    expect(reply).toMatchObject({
      content: '{"city":"Oslo"}',
      toolCalls: [],
      finishReason: "stop",
    });
    expect(text).toBe(reply.content);
    await close();
  });

  test("reads events that are cut within a character and within a line break", async () => {
    const { url, close } = await byteByByte(
      messageStream("ü€😀", "second").replaceAll("\n", "\r\n"),
    );
    const deltas: ModelDelta[] = [];
    const reply = await streamFrom(url, (delta) => void deltas.push(delta));
    await close();
    expect(deltas.map((delta) => delta.kind === "text" && delta.text)).toEqual(["ü€😀", "second"]);
    expect(reply).toMatchObject({ content: "ü€😀second", finishReason: "stop" });
  });

  test("gives up on an event that does not end", async () => {
    const { url, close } = await endless();
    await expect(streamFrom(url, () => {})).rejects.toMatchObject({ code: "MODEL_UNREACHABLE" });
    await close();
  });
});

const streamFrom = (baseUrl: string, onDelta: (delta: ModelDelta) => void) =>
  anthropicModel({ model: "m", baseUrl, apiKey: PLANTED_KEY, maxRetries: 0 }).stream(
    { messages: [{ role: "user", content: "Say." }] },
    onDelta,
    never(),
  );

/** One message with a comment and an unknown field in between, as a provider may send it. */
function messageStream(...texts: readonly string[]): string {
  const events = [
    {
      type: "message_start",
      message: { model: "m", usage: { input_tokens: 1, output_tokens: 0 } },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ...texts.map((text) => ({
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text },
    })),
    { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
    { type: "message_stop" },
  ];
  return events
    .map((event) => `: ping\nevent: ${event.type}\nunknown: x\ndata: ${JSON.stringify(event)}\n\n`)
    .join("");
}

function byteByByte(text: string) {
  return eventServer(async (outgoing) => {
    for (const byte of Buffer.from(text)) {
      outgoing.write(Buffer.of(byte));
      await new Promise((wake) => setImmediate(wake));
    }
    outgoing.end();
  });
}

function endless() {
  return eventServer(async (outgoing) => {
    const piece = "data: ".padEnd(100_000, "x");
    while (!outgoing.destroyed) {
      outgoing.write(piece);
      await new Promise((wake) => setImmediate(wake));
    }
  });
}

async function eventServer(answer: (outgoing: ServerResponse) => Promise<void>) {
  const server = createServer((_, outgoing) => {
    outgoing.writeHead(200, { "content-type": "text/event-stream" });
    void answer(outgoing);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
