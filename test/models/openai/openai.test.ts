/** The real `openai` client against a provider on loopback. */
import { afterEach, describe, expect, test } from "vitest";
import type { ModelError } from "../../../src/core/errors.ts";
import type { ModelRequest } from "../../../src/core/ports.ts";
import { type OpenAIModelOptions, openaiModel } from "../../../src/models/openai/openai.ts";
import {
  everythingIn,
  languageModelContract,
  PLANTED_KEY,
  streamingModelContract,
  WEATHER,
} from "../../contracts/language-model.ts";
import { type ModelServer, modelServer } from "../../support/model-server.ts";
import { type ServedModel, served } from "../served.ts";

const ASK: ModelRequest = { messages: [{ role: "user", content: "Hello" }] };
const never = (): AbortSignal => new AbortController().signal;

describe("language model: openai", () => {
  languageModelContract(served());
  streamingModelContract(served());
});

describe("openai: over the wire", () => {
  const servers: ModelServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  const opened = async (
    script: Parameters<typeof modelServer>[0],
    options: Partial<OpenAIModelOptions> = {},
  ): Promise<Omit<ServedModel, "close">> => {
    const { model, server } = await served(options)(script);
    servers.push(server);
    return { model, server };
  };
  /** A clock whose sleeps pass at once: it keeps how long each would have been. */
  const fast = (): { slept: number[]; options: Partial<OpenAIModelOptions> } => {
    const slept: number[] = [];
    let now = 0;
    const sleep = async (ms: number): Promise<void> => {
      slept.push(ms);
      now += ms;
    };
    return { slept, options: { sleep, clock: { now: () => now, monotonicMs: () => now } } };
  };

  test("sends messages, tools, schema and settings in the provider's form, and the key in its header alone", async () => {
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
        toolChoice: "required",
        temperature: 0.5,
        maxTokens: 50,
        seed: 7,
        stop: ["END"],
      },
      never(),
    );
    const sent = server.requests[0];
    expect(sent?.headers.authorization).toBe(`Bearer ${PLANTED_KEY}`);
    expect(sent?.body).toEqual({
      stream: true,
      stream_options: { include_usage: true },
      model: "m",
      messages: [
        { role: "system", content: "S" },
        { role: "user", content: "U" },
        {
          role: "assistant",
          content: "",
          tool_calls: [
            {
              id: "c1",
              type: "function",
              function: { name: "get_weather", arguments: '{"city":"Oslo"}' },
            },
          ],
        },
        { role: "tool", tool_call_id: "c1", content: "rain" },
      ],
      tools: [{ type: "function", function: WEATHER }],
      tool_choice: "required",
      temperature: 0.5,
      max_tokens: 50,
      seed: 7,
      stop: ["END"],
    });
  });

  test("waits as long as Retry-After asks, then goes on", async () => {
    const { slept, options } = fast();
    const { model, server } = await opened(
      [{ status: 429, headers: { "retry-after": "3" } }, "done"],
      { maxRetries: 2, ...options },
    );
    expect((await model.complete(ASK, never())).content).toBe("done");
    expect(server.requests).toHaveLength(2);
    expect(slept).toEqual([3_000]);
  });

  test("backs off with jitter that doubles, and gives up after maxRetries", async () => {
    const { slept, options } = fast();
    const { model, server } = await opened(() => ({ status: 500 }), { maxRetries: 3, ...options });
    await expect(model.complete(ASK, never())).rejects.toMatchObject({
      code: "MODEL_UNAVAILABLE",
      facts: { attempts: 4 },
    });
    expect(server.requests).toHaveLength(4);
    for (const [index, ms] of slept.entries()) {
      expect(ms).toBeGreaterThanOrEqual(250 * 2 ** index);
      expect(ms).toBeLessThanOrEqual(500 * 2 ** index);
    }
  });

  test("does not wait for a Retry-After beyond its limit", async () => {
    const { slept, options } = fast();
    const { model } = await opened([{ status: 429, headers: { "retry-after": "3600" } }, "late"], {
      maxRetries: 2,
      ...options,
    });
    await expect(model.complete(ASK, never())).rejects.toMatchObject({
      code: "MODEL_RATE_LIMITED",
      facts: { retryAfterMs: 3_600_000 },
    });
    expect(slept).toEqual([]);
  });

  test("tells an empty account from a rate limit: waiting does not help there", async () => {
    const { model, server } = await opened(
      [{ status: 429, error: { message: "You exceeded your quota", code: "insufficient_quota" } }],
      { maxRetries: 2 },
    );
    await expect(model.complete(ASK, never())).rejects.toMatchObject({
      code: "MODEL_QUOTA",
      retryable: false,
    });
    expect(server.requests).toHaveLength(1);
  });

  test.each(["complete", "stream"] as const)(
    "%s gives up on a silent provider after timeoutMs",
    async (how) => {
      const { model } = await opened([{ hang: true }], { timeoutMs: 40 });
      const reply =
        how === "complete" ? model.complete(ASK, never()) : model.stream(ASK, () => {}, never());
      await expect(reply).rejects.toMatchObject({ code: "MODEL_TIMEOUT", retryable: true });
    },
  );

  test("gives up on a stream that falls silent in the middle", async () => {
    const { model } = await opened([{ content: "abcdefghijklmn", hangAfter: 2 }], {
      timeoutMs: 60,
    });
    await expect(model.stream(ASK, () => {}, never())).rejects.toMatchObject({
      code: "MODEL_TIMEOUT",
    });
  });

  test("repeats a stream that failed before its first piece, and none that failed after it", async () => {
    const { options } = fast();
    const { model, server } = await opened(
      [{ status: 503 }, "fine", { content: "abcdefghijklmn", cutAfter: 3 }, "never"],
      { maxRetries: 2, ...options },
    );
    expect((await model.stream(ASK, () => {}, never())).content).toBe("fine");
    await expect(model.stream(ASK, () => {}, never())).rejects.toMatchObject({
      code: "MODEL_UNREACHABLE",
    });
    expect(server.requests).toHaveLength(3);
  });

  test.each([
    ["no JSON", "<html>Bad gateway</html>"],
    ["cut JSON", '{"choices":[{"mess'],
    ["another shape", '{"answer":42}'],
    ["no choices", '{"choices":[]}'],
  ])("rejects a reply of %s as MALFORMED_REPLY", async (_, raw) => {
    const { model } = await opened([{ raw }]);
    await expect(model.complete(ASK, never())).rejects.toMatchObject({ code: "MALFORMED_REPLY" });
  });

  test("reads arguments that are badly written, and rejects those that are cut off", async () => {
    const { model } = await opened([
      { toolCalls: [{ name: "get_weather", arguments: "{'city': 'Oslo', }" }] },
      {
        toolCalls: [{ name: "get_weather", arguments: '{"city": "Os' }],
        usage: { input: 1, output: 2 },
      },
    ]);
    const request = { ...ASK, tools: [WEATHER] };
    expect((await model.complete(request, never())).toolCalls[0]?.arguments).toEqual({
      city: "Oslo",
    });
    await expect(model.complete(request, never())).rejects.toMatchObject({
      code: "MALFORMED_REPLY",
      facts: { usage: { inputTokens: 1, outputTokens: 2 } },
    });
  });

  test("reads tool calls that the provider left in the text", async () => {
    const content =
      'Sure.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Oslo"}}\n</tool_call>';
    const { model } = await opened([content]);
    const reply = await model.complete({ ...ASK, tools: [WEATHER] }, never());
    expect(reply).toMatchObject({
      content: "Sure.",
      finishReason: "tool-calls",
      toolCalls: [{ name: "get_weather", arguments: { city: "Oslo" } }],
    });
  });

  test("says tools in words to endpoints without a field for them", async () => {
    const { model, server } = await opened(
      ['```json\n{"name":"get_weather","arguments":{"city":"Oslo"}}\n```'],
      {
        tools: "words",
      },
    );
    const reply = await model.complete({ ...ASK, tools: [WEATHER] }, never());
    expect(server.requests[0]?.body.tools).toBeUndefined();
    expect(server.requests[0]?.body.messages[0].content).toContain('"name":"get_weather"');
    expect(reply.toolCalls).toEqual([
      { id: "call_1", name: "get_weather", arguments: { city: "Oslo" } },
    ]);
  });

  test("learns from a refusal which fields the endpoint lacks, and leaves them out from then on", async () => {
    const dropped: string[] = [];
    const { model, server } = await opened(
      ({ body }) => {
        if (body.response_format !== undefined) {
          return {
            status: 400,
            error: { message: "'response_format' of type json_schema is not supported" },
          };
        }
        return body.temperature === undefined
          ? "{}"
          : { status: 400, error: { message: "Unsupported value", param: "temperature" } };
      },
      { onFieldDropped: (field) => dropped.push(field) },
    );
    const request: ModelRequest = {
      ...ASK,
      temperature: 0.3,
      responseSchema: { name: "answer", schema: { type: "object", properties: {} } },
    };
    await model.complete(request, never());
    await model.complete(request, never());
    expect(dropped).toEqual(["responseSchema", "temperature"]);
    expect(server.requests).toHaveLength(4);
    expect(server.requests[3]?.body.messages[0].content).toContain("JSON Schema");
  });

  test("says the token limit under the name that the endpoint knows", async () => {
    const { model, server } = await opened(({ body }) =>
      body.max_tokens === undefined
        ? "fine"
        : {
            status: 400,
            error: {
              message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
              param: "max_tokens",
            },
          },
    );
    const request = { ...ASK, maxTokens: 9 };
    expect((await model.complete(request, never())).content).toBe("fine");
    expect((await model.complete(request, never())).content).toBe("fine");
    expect(
      server.requests.map(({ body }) => [body.max_tokens, body.max_completion_tokens]),
    ).toEqual([
      [9, undefined],
      [undefined, 9],
      [undefined, 9],
    ]);
  });

  test("gives a waiting call's place up when it is no longer wanted", async () => {
    const { model, server } = await opened(() => ({ content: "x", afterMs: 40 }), {
      maxConcurrent: 1,
    });
    const first = model.complete(ASK, never());
    const controller = new AbortController();
    const second = model.complete(ASK, controller.signal);
    const third = model.complete(ASK, never());
    const reason = new Error("enough");
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    expect((await Promise.all([first, third])).map(({ content }) => content)).toEqual(["x", "x"]);
    expect(server.requests).toHaveLength(2);
  });

  test("keeps to maxConcurrent", async () => {
    const { model, server } = await opened(() => ({ content: "x", afterMs: 15 }), {
      maxConcurrent: 3,
    });
    await Promise.all(Array.from({ length: 12 }, () => model.complete(ASK, never())));
    expect(server.requests).toHaveLength(12);
    expect(server.load.peak).toBe(3);
  });

  test("spaces the starts of calls by requestsPerMinute", async () => {
    const { slept, options } = fast();
    const { model } = await opened(() => "x", {
      requestsPerMinute: 60,
      maxConcurrent: 1,
      ...options,
    });
    for (let i = 0; i < 4; i++) await model.complete(ASK, never());
    expect(slept).toEqual([1_000, 1_000, 1_000]);
  });

  test("computes the cost by its price, and none without one", async () => {
    const served = { content: "x", usage: { input: 1_000, output: 500 } };
    const priced = await opened([served], { price: { inputPerMillion: 2, outputPerMillion: 8 } });
    // 1000 * 2 / 1e6 + 500 * 8 / 1e6
    expect((await priced.model.complete(ASK, never())).costUsd).toBeCloseTo(0.006, 12);
    const unpriced = await opened([served]);
    expect((await unpriced.model.complete(ASK, never())).costUsd).toBeUndefined();
  });

  test("asks for the key at each attempt and says so when there is none", async () => {
    const keys = ["first", "second"];
    const { model, server } = await opened(() => "x", { apiKey: () => keys.shift() ?? "" });
    await model.complete(ASK, never());
    await model.complete(ASK, never());
    expect(server.requests.map((request) => request.headers.authorization)).toEqual([
      "Bearer first",
      "Bearer second",
    ]);
    const atHome = openaiModel({ model: "m", apiKey: () => "" });
    await expect(atHome.complete(ASK, never())).rejects.toMatchObject({ code: "MISSING_API_KEY" });
  });

  test("names an unreachable host as such, without the key", async () => {
    const server = await modelServer([]);
    await server.close();
    const model = openaiModel({
      model: "m",
      baseUrl: `${server.url}/v1?key=${PLANTED_KEY}`,
      apiKey: PLANTED_KEY,
      maxRetries: 0,
    });
    const error = await model.complete(ASK, never()).catch((caught: ModelError) => caught);
    expect(error).toMatchObject({ code: "MODEL_UNREACHABLE", retryable: true });
    expect(everythingIn(error)).not.toContain("planted");
  });
});
