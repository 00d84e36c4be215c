/** What holds for every language model, whatever dialect it speaks. */
import { afterEach, expect, test } from "vitest";
import { ModelError } from "../../src/core/errors.ts";
import type { LanguageModel, ModelRequest, ModelTool } from "../../src/core/ports.ts";
import type { ModelDelta, StreamingModel } from "../../src/models/calling/streaming.ts";
import type { Served } from "../support/model-server.ts";

/** Occurs in every error text that the server of a contract sends. */
export const PLANTED_KEY = "sk-planted-3f9a1c77e2d84b60";

interface OpenedModel<Model> {
  readonly model: Model;
  close(): Promise<void>;
}

export type OpenModel<Model> = (script: readonly Served[]) => Promise<OpenedModel<Model>>;

export const WEATHER: ModelTool = {
  name: "get_weather",
  description: "Weather of a city.",
  parameters: {
    type: "object",
    properties: { city: { type: "string" }, days: { type: "number" } },
    required: ["city"],
  },
};

const ASK: ModelRequest = { messages: [{ role: "user", content: "Hello" }] };
const never = (): AbortSignal => new AbortController().signal;

function opener<Model>(open: OpenModel<Model>): (script: readonly Served[]) => Promise<Model> {
  const opened: OpenedModel<Model>[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });
  return async (script) => {
    const one = await open(script);
    opened.push(one);
    return one.model;
  };
}

/** @param open A model that retries nothing, over a provider that follows the script. */
export function languageModelContract(open: OpenModel<LanguageModel>): void {
  const opened = opener(open);

  test("gives what the model said, why it stopped and what it used", async () => {
    const model = await opened([{ content: "Hi there", usage: { input: 7, output: 2 } }]);
    const reply = await model.complete(ASK, never());
    expect(reply).toMatchObject({
      content: "Hi there",
      toolCalls: [],
      finishReason: "stop",
      usage: { inputTokens: 7, outputTokens: 2 },
    });
  });

  test("says nothing about usage and cost where the provider says nothing", async () => {
    const model = await opened(["Hi"]);
    const reply = await model.complete(ASK, never());
    expect(reply.usage).toBeUndefined();
    expect(reply.costUsd).toBeUndefined();
  });

  test("gives tool calls in order with their arguments as objects", async () => {
    const model = await opened([
      {
        toolCalls: [
          { id: "a", name: "get_weather", arguments: { city: "Oslo" } },
          { id: "b", name: "get_weather", arguments: { city: "Rome", days: 3 } },
        ],
      },
    ]);
    const reply = await model.complete({ ...ASK, tools: [WEATHER] }, never());
    expect(reply.finishReason).toBe("tool-calls");
    expect(reply.toolCalls).toEqual([
      { id: "a", name: "get_weather", arguments: { city: "Oslo" } },
      { id: "b", name: "get_weather", arguments: { city: "Rome", days: 3 } },
    ]);
  });

  test("resolves with a refusal of the model: it is something that the model said", async () => {
    const model = await opened([{ refusal: "I can not help with that." }]);
    const reply = await model.complete(ASK, never());
    expect(reply).toMatchObject({ finishReason: "refused", content: "I can not help with that." });
  });

  test("tells a reply that was cut off by the token limit", async () => {
    const model = await opened([{ content: "Once upon a", finish: "length" }]);
    expect((await model.complete(ASK, never())).finishReason).toBe("length");
  });

  test.each([
    [401, "MODEL_AUTH", false],
    [403, "MODEL_AUTH", false],
    [404, "MODEL_NOT_FOUND", false],
    [400, "MODEL_BAD_REQUEST", false],
    [429, "MODEL_RATE_LIMITED", true],
    [500, "MODEL_UNAVAILABLE", true],
    [503, "MODEL_UNAVAILABLE", true],
  ])(
    "rejects HTTP %i with ModelError %s, retryable: %s, and without the key",
    async (status, code, retryable) => {
      const model = await opened([
        {
          status,
          error: { message: `Incorrect key ${PLANTED_KEY} and ${encodeURIComponent(PLANTED_KEY)}` },
        },
      ]);
      const error = await model.complete(ASK, never()).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ModelError);
      expect(error).toMatchObject({ code, retryable });
      expect(everythingIn(error)).not.toContain("planted");
    },
  );

  test("rejects a request with the reason of its signal, before and while it runs", async () => {
    const model = await opened([{ hang: true }]);
    const reason = new Error("no longer wanted");
    await expect(model.complete(ASK, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const reply = model.complete(ASK, controller.signal);
    setTimeout(() => controller.abort(reason), 20);
    await expect(reply).rejects.toBe(reason);
  });

  test("names itself as driver:model and states its terms", async () => {
    const model = await opened([]);
    expect(model.id).toMatch(/^[a-z]+:.+/);
    expect(model.terms).not.toBe("");
  });
}

export function streamingModelContract(open: OpenModel<StreamingModel>): void {
  const opened = opener(open);
  const collect = async (
    model: StreamingModel,
    request: ModelRequest,
  ): Promise<{ reply: Awaited<ReturnType<StreamingModel["stream"]>>; deltas: ModelDelta[] }> => {
    const deltas: ModelDelta[] = [];
    const reply = await model.stream(request, (delta) => void deltas.push(delta), never());
    return { reply, deltas };
  };

  test("streams text whose pieces make up the reply", async () => {
    const content = "The quick brown fox; naïve café ☕ 漢字.";
    const model = await opened([{ content, usage: { input: 3, output: 9 }, pieceLength: 3 }]);
    const { reply, deltas } = await collect(model, ASK);
    expect(deltas.length).toBeGreaterThan(5);
    expect(deltas.map((delta) => (delta.kind === "text" ? delta.text : "")).join("")).toBe(content);
    expect(reply).toMatchObject({
      content,
      finishReason: "stop",
      usage: { inputTokens: 3, outputTokens: 9 },
    });
  });

  test("streams the arguments of tool calls in pieces, each under its call", async () => {
    const model = await opened([
      {
        content: "Looking it up.",
        toolCalls: [
          { id: "a", name: "get_weather", arguments: { city: "Oslo, Norway" } },
          { id: "b", name: "get_weather", arguments: { city: "Rome", days: 3 } },
        ],
      },
    ]);
    const { reply, deltas } = await collect(model, { ...ASK, tools: [WEATHER] });
    const textOf = (index: number): string =>
      deltas
        .map((delta) =>
          delta.kind === "tool-call" && delta.index === index ? delta.argumentsText : "",
        )
        .join("");
    expect(JSON.parse(textOf(0))).toEqual({ city: "Oslo, Norway" });
    expect(JSON.parse(textOf(1))).toEqual({ city: "Rome", days: 3 });
    expect(reply.content).toBe("Looking it up.");
    expect(reply.toolCalls.map((call) => call.arguments)).toEqual([
      { city: "Oslo, Norway" },
      { city: "Rome", days: 3 },
    ]);
  });

  test("gives the same reply streamed and whole", async () => {
    const served: Served = {
      content: "Well.",
      toolCalls: [{ id: "a", name: "get_weather", arguments: { city: "Oslo" } }],
      usage: { input: 5, output: 6 },
    };
    const model = await opened([served, served]);
    const request = { ...ASK, tools: [WEATHER] };
    expect((await collect(model, request)).reply).toEqual(await model.complete(request, never()));
  });

  test("waits for a slow reader and keeps the order", async () => {
    const model = await opened([{ content: "abcdefghij", pieceLength: 1 }]);
    let text = "";
    let atWork = 0;
    await model.stream(
      ASK,
      async (delta) => {
        expect(++atWork).toBe(1);
        await new Promise((wake) => setTimeout(wake, 2));
        if (delta.kind === "text") text += delta.text;
        atWork--;
      },
      never(),
    );
    expect(text).toBe("abcdefghij");
  });

  test("rejects a stream that ends before the reply does", async () => {
    const model = await opened([{ content: "abcdefghijklmnopqrstuvwxyz", cutAfter: 4 }]);
    const error = await collect(model, ASK).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({ code: "MODEL_UNREACHABLE", retryable: true });
  });

  test("ends a stream that is no longer wanted with the signal's reason", async () => {
    const model = await opened([{ content: "abcdefghijklmnopqrstuvwxyz", hangAfter: 4 }]);
    const controller = new AbortController();
    const reason = new Error("enough");
    const reply = model.stream(ASK, () => controller.abort(reason), controller.signal);
    await expect(reply).rejects.toBe(reason);
  });
}

/** All text that an error carries, its causes and hidden properties included. */
export function everythingIn(error: unknown): string {
  const seen = new Set<unknown>();
  const walk = (value: unknown): string => {
    if (typeof value === "string") return value;
    if (typeof value !== "object" || value === null || seen.has(value)) return String(value);
    seen.add(value);
    return Reflect.ownKeys(value)
      .map((key) => `${String(key)}=${walk(Reflect.get(value, key))}`)
      .join("\n");
  };
  return walk(error);
}
