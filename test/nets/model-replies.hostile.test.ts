/** Whatever a model server replies, whole or in pieces: a reply, or an error with a code. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EngineError } from "../../src/core/errors.ts";
import type { Json } from "../../src/core/json.ts";
import { anthropicModel } from "../../src/models/anthropic/anthropic.ts";
import { openaiModel } from "../../src/models/openai/openai.ts";
import { WEATHER } from "../contracts/language-model.ts";
import { type ModelServer, modelServer, type Served } from "../support/model-server.ts";
import { FUZZ, FUZZ_TIMEOUT_MS, mutated, oddText } from "../support/odd.ts";

let server: ModelServer;
let next: Served = "";
beforeAll(async () => {
  server = await modelServer(() => next);
});
afterAll(() => server.close());

const call = { id: "c1", type: "function", function: { name: "get_weather", arguments: "{}" } };
const CHAT: Json = {
  id: "x",
  model: "m",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "Hi", reasoning_content: "hm", tool_calls: [call] },
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
};
const PIECE: Json = {
  choices: [
    {
      index: 0,
      delta: { content: "Hi", tool_calls: [{ index: 0, ...call }] },
      finish_reason: null,
    },
  ],
  usage: null,
};
const RESPONSE: Json = {
  id: "r",
  status: "completed",
  output: [
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hi" }] },
    { type: "function_call", call_id: "c", name: "get_weather", arguments: "{}" },
  ],
  usage: { input_tokens: 1, output_tokens: 2 },
};
const MESSAGE: Json = {
  type: "message",
  content: [
    { type: "text", text: "Hi" },
    { type: "tool_use", id: "t", name: "get_weather", input: {} },
  ],
  stop_reason: "end_turn",
  usage: { input_tokens: 1, output_tokens: 2 },
};
const FAULT: Json = {
  error: { message: "no", code: 400, type: "x", param: "tools" },
  detail: ["d"],
};

/** A body as JSON, as events, with a status; sometimes of another content type than it says. */
function served(whole: Json): fc.Arbitrary<Served> {
  const body = oddText(mutated(whole));
  const events = fc
    .array(oddText(mutated(PIECE)), { maxLength: 3 })
    .map((pieces) => `${pieces.map((piece) => `data: ${piece}\n\n`).join("")}data: [DONE]\n\n`);
  return fc
    .tuple(
      fc.oneof(
        body,
        events,
        oddText(mutated(FAULT)),
        fc.constantFrom("", "<html>no</html>", "null"),
      ),
      fc.constantFrom(200, 200, 200, 400, 404, 500, 503),
      fc.constantFrom("application/json", "text/event-stream", "text/html"),
    )
    .map(([raw, status, contentType]) => ({ raw, status, contentType }));
}

const limits = { maxRetries: 0, timeoutMs: 5_000, silenceMs: 5_000, apiKey: "k", model: "m" };
const openai = (api: "chat" | "responses") =>
  openaiModel({ ...limits, api, baseUrl: `${server.url}/v1` });

describe("a reply or an error with a code", () => {
  it.each([
    ["chat completions", CHAT, () => openai("chat")],
    ["responses", RESPONSE, () => openai("responses")],
    ["messages", MESSAGE, () => anthropicModel({ ...limits, baseUrl: server.url })],
  ])(
    "of %s",
    async (_, whole, open) => {
      await fc.assert(
        fc.asyncProperty(served(whole), async (reply) => {
          next = reply;
          const model = open();
          const asked = {
            messages: [{ role: "user" as const, content: "Hello" }],
            tools: [WEATHER],
          };
          try {
            const { content, toolCalls } = await model.complete(asked, AbortSignal.timeout(20_000));
            expect(typeof content).toBe("string");
            for (const { name, arguments: given } of toolCalls) {
              expect([typeof name, typeof given]).toEqual(["string", "object"]);
            }
          } catch (error) {
            if (!(error instanceof EngineError)) throw error;
            expect(error.code).not.toBe("UNEXPECTED");
          }
        }),
        FUZZ,
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});
