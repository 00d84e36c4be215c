/** What is found out about a model's server, against real HTTP on loopback. */
import { afterEach, describe, expect, it } from "vitest";
import { type ModelFinding, probeModel } from "../../src/models/probe.ts";
import {
  type ModelServer,
  modelServer,
  type Served,
  type ServedRequest,
} from "../support/model-server.ts";

let server: ModelServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const json = (value: object, status = 200): Served => ({ raw: JSON.stringify(value), status });
const listed = (...entries: object[]): Served => json({ object: "list", data: entries });
const add = { toolCalls: [{ name: "add", arguments: { a: 2, b: 3 } }] };

/** A server that can all; `faults` replaces what it says to the list, the props and each question. */
function able(
  faults: Partial<Record<"list" | "props" | "reply" | "schema" | "tools", Served>> = {},
) {
  return ({ path, body }: ServedRequest): Served => {
    if (path.endsWith("/models")) return faults.list ?? listed({ id: "own" }, { id: "other" });
    if (path.endsWith("/props")) return faults.props ?? json({}, 404);
    if (body.tools !== undefined) return faults.tools ?? add;
    if (body.response_format !== undefined) return faults.schema ?? '{"number": 4}';
    return faults.reply ?? (/JSON/.test(JSON.stringify(body.messages)) ? '{"number": 4}' : "yes");
  };
}

async function probed(
  script: (request: ServedRequest) => Served,
  more: object = {},
): Promise<Readonly<Record<string, Omit<ModelFinding, "check">>>> {
  server = await modelServer(script);
  const settings = { provider: "openai", model: "own", baseUrl: `${server.url}/v1` } as const;
  const found = await probeModel(
    { ...settings, apiKey: () => "sk-planted-key-123456", ...more },
    new AbortController().signal,
  );
  return Object.fromEntries(found.map(({ check, ...finding }) => [check, finding]));
}

describe("a model's server", () => {
  it("that can all is found to do so", async () => {
    const list = listed({ id: "own", max_model_len: 8_192 });
    const found = await probed(able({ list }), { contextTokens: 8_192 });
    expect(Object.keys(found)).toEqual(["server", "reply", "schema", "tools", "context"]);
    for (const { ok } of Object.values(found)) expect(ok).toBe(true);
    expect(found.server?.detail).toContain(`${server?.url}/v1`);
    expect(found.context?.detail).toContain("8192");
  });

  it("without the configured model is found so, with the models that it has", async () => {
    const { server: found } = await probed(able({ list: listed({ id: "a" }, { id: "b" }) }));
    expect(found).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/not list own, but a, b.*model\.model/),
    });
  });

  it("without a list is asked all the same", async () => {
    const found = await probed(able({ list: json({}, 404) }));
    expect(found.server).toMatchObject({ ok: true, detail: expect.stringContaining("no models") });
    expect(found.tools?.ok).toBe(true);
  });

  it("that refuses schemas and tools is told so: they go in words", async () => {
    const refused = (what: string): Served => ({
      status: 400,
      error: { message: `${what} is not supported`, param: what },
    });
    const found = await probed(({ path, body }) => {
      if (path.endsWith("/models")) return listed({ id: "own" });
      if (path.endsWith("/props")) return json({}, 404);
      if (body.tools !== undefined) return refused("tools");
      if (body.response_format !== undefined) return refused("response_format");
      const words = JSON.stringify(body.messages);
      if (words.includes("add with"))
        return '```json\n{"name": "add", "arguments": {"a": 2, "b": 3}}\n```';
      return words.includes("JSON") ? '{"number": 4}' : "yes";
    });
    expect(found.schema).toMatchObject({ ok: true, detail: expect.stringContaining("in words") });
    expect(found.tools).toMatchObject({ ok: true, detail: expect.stringContaining("in words") });
  });

  it("whose model does not keep to schemas and calls no tools is found so, with what to do", async () => {
    const found = await probed(able({ schema: "four", tools: "5" }));
    expect(found.schema).toMatchObject({
      ok: false,
      detail: expect.stringContaining("does not fit"),
    });
    expect(found.tools).toMatchObject({
      ok: false,
      detail: expect.stringContaining("model.tools to words"),
    });
  });

  it.each([
    [{ list: listed({ id: "own", max_model_len: 4_096 }) }],
    [{ list: listed({ id: "own", meta: { n_ctx: 4_096, n_ctx_train: 32_768 } }) }],
    [{ props: json({ default_generation_settings: { n_ctx: 4_096 } }) }],
  ])("that has less context than configured is found so: %j", async (faults) => {
    const { context } = await probed(able(faults), { contextTokens: 8_192 });
    expect(context).toMatchObject({ ok: false, detail: expect.stringMatching(/4096.*8192/) });
  });

  it("that has context is told what to set", async () => {
    const { context } = await probed(able({ props: json({ n_ctx: 4_096 }) }));
    expect(context).toMatchObject({
      ok: true,
      detail: expect.stringContaining("model.contextTokens to 4096"),
    });
  });

  it.each([
    [
      "is loading",
      { list: json({ error: { message: "Loading model", code: 503 } }, 503) },
      "server",
      /MODEL_UNAVAILABLE.*Loading model/,
    ],
    [
      "refuses the key",
      { list: json({ error: "bad key sk-planted-key-123456" }, 401) },
      "server",
      /MODEL_AUTH/,
    ],
    [
      "fails at the first question",
      { reply: { status: 500, error: { message: "no slot" } } },
      "reply",
      /no slot/,
    ],
  ] as const)("that %s is asked nothing more", async (_, faults, check, says) => {
    const found = await probed(able(faults));
    expect(Object.keys(found).at(-1)).toBe(check);
    expect(found[check]).toMatchObject({ ok: false, detail: expect.stringMatching(says) });
    expect(JSON.stringify(found)).not.toContain("planted");
  });

  it("that is not there is named with its address", async () => {
    server = await modelServer([]);
    const { url } = server;
    await server.close();
    server = undefined;
    const found = await probeModel(
      { provider: "openai", model: "own", baseUrl: `${url}/v1`, apiKey: () => "" },
      new AbortController().signal,
    );
    expect(found).toMatchObject([
      {
        check: "server",
        ok: false,
        detail: expect.stringMatching(`MODEL_UNREACHABLE: .*${url}/v1`),
      },
    ]);
  });

  it("of the messages dialect is asked in its own way", async () => {
    server = await modelServer(({ path, headers, body }) => {
      if (path === "/v1/models") {
        return headers["x-api-key"] === "planted" ? listed({ id: "own" }) : json({}, 401);
      }
      if (body.tools === undefined) return "yes";
      if (body.tools[0].name === "add") return add;
      return { toolCalls: [{ name: body.tools[0].name, arguments: { number: 4 } }] };
    });
    const found = await probeModel(
      { provider: "anthropic", model: "own", baseUrl: server.url, apiKey: () => "planted" },
      new AbortController().signal,
    );
    expect(found.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
  });
});
