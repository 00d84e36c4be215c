/** Spans as a collector gets them: a real one's protocol on loopback, the real SDK, the real store. */

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import { systemClock } from "../../../src/core/clock.ts";
import type { EventStore } from "../../../src/core/ports.ts";
import { memoryEventStore } from "../../../src/trace/index.ts";
import { withTelemetry } from "../../../src/trace/telemetry/telemetry.ts";
import { eventOf } from "../../support/events.ts";

const Attribute = z.object({
  key: z.string(),
  value: z.record(z.string(), z.unknown()).transform((value) => Object.values(value)[0]),
});
const Attributes = z
  .array(Attribute)
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));
/** The fields of opentelemetry/proto/trace/v1/trace.proto that are looked at here, in JSON. */
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string().regex(/^[0-9a-f]{32}$/),
              spanId: z.string().regex(/^[0-9a-f]{16}$/),
              parentSpanId: z.string().optional(),
              name: z.string(),
              kind: z.int(),
              attributes: Attributes,
              events: z.array(z.object({ name: z.string(), attributes: Attributes })).default([]),
              status: z.object({ code: z.int().optional() }).default({}),
              startTimeUnixNano: z.string(),
              endTimeUnixNano: z.string(),
            }),
          ),
        }),
      ),
    }),
  ),
});
type Spans = z.output<typeof Export>["resourceSpans"][number]["scopeSpans"][number]["spans"];

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function collector(status = 200) {
  const spans: Spans[number][] = [];
  const paths: string[] = [];
  const keys: unknown[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    paths.push(request.url ?? "");
    keys.push(request.headers["x-key"]);
    const sent = Export.parse(JSON.parse(Buffer.concat(chunks).toString()));
    for (const { scopeSpans, resource } of sent.resourceSpans) {
      expect(resource.attributes["service.name"]).toBe("toolwright");
      for (const scope of scopeSpans) spans.push(...scope.spans);
    }
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, spans, paths, keys };
}

const store = (): EventStore => memoryEventStore({ clock: systemClock });

async function request(events: EventStore): Promise<void> {
  await events.begin({ id: "req-1", kind: "request", title: "add" });
  await events.append("req-1", [
    eventOf("model-call", {
      id: "m1",
      model: "openai:gpt-x",
      promptName: "plan",
      messages: [{ role: "user", content: "private words" }],
    }),
  ]);
  await events.begin({ id: "evo-1", kind: "evolution", title: "add", parent: "req-1" });
  await events.append("evo-1", [
    eventOf("candidate-result", { index: 0, digest: "a", status: "scored", fitness: 1 }),
    eventOf("candidate-result", { index: 1, digest: "b", status: "failed", kind: "threw" }),
    eventOf("best-change", { digest: "a", fitness: 1 }),
  ]);
  await events.end("evo-1", "succeeded");
  await events.append("req-1", [
    eventOf("model-reply", {
      id: "m1",
      content: "private reply",
      model: "gpt-x-2026",
      usage: { inputTokens: 11, outputTokens: 7 },
      costUsd: 0.25,
    }),
    eventOf("tool-call", { id: "t1", name: "add", arguments: { a: 1 } }),
    eventOf("tool-call", { id: "t2", name: "add", arguments: { a: 2 } }),
    { type: "tool-result", data: { id: "t2", status: "failed", error: "private failure" } },
    { type: "tool-result", data: { id: "t1", status: "returned", output: 3 } },
  ]);
  await events.end("req-1", "succeeded");
}

test("a request reaches the collector as one tree of spans under the conventions' names", async () => {
  const { endpoint, spans, paths, keys } = await collector();
  const events = withTelemetry(store(), {
    endpoint,
    content: false,
    headers: { "x-key": "k" },
  });
  await request(events);
  await events.close();

  expect(new Set(paths)).toEqual(new Set(["/v1/traces"]));
  expect(new Set(keys)).toEqual(new Set(["k"]));
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
  const named = (name: string) => spans.filter((span) => span.name === name);
  const [agent] = named("invoke_agent toolwright");
  const [workflow] = named("invoke_workflow evolution");
  const [chat] = named("chat gpt-x");
  const tools = named("execute_tool add");
  expect(agent?.parentSpanId ?? "").toBe("");
  for (const span of [workflow, chat, ...tools]) expect(span?.parentSpanId).toBe(agent?.spanId);
  expect(chat?.kind).toBe(3); // SPAN_KIND_CLIENT
  expect(chat?.attributes).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-x",
    "gen_ai.response.model": "gpt-x-2026",
    "gen_ai.usage.input_tokens": 11,
    "gen_ai.usage.output_tokens": 7,
    "gen_ai.prompt.name": "plan",
  });
  expect(tools).toHaveLength(2);
  const failed = tools.find(({ attributes }) => attributes["gen_ai.tool.call.id"] === "t2");
  expect(failed?.status.code).toBe(2); // STATUS_CODE_ERROR
  expect(failed?.attributes["error.type"]).toBe("failed");
  expect(workflow?.attributes).toMatchObject({
    "toolwright.candidates": 2,
    "toolwright.candidates.failed": 1,
  });
  expect(workflow?.events.map(({ name }) => name)).toEqual(["gen_ai.evaluation.result"]);
  // Content is opt-in.
  expect(JSON.stringify(spans)).not.toContain("private");
});

test("content goes along when it is asked for", async () => {
  const { endpoint, spans } = await collector();
  const events = withTelemetry(store(), { endpoint: `${endpoint}/v1/traces/`, content: true });
  await request(events);
  await events.close();
  const chat = spans.find(({ name }) => name === "chat gpt-x");
  expect(JSON.parse(String(chat?.attributes["gen_ai.input.messages"]))).toEqual([
    { role: "user", parts: [{ type: "text", content: "private words" }] },
  ]);
  expect(JSON.parse(String(chat?.attributes["gen_ai.output.messages"]))).toEqual([
    { role: "assistant", parts: [{ type: "text", content: "private reply" }] },
  ]);
});

test("two lives of one request are one trace", async () => {
  const { endpoint, spans } = await collector();
  const kept = store();
  const first = withTelemetry(
    { ...kept, close: async () => undefined },
    { endpoint, content: false },
  );
  await first.begin({ id: "req-9", kind: "request", title: "t" });
  await first.append("req-9", [{ type: "tool-call", data: { id: "t", name: "f", arguments: {} } }]);
  await first.close();
  const second = withTelemetry(kept, { endpoint, content: false });
  await second.append("req-9", [eventOf("answer-given")]);
  await second.end("req-9", "succeeded");
  await second.close();
  const lives = spans.filter(({ name }) => name === "invoke_agent toolwright");
  expect(lives).toHaveLength(2);
  expect(new Set(lives.map(({ traceId }) => traceId)).size).toBe(1);
});

test("a collector that refuses, or is not there, changes nothing in the record", async () => {
  const { endpoint } = await collector(500);
  for (const target of [endpoint, "http://127.0.0.1:9"]) {
    const kept = store();
    const events = withTelemetry(
      { ...kept, close: async () => undefined },
      { endpoint: target, content: false },
    );
    await request(events);
    await events.close();
    const plain = store();
    await request(plain);
    expect((await kept.run("req-1")).sum).toBe((await plain.run("req-1")).sum);
  }
}, 20_000);
