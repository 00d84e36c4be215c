/** Sessions of the older protocol revisions, over real sockets. */
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { Server } from "@modelcontextprotocol/server";
import { afterEach, expect, test } from "vitest";
import type { HttpServer } from "../../../src/server/http/listen.ts";
import { serveMcpOverHttp } from "../../../src/server/mcp/http.ts";
import type { SessionLimits } from "../../../src/server/mcp/sessions.ts";
import { until } from "../../support/mcp.ts";

let server: HttpServer;
afterEach(() => server.close());

async function serve(sessions: SessionLimits): Promise<void> {
  server = await serveMcpOverHttp(
    { list: async () => [] },
    () => {
      const made = new Server({ name: "test", version: "1" }, { capabilities: { tools: {} } });
      made.setRequestHandler("tools/list", async () => ({ tools: [] }));
      return made;
    },
    { port: 0, sessions, onError: () => undefined },
  );
}

const HEADERS = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
};

function post(message: object, session?: string): Promise<Response> {
  return fetch(server.url, {
    method: "POST",
    headers: { ...HEADERS, ...(session === undefined ? {} : { "mcp-session-id": session }) },
    body: JSON.stringify({ jsonrpc: "2.0", ...message }),
  });
}

async function initialize(): Promise<string> {
  const response = await post({
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    },
  });
  expect(response.status).toBe(200);
  await response.text();
  const id = response.headers.get("mcp-session-id") ?? "";
  await (await post({ method: "notifications/initialized" }, id)).text();
  return id;
}

async function status(session: string): Promise<number> {
  const response = await post({ id: 2, method: "tools/list" }, session);
  await response.text();
  return response.status;
}

/** The stream on which a client waits for news. */
async function listen(session: string): Promise<{ close(): void }> {
  const leave = new AbortController();
  const response = await fetch(server.url, {
    headers: { ...HEADERS, "mcp-session-id": session },
    signal: leave.signal,
  });
  expect(response.status).toBe(200);
  return { close: () => leave.abort() };
}

test("forgotten sessions shut nobody out: the one idle longest makes room", async () => {
  await serve({ most: 2 });
  const first = await initialize();
  const second = await initialize();
  expect(await status(first)).toBe(200);
  const third = await initialize();
  expect(await status(second)).toBe(404);
  expect(await Promise.all([first, third].map(status))).toEqual([200, 200]);
});

test("a session with an open stream is not idle, whoever came later", async () => {
  await serve({ most: 2 });
  const first = await initialize();
  const stream = await listen(first);
  const second = await initialize();
  const third = await initialize();
  expect(await Promise.all([first, second, third].map(status))).toEqual([200, 404, 200]);
  stream.close();
});

test("a session ends after its idle time, and not while its stream is open", async () => {
  await serve({ idleMs: 100 });
  const forgotten = await initialize();
  const listening = await initialize();
  const stream = await listen(listening);
  await new Promise((wake) => setTimeout(wake, 400));
  expect(await status(forgotten)).toBe(404);
  expect(await status(listening)).toBe(200);
  stream.close();
  // Asking would be use: only waiting tells.
  await new Promise((wake) => setTimeout(wake, 400));
  expect(await status(listening)).toBe(404);
});

test("a session ends when its client says so", async () => {
  await serve({});
  const session = await initialize();
  const ended = await fetch(server.url, {
    method: "DELETE",
    headers: { ...HEADERS, "mcp-session-id": session },
  });
  expect(ended.status).toBe(200);
  await until(async () => (await status(session)) === 404);
});

test("a body that is too large leaves the client's next request as it was", async () => {
  await serve({});
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = (body: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        server.url,
        { method: "POST", headers: HEADERS, agent },
        (response: IncomingMessage) => {
          response.resume();
          response.on("end", () => resolve(response.statusCode));
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  expect(await send("x".repeat(6 * 1_024 * 1_024))).toBe(413);
  expect(await send("no json")).toBe(400);
  agent.destroy();
});
