/** What `doctor` says of a configured model, against real HTTP on loopback. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../support/cli.ts";
import { modelServer } from "../support/model-server.ts";

let place: Workplace;
beforeEach(() => {
  place = workplace();
});
afterEach(() => place.remove());

interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

async function modelChecks(): Promise<readonly Check[]> {
  const { status, value } = await place.json(["doctor"]);
  expect(status).toBe(0);
  return (value as { checks: Check[] }).checks.filter(({ check }) => check.startsWith("model"));
}

describe("doctor", { timeout: 60_000 }, () => {
  it("asks the server of the configured model what it can do, once for all roles", async () => {
    const server = await modelServer(({ path, body }) => {
      if (path.endsWith("/models")) {
        return { raw: JSON.stringify({ data: [{ id: "scripted-7b", max_model_len: 4_096 }] }) };
      }
      if (body.tools !== undefined) return { toolCalls: [{ name: "add", arguments: {} }] };
      return body.response_format === undefined ? "yes" : '{"number": 4}';
    });
    const model = { model: "scripted-7b", baseUrl: `${server.url}/v1`, contextTokens: 8_192 };
    const roles = { judge: { temperature: 0 }, tester: { model: "scripted-1b" } };
    place.file("toolwright.config.json", JSON.stringify({ model, roles }));
    const checks = await modelChecks();
    await server.close();
    const of = (name: string) => checks.find(({ check }) => check === name);
    expect(of("model: server")).toMatchObject({ ok: true });
    expect(of("model: tools")).toMatchObject({ ok: true });
    expect(of("model: context")).toMatchObject({
      ok: false,
      detail: expect.stringContaining("4096"),
    });
    expect(of("model of judge")).toBeUndefined();
    expect(of("model of tester: server")).toMatchObject({
      ok: false,
      detail: expect.stringContaining("does not list scripted-1b, but scripted-7b"),
    });
  });

  it("names the address where nothing answers, and goes on without a model", async () => {
    const server = await modelServer([]);
    const baseUrl = `${server.url}/v1`;
    await server.close();
    place.file("toolwright.config.json", JSON.stringify({ model: { model: "m", baseUrl } }));
    expect(await modelChecks()).toMatchObject([
      { check: "model", ok: false },
      { check: "model: server", ok: false, detail: expect.stringContaining(baseUrl) },
    ]);
    place.file("toolwright.config.json", "{}");
    expect(await modelChecks()).toMatchObject([
      { check: "model", detail: expect.stringContaining("none configured") },
    ]);
  });
});
