import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/core/json.ts";
import { createRedactor } from "../../../src/trace/redact/redact.ts";

const letters = (count: number, alphabet = "aB3dE5gH7jK9") =>
  Array.from({ length: count }, (_, index) => alphabet[(index * 7) % alphabet.length]).join("");

/** Values of the published shapes, put together here so that no file holds one whole. */
const SECRETS: Readonly<Record<string, string>> = {
  "aws-access-key": `AKIA${"ABCD2345EFGH6789"}`,
  "github-token": `ghp_${letters(36)}`,
  "anthropic-key": `sk-ant-${letters(40)}`,
  "openai-key": `sk-proj-${letters(40)}`,
  "slack-token": `xoxb-${letters(24, "0123456789")}`,
  "google-key": `AIza${letters(35)}`,
  "stripe-key": `sk_live_${letters(24)}`,
  "npm-token": `npm_${letters(36)}`,
  "hugging-face-token": `hf_${letters(34)}`,
  jwt: `eyJ${letters(20)}.eyJ${letters(30)}.${letters(43)}`,
  "private-key": `-----BEGIN RSA PRIVATE KEY-----\n${letters(64)}\n${letters(64)}\n-----END RSA PRIVATE KEY-----`,
};

describe("redaction", () => {
  it.each(Object.entries(SECRETS))("takes out a %s wherever it stands", (rule, secret) => {
    const session = createRedactor().session();
    const value = { a: [`before ${secret} after`, { [`key ${secret}`]: 1 }], n: 1 };
    const text = JSON.stringify(session.json(value));
    expect(text).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(text).toContain(`⟦SECRET:${rule}:1⟧`);
    expect(text).toContain("before ");
    expect(text).toContain(" after");
    expect(session.counts()).toEqual({ [rule]: 2 });
  });

  it("keeps what stands around a secret that is a part", () => {
    const { text } = createRedactor().session();
    expect(text("Authorization: Bearer abcdefghijklmnop1234")).toBe(
      "Authorization: Bearer ⟦SECRET:authorization:1⟧",
    );
    expect(text("postgres://ada:pa55w0rd@db.local:5432/x")).toBe(
      "postgres://ada:⟦SECRET:url-password:1⟧@db.local:5432/x",
    );
  });

  it("knows the environment's secrets by their values, also encoded", () => {
    const value = "correct horse/battery+staple";
    const session = createRedactor({
      environment: { SERVICE_TOKEN: value, HOME: "/home/ada", LANG: "en_US.UTF-8", A_KEY: "short" },
    }).session();
    for (const form of [value, encodeURIComponent(value), Buffer.from(value).toString("base64")]) {
      expect(session.text(`x=${form}`)).toContain("x=⟦SECRET:SERVICE_TOKEN:1⟧");
    }
    expect(session.text("short /home/ada en_US.UTF-8")).toBe("short /home/ada en_US.UTF-8");
  });

  it("gives equal secrets equal placeholders and others another one, alike in every session", () => {
    const redactor = createRedactor();
    const [one, two] = [`ghp_${letters(36)}`, `ghp_${letters(36, "Zx1Yw2")}`];
    for (const session of [redactor.session(), redactor.session()]) {
      expect(session.text(`${one} ${two} ${one}`)).toBe(
        "⟦SECRET:github-token:1⟧ ⟦SECRET:github-token:2⟧ ⟦SECRET:github-token:1⟧",
      );
    }
  });

  it("leaves values without a secret untouched: the very same object", () => {
    const { json, counts } = createRedactor({ environment: { X_SECRET: letters(20) } }).session();
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const given = value as Json;
        expect(json(given)).toBe(given);
      }),
    );
    const code = [
      "const key = map.get('sk-learn-classifier-with-a-long-name');",
      "if (token === '-----BEGIN PRIVATE KEY-----') return;",
      "fetch('https://example.org:8080/path'); // bearer of news",
      "const password = readPassword();",
    ].join("\n");
    expect(json(code)).toBe(code);
    expect(counts()).toEqual({});
  });

  it("changes nothing more when it is done twice", () => {
    const { text } = createRedactor({ secrets: { own: "my-own-secret" } }).session();
    const everything = [...Object.values(SECRETS), "my-own-secret", "redis://u:longpassword@h/0"];
    const once = text(everything.join(" "));
    expect(text(once)).toBe(once);
  });

  // No clock: a pattern that is quadratic in one of these does not end within a test's time limit.
  it.each(["eyJ", "sk-", "://a:", "Bearer ", "-----BEGIN PRIVATE KEY-----", "ghp_", "A"])(
    "reads a million characters of %j, and then a secret, in time",
    (part) => {
      const { text, counts } = createRedactor({ secrets: { own: "my-own-secret" } }).session();
      const end = text(`${part.repeat(1_000_000 / part.length)} my-own-secret`).slice(-40);
      expect(end).not.toContain("my-own-secret");
      expect(counts()).not.toEqual({});
    },
  );
});
