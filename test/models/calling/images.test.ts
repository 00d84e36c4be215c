/** Images on the wire: each dialect's own form, and results' images where a dialect takes them. */
import { afterEach, describe, expect, test } from "vitest";
import { imageOf, imageTokens } from "../../../src/core/image.ts";
import type { LanguageModel, ModelRequest } from "../../../src/core/ports.ts";
import { anthropicModel } from "../../../src/models/anthropic/anthropic.ts";
import { openaiModel } from "../../../src/models/openai/openai.ts";
import { scriptedModel } from "../../../src/models/scripted.ts";
import { budgetedModel } from "../../../src/models/spend/budgeted.ts";
import { png } from "../../support/images.ts";
import { type ModelServer, modelServer, type Served } from "../../support/model-server.ts";

const FILE = png(56, 28, [1, 2, 3]);
const IMAGE = imageOf(FILE, "a");
const DATA = FILE.toString("base64");
const URI = `data:image/png;base64,${DATA}`;
const LINK = { type: "image" as const, url: "https://pictures.example/a.png" };
const signal = new AbortController().signal;

const SHOWN: ModelRequest = {
  messages: [
    { role: "user", content: "Look.", images: [IMAGE, LINK] },
    { role: "assistant", content: "", toolCalls: [{ id: "c", name: "look", arguments: {} }] },
    { role: "tool", toolCallId: "c", name: "look", content: "a screen", images: [IMAGE] },
  ],
};

const servers: ModelServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
async function served(script: readonly Served[]): Promise<ModelServer> {
  const server = await modelServer(script);
  servers.push(server);
  return server;
}
const openai = ({ url }: ModelServer, more: object = {}): LanguageModel =>
  openaiModel({ model: "m", baseUrl: `${url}/v1`, apiKey: "k", maxRetries: 0, ...more });

describe("images over the wire", () => {
  test("of chat completions are image_url parts; a result's follow in a user message", async () => {
    const server = await served(["seen"]);
    await openai(server).complete(SHOWN, signal);
    const shown = (url: string) => ({ type: "image_url", image_url: { url } });
    expect(server.requests[0]?.body.messages).toMatchObject([
      { role: "user", content: [{ type: "text", text: "Look." }, shown(URI), shown(LINK.url)] },
      { role: "assistant" },
      { role: "tool", tool_call_id: "c", content: "a screen" },
      {
        role: "user",
        content: [
          { type: "text", text: expect.stringMatching(/^Images of the results above.*56 x 28/) },
          shown(URI),
        ],
      },
    ]);
  });

  test("of the responses interface are input_image parts, of a result too", async () => {
    const server = await served(["seen"]);
    await openai(server, { api: "responses" }).complete(SHOWN, signal);
    const shown = (image_url: string) => ({ type: "input_image", image_url, detail: "auto" });
    expect(server.requests[0]?.body.input).toEqual([
      {
        role: "user",
        content: [{ type: "input_text", text: "Look." }, shown(URI), shown(LINK.url)],
      },
      { type: "function_call", call_id: "c", name: "look", arguments: "{}" },
      {
        type: "function_call_output",
        call_id: "c",
        output: [{ type: "input_text", text: "a screen" }, shown(URI)],
      },
    ]);
  });

  test("of messages are image blocks, of a result inside it", async () => {
    const server = await served(["seen"]);
    const options = { model: "m", baseUrl: server.url, apiKey: "k", maxRetries: 0 };
    await anthropicModel(options).complete(SHOWN, signal);
    const inline = {
      type: "image",
      source: { type: "base64", media_type: "image/png", data: DATA },
    };
    const linked = { type: "image", source: { type: "url", url: LINK.url } };
    const [first, , last] = server.requests[0]?.body.messages ?? [];
    expect(first.content).toEqual([inline, linked, { type: "text", text: "Look." }]);
    expect(last.content).toEqual([
      {
        type: "tool_result",
        tool_use_id: "c",
        content: [inline, { type: "text", text: "a screen" }],
      },
    ]);
  });

  test.each([
    [400, "this model does not support image input"],
    [404, "No endpoints found that support image input"],
    [500, "image input is not supported - hint: provide the mmproj"],
  ])("refused with HTTP %i are a failure of their own", async (status, message) => {
    const server = await served([{ status, error: { message } }]);
    await expect(openai(server).complete(SHOWN, signal)).rejects.toMatchObject({
      code: "IMAGES_REFUSED",
      retryable: false,
    });
  });

  test("are not blamed for a refusal of a request that has none", async () => {
    const server = await served([{ status: 400, error: { message: "no image here" } }]);
    const asked = openai(server).complete({ messages: [{ role: "user", content: "x" }] }, signal);
    await expect(asked).rejects.toMatchObject({ code: "MODEL_BAD_REQUEST" });
  });

  test("are put aside in a budget before they are paid for", async () => {
    const reserved: number[] = [];
    const budget = {
      limit: {},
      reserve: async ({ tokens = 0 }: { readonly tokens?: number }) => {
        reserved.push(tokens);
        return { settle: () => undefined };
      },
    };
    const model = budgetedModel(scriptedModel(["a", "b"]), budget, { maxTokens: 1 });
    await model.complete({ messages: [{ role: "user", content: "x" }] }, signal);
    const images = [IMAGE];
    await model.complete({ messages: [{ role: "user", content: "x", images }] }, signal);
    const more = (reserved[1] ?? 0) - (reserved[0] ?? 0);
    expect(more).toBeGreaterThanOrEqual(imageTokens({ width: 56, height: 28 }));
  });
});
