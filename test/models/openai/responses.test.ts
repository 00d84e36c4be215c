/** The responses interface, by the real `openai` client, against a provider on loopback. */
import { afterEach, describe, expect, test } from "vitest";
import type { ModelRequest } from "../../../src/core/ports.ts";
import { sentSchema } from "../../../src/models/sent-schema.ts";
import {
  languageModelContract,
  streamingModelContract,
  WEATHER,
} from "../../contracts/language-model.ts";
import type { ModelServer, modelServer } from "../../support/model-server.ts";
import { served } from "../served.ts";

const ASK: ModelRequest = { messages: [{ role: "user", content: "Hello" }] };
const never = (): AbortSignal => new AbortController().signal;
const SCHEMA = {
  type: "object",
  properties: { a: { type: "string" } },
  required: ["a"],
  additionalProperties: false,
};

const open = served({ api: "responses" });

describe("language model: openai responses", () => {
  languageModelContract(open);
  streamingModelContract(open);
});

describe("openai responses: over the wire", () => {
  const servers: ModelServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  const opened = async (script: Parameters<typeof modelServer>[0]) => {
    const { model, server } = await open(script);
    servers.push(server);
    return { model, server };
  };

  test("sends messages, calls and their results as items, and stores nothing there", async () => {
    const { model, server } = await opened(["{}"]);
    await model.complete(
      {
        messages: [
          { role: "system", content: "S" },
          { role: "user", content: "U" },
          {
            role: "assistant",
            content: "",
            toolCalls: [{ id: "c1", name: "get_weather", arguments: { city: "Oslo" } }],
          },
          { role: "tool", toolCallId: "c1", name: "get_weather", content: "rain" },
        ],
        tools: [WEATHER],
        toolChoice: "auto",
        temperature: 0.5,
        maxTokens: 9,
        seed: 3,
        stop: ["END"],
        responseSchema: { name: "answer", schema: SCHEMA },
      },
      never(),
    );
    const [request] = server.requests;
    expect(request?.path).toBe("/v1/responses");
    expect(request?.body).toEqual({
      stream: true,
      model: "m",
      store: false,
      input: [
        { role: "system", content: "S" },
        { role: "user", content: "U" },
        { type: "function_call", call_id: "c1", name: "get_weather", arguments: '{"city":"Oslo"}' },
        { type: "function_call_output", call_id: "c1", output: "rain" },
      ],
      tools: [{ type: "function", ...WEATHER, strict: false }],
      tool_choice: "auto",
      text: {
        format: { type: "json_schema", name: "answer", schema: sentSchema(SCHEMA), strict: true },
      },
      temperature: 0.5,
      max_output_tokens: 9,
    });
  });

  test("says why a reply was cut off", async () => {
    const { model } = await opened([{ content: "half a", finish: "length" }]);
    expect(await model.complete(ASK, never())).toMatchObject({ finishReason: "length" });
  });

  test("puts the schema into the words when the endpoint refuses its field", async () => {
    const { model, server } = await opened([
      { status: 400, error: { message: "Unsupported parameter", param: "text.format" } },
      '{"a":"b"}',
    ]);
    const request = { ...ASK, responseSchema: { name: "answer", schema: SCHEMA } };
    expect((await model.complete(request, never())).content).toBe('{"a":"b"}');
    expect(server.requests[1]?.body.text).toBeUndefined();
    expect(JSON.stringify(server.requests[1]?.body.input)).toContain("JSON Schema");
  });

  test("tells a reply that failed at the provider from one of an unknown shape", async () => {
    const failed = {
      model: "m",
      status: "failed",
      output: [],
      error: { code: "server_error", message: "out of luck" },
    };
    const { model } = await opened([{ raw: JSON.stringify(failed) }, { raw: '{"choices": []}' }]);
    await expect(model.complete(ASK, never())).rejects.toMatchObject({
      code: "MODEL_UNAVAILABLE",
      message: expect.stringContaining("out of luck"),
    });
    await expect(model.complete(ASK, never())).rejects.toMatchObject({ code: "MALFORMED_REPLY" });
  });
});
