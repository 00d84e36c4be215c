/** The HTTP part that every server stands on, over real sockets. */
import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import {
  BudgetExceededError,
  ConfigError,
  InputError,
  ModelError,
  SandboxUnavailableError,
  StoreError,
  ToolNotFoundError,
} from "../../../src/core/errors.ts";
import { httpApp, onlyMethod } from "../../../src/server/http/app.ts";
import { bodyText } from "../../../src/server/http/body.ts";
import { holdersOf, loopbackOnly } from "../../../src/server/http/guards.ts";
import { type HttpServer, listenWith } from "../../../src/server/http/listen.ts";

const MOST = 1_000;
const servers: HttpServer[] = [];
const told: Error[] = [];
const onError = (error: Error): void => void told.push(error);
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
  told.length = 0;
});

/** Echoes bodies, throws what a test wants, and answers late. */
async function served(options: { readonly guarded?: boolean; readonly token?: string } = {}) {
  const slow = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const faults = new Map<string, unknown>();
  const app = httpApp(onError);
  if (options.guarded === true) app.use(loopbackOnly());
  if (options.token !== undefined) app.use(holdersOf(options.token));
  app.post("/echo", async (context) => context.text(await bodyText(context, MOST)));
  app.all("/echo", onlyMethod("POST"));
  app.get("/slow", async (context) => {
    asked.resolve();
    await slow.promise;
    return context.text("late");
  });
  app.get("/throw/:name", ({ req }) => {
    throw faults.get(req.param("name"));
  });
  const server = await listenWith(app, { port: 0 }, onError);
  servers.push(server);
  return { server, faults, asked: asked.promise, release: () => slow.resolve() };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

async function ask(
  url: string,
  {
    method = "GET",
    headers = {},
    body,
    agent,
  }: {
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
    readonly agent?: Agent;
  } = {},
): Promise<Answer> {
  const request = httpRequest(url, { method, headers, ...(agent === undefined ? {} : { agent }) });
  // The answer may come before all is sent, and the connection then ends.
  request.on("error", () => undefined);
  request.end(body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  let text = "";
  for await (const piece of response.setEncoding("utf8")) text += piece;
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}

/** All that the server sends to these bytes until it ends the connection. */
async function raw(url: string, text: string): Promise<string> {
  const socket = open(url);
  socket.write(text);
  return rest(socket);
}

function open(url: string): Socket {
  const { port, hostname } = new URL(url);
  return connect(Number(port), hostname).setEncoding("utf8");
}

async function rest(socket: Socket): Promise<string> {
  let got = "";
  for await (const piece of socket) got += piece;
  return got;
}

const problem = { "content-type": "application/problem+json" };

describe("a served app", () => {
  test("listens on loopback unless told otherwise, and says so where it cannot", async () => {
    const { server } = await served();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const port = Number(new URL(server.url).port);
    await expect(listenWith(httpApp(onError), { port }, onError)).rejects.toMatchObject({
      code: "PORT_NOT_USABLE",
    });
  });

  test.each([
    [new InputError("BAD_BODY", "Expected more."), 400],
    [new ToolNotFoundError("x", []), 404],
    [new InputError("CALLBACK_CLOSED", "Too late."), 410],
    [new BudgetExceededError("Spent."), 429],
    [new ConfigError("BAD_CONFIG", "Not so."), 500],
    [new ModelError("MODEL_TIMEOUT", "Silent."), 502],
    [new SandboxUnavailableError("Lost."), 503],
    [new StoreError("STORE_BUSY", "Busy."), 503],
  ])("answers an engine's error as a problem document: %s", async (error, status) => {
    const { server, faults } = await served();
    faults.set("it", error);
    const answer = await ask(`${server.url}/throw/it`);
    expect(answer).toMatchObject({ status, headers: problem });
    expect(JSON.parse(answer.body)).toEqual({
      type: "about:blank",
      title: error.code,
      status,
      detail: error.message,
    });
    expect(told).toEqual(status >= 500 ? [error] : []);
  });

  test("keeps the words of an unexpected error to its own log", async () => {
    const { server, faults } = await served();
    faults.set("it", new Error("password: swordfish"));
    const answer = await ask(`${server.url}/throw/it`);
    expect(answer).toMatchObject({ status: 500, headers: problem });
    expect(answer.body).not.toContain("swordfish");
    expect(told.map(({ message }) => message)).toEqual(["password: swordfish"]);
  });

  test("says which path and which method it expected", async () => {
    const { server } = await served();
    expect(await ask(`${server.url}/nowhere`)).toMatchObject({ status: 404, headers: problem });
    expect(await ask(`${server.url}/echo`)).toMatchObject({
      status: 405,
      headers: { ...problem, allow: "POST" },
    });
  });

  test.each([
    "POST http://[ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n",
    "GET /\\evil HTTP/1.1\r\nHost: localhost:x\r\nConnection: close\r\n\r\n",
  ])("answers a malformed address by 400, as a problem document: %j", async (text) => {
    const { server } = await served();
    const answer = await raw(server.url, text);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"title":"BAD_URL"');
    expect(told).toEqual([]);
  });

  test("answers what is no HTTP by 400, and goes on serving", async () => {
    const { server } = await served();
    expect(await raw(server.url, "GARBAGE\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(server.url, "GET /nowhere HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 404 /);
    expect((await ask(`${server.url}/nowhere`)).status).toBe(404);
  });
});

describe("a body", () => {
  const long = "x".repeat(3_000_000);
  const echo = (server: HttpServer) => `${server.url}/echo`;

  test("of exactly the limit in bytes is taken, one of a byte more is not", async () => {
    const { server } = await served();
    const body = "ü".repeat(MOST / 2);
    expect(await ask(echo(server), { method: "POST", body })).toMatchObject({ status: 200, body });
    expect(await ask(echo(server), { method: "POST", body: `${body}x` })).toMatchObject({
      status: 413,
      headers: { ...problem, connection: "close" },
    });
  });

  test.each([{ "content-length": String(long.length) }, { "transfer-encoding": "chunked" }])(
    "that is too large is answered while the client still sends, and the connection ends: %j",
    async (headers) => {
      const { server } = await served();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const refused = await ask(echo(server), { method: "POST", headers, body: long, agent });
      expect(refused).toMatchObject({ status: 413, headers: { connection: "close" } });
      expect(JSON.parse(refused.body)).toMatchObject({ title: "BODY_TOO_LARGE" });
      // The same client asks again: on a connection that works.
      const next = await ask(echo(server), { method: "POST", body: "short", agent });
      expect(next).toMatchObject({ status: 200, body: "short" });
      agent.destroy();
    },
  );

  test("that is too large and does not end is answered after a moment", async () => {
    const { server } = await served();
    const head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n";
    const begun = performance.now();
    const answer = await raw(server.url, head + "x".repeat(MOST + 1));
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test("that breaks off is nobody's result", async () => {
    const { server } = await served();
    const socket = open(server.url);
    socket.write("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
    socket.end();
    expect(await rest(socket)).not.toContain("200");
    expect(told).toEqual([]);
    expect((await ask(echo(server), { method: "POST", body: "whole" })).body).toBe("whole");
  });
});

describe("a closing server", () => {
  test("answers what is under way, ends idle connections and takes nothing more", async () => {
    const { server, asked, release } = await served();
    const agent = new Agent({ keepAlive: true });
    await ask(`${server.url}/echo`, { method: "POST", body: "idle", agent });
    const late = ask(`${server.url}/slow`, { agent });
    await asked;
    const begun = performance.now();
    const closed = server.close();
    release();
    expect(await late).toMatchObject({ status: 200, body: "late" });
    await closed;
    expect(performance.now() - begun).toBeLessThan(1_500);
    await expect(fetch(server.url)).rejects.toThrow();
    servers.length = 0;
    agent.destroy();
  });

  test("does not wait for ever for a request that does not end", async () => {
    const { server, asked } = await served();
    const hanging = fetch(`${server.url}/slow`);
    hanging.catch(() => undefined);
    await asked;
    const begun = performance.now();
    await server.close();
    expect(performance.now() - begun).toBeLessThan(5_000);
    await expect(hanging).rejects.toThrow();
    servers.length = 0;
  });
});

describe("a guarded server", () => {
  test("answers loopback hosts and origins alone", async () => {
    const { server } = await served({ guarded: true });
    const status = async (headers: Record<string, string>) =>
      (await ask(`${server.url}/echo`, { method: "POST", body: "", headers })).status;
    for (const headers of [
      {},
      { host: "localhost:80" },
      { host: "[::1]" },
      { origin: "http://localhost:3000" },
    ]) {
      expect(await status(headers), JSON.stringify(headers)).toBe(200);
    }
    for (const headers of [
      { host: "evil.example" },
      { host: "localhost.evil.example" },
      { origin: "https://evil.example" },
      { origin: "null" },
    ]) {
      expect(await status(headers), JSON.stringify(headers)).toBe(403);
    }
  });

  test("asks for its token", async () => {
    const { server } = await served({ token: "open sesame" });
    const asks = (headers: Record<string, string>) =>
      ask(`${server.url}/echo`, { method: "POST", body: "in", headers });
    expect(await asks({})).toMatchObject({
      status: 401,
      headers: { "www-authenticate": "Bearer" },
    });
    expect((await asks({ authorization: "Bearer open" })).status).toBe(401);
    expect((await asks({ authorization: "open sesame" })).status).toBe(401);
    expect((await asks({ authorization: "Bearer open sesame" })).body).toBe("in");
  });
});
