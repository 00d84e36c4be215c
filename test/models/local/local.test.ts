/** A model file as a language model: what it is asked and what its text becomes. */
import { describe, expect, it } from "vitest";
import type { ModelRequest } from "../../../src/core/ports.ts";
import type { ModelDelta } from "../../../src/models/calling/streaming.ts";
import { localModel } from "../../../src/models/local/local.ts";
import { modelManager } from "../../../src/models/local/manager.ts";
import { WEATHER } from "../../contracts/language-model.ts";
import { type RuntimeScript, scriptedRuntime } from "../../support/local-runtime.ts";

const never = new AbortController().signal;
const ASK: ModelRequest = { messages: [{ role: "user", content: "Hello" }] };

function opened(script: RuntimeScript, options: { readonly name?: string } = {}) {
  const runtime = scriptedRuntime(script);
  const model = localModel({
    path: "/models/tiny-q4.gguf",
    contextTokens: 512,
    price: { inputPerMillion: 0, outputPerMillion: 0 },
    manager: modelManager(runtime),
    maxRetries: 0,
    ...options,
  });
  return { model, runtime };
}

describe("a reply", () => {
  it("has its text, its tokens, and no cost", async () => {
    const { model } = opened({ replies: [["Hi ", "there"]] });
    expect(model.id).toBe("local:tiny-q4");
    await expect(model.complete(ASK, never)).resolves.toEqual({
      content: "Hi there",
      toolCalls: [],
      finishReason: "stop",
      model: "tiny-q4",
      usage: { inputTokens: 7, outputTokens: 2 },
      costUsd: 0,
    });
  });

  it("that was cut off says so", async () => {
    const { model } = opened({ finish: "length" });
    expect((await model.complete(ASK, never)).finishReason).toBe("length");
  });

  it("is told piece by piece, in order", async () => {
    const { model } = opened({ replies: [["a", "b", "c"]] });
    const deltas: ModelDelta[] = [];
    await model.stream(ASK, async (delta) => void deltas.push(delta), never);
    expect(deltas).toEqual(["a", "b", "c"].map((text) => ({ kind: "text", text })));
  });

  it("loses its reasoning", async () => {
    const { model } = opened({ replies: [["<think>17 or 18?</think>\n18"]] });
    expect((await model.complete(ASK, never)).content).toBe("18");
  });
});

describe("tools", () => {
  const CALL = '<tool_call>{"name": "get_weather", "arguments": {"city": "Oslo"}}</tool_call>';

  it("stand in the prompt, and calls are read from the text", async () => {
    const { model, runtime } = opened({ replies: [["I will look.\n", CALL]] });
    const reply = await model.complete({ ...ASK, tools: [WEATHER] }, never);
    expect(reply).toMatchObject({
      content: "I will look.",
      finishReason: "tool-calls",
      toolCalls: [{ name: "get_weather", arguments: { city: "Oslo" } }],
    });
    expect(runtime.asked[0]?.turns[0]).toMatchObject({ role: "system" });
    expect(runtime.asked[0]?.turns[0]?.text).toContain("get_weather");
  });

  it("are told as calls, never as raw text", async () => {
    const { model } = opened({ replies: [[CALL.slice(0, 20), CALL.slice(20)]] });
    const deltas: ModelDelta[] = [];
    await model.stream({ ...ASK, tools: [WEATHER] }, (delta) => void deltas.push(delta), never);
    expect(deltas).toEqual([
      { kind: "tool-call", index: 0, name: "get_weather", argumentsText: '{"city":"Oslo"}' },
    ]);
  });

  it("that come back go to the model as a turn of the user", async () => {
    const { model, runtime } = opened({});
    const call = { id: "1", name: "get_weather", arguments: { city: "Oslo" } };
    await model.complete(
      {
        messages: [
          ...ASK.messages,
          { role: "assistant", content: "", toolCalls: [call] },
          { role: "tool", toolCallId: "1", name: "get_weather", content: "rain" },
          { role: "user", content: "And now?" },
        ],
      },
      never,
    );
    const roles = runtime.asked[0]?.turns.map(({ role }) => role);
    expect(roles).toEqual(["user", "assistant", "user"]);
    expect(runtime.asked[0]?.turns[2]?.text).toMatch(/rain[\s\S]*And now\?/);
  });
});

it("a schema goes to the model as a grammar", async () => {
  const { model, runtime } = opened({ replies: [['{"ok":true}']] });
  const schema = { type: "object", properties: { ok: { type: "boolean" } }, required: ["ok"] };
  await model.complete({ ...ASK, responseSchema: { name: "answer", schema } }, never);
  expect(runtime.asked[0]?.grammar).toContain('"\\"ok\\""');
});

it("a failure of the runtime is a model's failure that may pass", async () => {
  const { model } = opened({ replies: [new Error("device lost")] });
  await expect(model.complete(ASK, never)).rejects.toMatchObject({
    code: "MODEL_UNAVAILABLE",
    retryable: true,
  });
});

it("an aborted call rejects with its reason", async () => {
  const { model } = opened({});
  const stop = new AbortController();
  stop.abort(new Error("enough"));
  await expect(model.complete(ASK, stop.signal)).rejects.toThrow("enough");
});

it("images are refused before anything is loaded", async () => {
  const { model, runtime } = opened({});
  const image = { mediaType: "image/png", data: "iVBORw0KGgo=" } as const;
  const messages = [{ role: "user" as const, content: "See", images: [image as never] }];
  await expect(model.complete({ messages }, never)).rejects.toMatchObject({
    code: "IMAGES_REFUSED",
  });
  expect(runtime.log).toEqual([]);
});
