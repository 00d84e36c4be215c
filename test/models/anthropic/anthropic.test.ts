/** The second dialect keeps the same contract. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { anthropicModel } from "../../../src/models/anthropic/anthropic.ts";
import type { StreamingModel } from "../../../src/models/calling/streaming.ts";
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
});
