/** The MCP server as clients meet it: the official client, real transports, a real engine. */
import { request as httpRequest } from "node:http";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Config } from "../../../src/core/config.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { openEngine } from "../../../src/engine/open-engine.ts";
import type { HttpServer } from "../../../src/server/http/listen.ts";
import { serveMcpOverHttp } from "../../../src/server/mcp/http.ts";
import { mcpServers } from "../../../src/server/mcp/mcp.ts";
import { offeredTools } from "../../../src/server/mcp/tools.ts";
import { main, type Workplace, workplace } from "../../support/cli.ts";
import { type Connected, connect, until } from "../../support/mcp.ts";
import { sampleTool } from "../../toolstore/sample.ts";

let place: Workplace;
let engine: Engine;
let calls: ReturnType<Engine["directCalls"]>;
let http: HttpServer;
const signal = new AbortController().signal;
const home = () => `${place.folder}/home`;

beforeAll(async () => {
  place = workplace();
  engine = openEngine(Config.parse({ home: home(), workers: 1 }));
  await engine.tools.put(sampleTool({ name: "triple", body: "input * 3" }));
  await engine.tools.put(
    sampleTool({ name: "whine", source: 'function whine() { throw new Error("no"); }' }),
  );
  await engine.tools.put(
    sampleTool({
      name: "spin",
      source: "function spin() { for (;;); }",
      limits: { timeoutMs: 1_500, memoryMiB: 64, outputBytes: 1_000 },
    }),
  );
  await engine.tools.put(
    sampleTool({
      name: "point",
      body: "({ x: input, y: 1 })",
      result: { type: "object", properties: { x: { type: "number" }, y: { type: "number" } } },
    }),
  );
  await engine.tools.put(sampleTool({ name: "waiting", status: "candidate" }));
  await engine.tools.put(sampleTool({ name: "theirs", origin: "mcp:elsewhere" }));
  calls = engine.directCalls("MCP over HTTP");
  http = await serveMcpOverHttp(engine.tools, mcpServers(offeredTools(engine, calls, 2), "1.2.3"), {
    port: 0,
    onError: () => undefined,
  });
});
afterAll(async () => {
  await http.close();
  await calls.end();
  await engine.close();
  place.remove();
});

const overHttp = () => new StreamableHTTPClientTransport(new URL(http.url));
const overStdio = () =>
  new StdioClientTransport({
    command: process.execPath,
    args: ["--disable-warning=ExperimentalWarning", main, "mcp"],
    env: { PATH: process.env.PATH ?? "", TOOLWRIGHT_HOME: home() },
    stderr: "inherit",
  });

describe.each([
  ["stdio", "legacy", overStdio],
  ["stdio", "modern", overStdio],
  ["HTTP", "legacy", overHttp],
  ["HTTP", "modern", overHttp],
] as const)("the MCP server over %s for a %s client", (over, era, transport) => {
  let connected: Connected;
  beforeAll(async () => {
    connected = await connect(transport(), era);
  });
  afterAll(() => connected.client.close());

  it("lists the active tools with their schemas, over all pages", async () => {
    const { tools } = await connected.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "search_tools",
      "create_tool",
      "point",
      "spin",
      "triple",
      "whine",
    ]);
    expect(tools.find(({ name }) => name === "triple")).toMatchObject({
      // Nothing was held out for it, and clients are told.
      description: expect.stringMatching(/^The tool called triple\.\n\nEvidence: unverified/),
      inputSchema: {
        type: "object",
        properties: { input: { type: "number" } },
        required: ["input"],
      },
      outputSchema: { type: "object", properties: { result: { type: "number" } } },
      annotations: { readOnlyHint: true, idempotentHint: true },
      _meta: { "toolwright/version": 1, "toolwright/release": "1.0.0" },
    });
  });

  it("runs a tool, gives structured output, and counts it as use in a trace", async () => {
    const { usage: before } = await engine.tools.get("triple");
    const { client } = connected;
    expect(await client.callTool({ name: "triple", arguments: { input: 7 } })).toMatchObject({
      structuredContent: { result: 21 },
      content: [{ type: "text", text: "21" }],
    });
    expect(await client.callTool({ name: "point", arguments: { input: 2 } })).toMatchObject({
      structuredContent: { x: 2, y: 1 },
    });
    const { usage } = await engine.tools.get("triple");
    expect(usage).toMatchObject({ calls: before.calls + 1, successes: before.successes + 1 });
    const run = (await engine.events.runs()).find(({ kind }) => kind === "calls");
    const events = [];
    for await (const event of engine.events.events(run?.id ?? "")) events.push(event);
    expect(events.filter(({ type }) => type === "tool-call")[0]).toMatchObject({
      data: { name: "triple", version: 1, arguments: { input: 7 } },
    });
    expect(events.find(({ type }) => type === "tool-result")).toMatchObject({
      data: { status: "returned", output: 21 },
    });
  });

  it("refuses arguments that do not fit, and calls nothing", async () => {
    const { usage: before } = await engine.tools.get("triple");
    for (const wrong of [{ input: "7" }, {}, { input: 7, other: 1 }]) {
      const result = await connected.client.callTool({ name: "triple", arguments: wrong });
      expect(result).toMatchObject({
        isError: true,
        _meta: { "toolwright/error": { code: "INVALID_ARGUMENTS" } },
      });
    }
    expect((await engine.tools.get("triple")).usage.calls).toBe(before.calls);
  });

  it("gives failures of the tool as results that say their kind", async () => {
    const { client } = connected;
    const thrown = await client.callTool({ name: "whine", arguments: { input: 1 } });
    expect(thrown).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining("whine: threw: Error: no") }],
      _meta: { "toolwright/error": { code: "threw" } },
    });
    const progress: number[] = [];
    const stopped = await client.callTool(
      { name: "spin", arguments: { input: 1 } },
      { onprogress: (news) => progress.push(news.progress) },
    );
    expect(stopped).toMatchObject({ _meta: { "toolwright/error": { code: "timed-out" } } });
    // At the start, and again after a second without news; always growing.
    expect(progress.length).toBeGreaterThanOrEqual(2);
    expect(progress).toEqual([...new Set(progress)].sort((a, z) => a - z));
  });

  it("does not serve what is no active tool of this library", async () => {
    const { client } = connected;
    const nothing = client.callTool({ name: "nothing", arguments: {} });
    await expect(nothing).rejects.toMatchObject({ code: -32_602 });
    for (const [name, code] of [
      ["waiting", "TOOL_WAITS"],
      ["theirs", "TOOL_NOT_ACTIVE"],
    ] as const) {
      expect(await client.callTool({ name, arguments: { input: 1 } })).toMatchObject({
        isError: true,
        _meta: { "toolwright/error": { code } },
      });
    }
  });

  it("finds tools by words", async () => {
    const found = await connected.client.callTool({
      name: "search_tools",
      arguments: { query: "triple", limit: 1 },
    });
    expect(found).toMatchObject({ structuredContent: { tools: [{ name: "triple", version: 1 }] } });
  });

  it("tells its clients when another process changes the library", async () => {
    const before = connected.changes();
    // Over stdio the server is a process of its own; over HTTP this is another opening of the file.
    const other = openEngine(Config.parse({ home: home(), workers: 1 }));
    const name = `made_over_${over}_${era}`;
    await other.tools.put(sampleTool({ name }));
    await expect.poll(connected.changes, { timeout: 10_000 }).toBeGreaterThan(before);
    await other.tools.setStatus(name, 1, "deprecated");
    await other.close();
  });
});

describe("another engine's library", () => {
  it("is used like any server's tools, and what appears there is found here", async () => {
    const guarded = await serveMcpOverHttp(
      engine.tools,
      mcpServers(offeredTools(engine, calls), "1"),
      { port: 0, token: "between us", onError: () => undefined },
    );
    const servers = { peer: { url: guarded.url, headersEnv: { Authorization: "PEER" } } };
    process.env.PEER = "Bearer between us";
    const other = openEngine(
      Config.parse({ home: `${place.folder}/other`, workers: 1, mcpServers: servers }),
    );
    expect(await other.foreign.sync()).toEqual([]);
    const triple = await other.tools.get("peer__triple");
    expect(triple).toMatchObject({ origin: "mcp:peer", effects: false, version: 1 });
    const otherCalls = other.directCalls("test");
    const unasked = async () => undefined;
    expect(await otherCalls.call(triple, [14], unasked, signal)).toMatchObject({
      output: { result: 42 },
    });
    expect(await otherCalls.call(triple, ["x"], unasked, signal)).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("must be number"),
    });
    await otherCalls.end();

    await engine.tools.put(sampleTool({ name: "quintuple", body: "input * 5" }));
    await until(async () => {
      const found = await other.tools.search({ text: "quintuple", limit: 5 });
      return found.some(({ tool }) => tool.name === "peer__quintuple");
    });
    await engine.tools.setStatus("quintuple", 1, "deprecated");
    await other.close();
    await guarded.close();
    delete process.env.PEER;
  });
});

describe("create_tool", () => {
  it("makes a tool from examples, and the second time finds it", async () => {
    const { client } = await connect(overHttp(), "modern");
    const examples = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => ({ args: [n], expected: n * n + 1 }));
    const wish = {
      name: "create_tool",
      arguments: {
        description: "one more than the square of a number",
        examples,
        name: "squared_more",
      },
    };
    const made = await client.callTool(wish, { timeout: 60_000 });
    expect(made).toMatchObject({ structuredContent: { name: "squared_more", created: true } });
    const called = await client.callTool({ name: "squared_more", arguments: { number: 20 } });
    expect(called).toMatchObject({ structuredContent: { result: 401 } });
    const again = await client.callTool(wish, { timeout: 60_000 });
    expect(again).toMatchObject({ structuredContent: { name: "squared_more", created: false } });
    const wrong = await client.callTool({ name: "create_tool", arguments: { examples } });
    expect(wrong).toMatchObject({ isError: true });
    await client.close();
  }, 90_000);
});

describe("the HTTP server", () => {
  const ask = (headers: Record<string, string>, url = http.url, body = "{}", method = "POST") =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(url, { method, headers }, (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      });
      request.on("error", reject);
      request.end(method === "POST" ? body : undefined);
    });
  const json = {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };

  it("answers loopback hosts and origins alone, on one path", async () => {
    expect(await ask({ ...json, host: "evil.example" })).toBe(403);
    expect(await ask({ ...json, origin: "https://evil.example" })).toBe(403);
    expect(await ask(json, http.url.replace("/mcp", "/other"))).toBe(404);
    expect(await ask(json, http.url, "no json")).toBe(400);
    expect(await ask(json, http.url, "x".repeat(4 * 1_024 * 1_024 + 1))).toBe(413);
    expect(await ask({ ...json, "mcp-session-id": "unknown" }, http.url, "{}", "GET")).toBe(404);
    expect(await ask(json, http.url, "{}", "GET")).toBe(400);
  });

  it("asks for its token where it has one, and for one beyond loopback", async () => {
    const factory = mcpServers(offeredTools(engine, calls), "1");
    const onError = () => undefined;
    const beyond = serveMcpOverHttp(engine.tools, factory, { port: 0, host: "0.0.0.0", onError });
    await expect(beyond).rejects.toMatchObject({ code: "TOKEN_NEEDED" });
    const guarded = await serveMcpOverHttp(engine.tools, factory, {
      port: 0,
      token: "open",
      onError,
    });
    expect(await ask(json, guarded.url)).toBe(401);
    expect(await ask({ ...json, authorization: "Bearer wrong" }, guarded.url)).toBe(401);
    const transport = new StreamableHTTPClientTransport(new URL(guarded.url), {
      requestInit: { headers: { Authorization: "Bearer open" } },
    });
    const { client } = await connect(transport, "legacy");
    expect((await client.listTools()).tools.length).toBeGreaterThan(2);
    await client.close();
    await guarded.close();
  });
});
