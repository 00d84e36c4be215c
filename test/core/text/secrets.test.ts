/** One list: what the gate refuses is what the redactor takes out. */
import { describe, expect, it } from "vitest";
import { secretKindsIn } from "../../../src/core/text/secrets.ts";
import { createRedactor } from "../../../src/trace/redact/redact.ts";
import { secretsIn } from "../../../toolstore/gate/secrets.ts";

const letters = (count: number, alphabet = "aB3dE5gH7jK9") =>
  Array.from({ length: count }, (_, index) => alphabet[(index * 7) % alphabet.length]).join("");
const hex = (count: number) => letters(count, "0123456789abcdef");
const capitals = (count: number) => letters(count, "ABCD2345EFGH6789");
const pem = (kind: string, lines: string) =>
  `-----BEGIN ${kind}PRIVATE ${"KEY"}-----${lines}-----END ${kind}PRIVATE ${"KEY"}-----`;
const userAndPassword = Buffer.from("ada:lovelace").toString("base64");

/** Kind, text, and what of it is the secret. Put together here so that no file holds one whole. */
const SECRETS: readonly (readonly [
  kind: string,
  before: string,
  secret: string,
  after?: string,
])[] = [
  ["private-key", "", pem("RSA ", `\n${letters(64)}\n${letters(64)}\n`)],
  ["private-key", "", pem("", `\\n${letters(64)}\\n${letters(20)}\\n`)],
  ["private-key", "", pem("EC ", `" +\n  "${letters(64)}" +\n  "`)],
  ["age-key", "", `AGE-SECRET-${"KEY"}-1${capitals(58)}`],
  ["aws-access-key", "", `AKIA${capitals(16)}`],
  ["aws-access-key", "", `ASIA${capitals(16)}`],
  ["aws-secret-key", "aws_secret_access_key = ", letters(40, "aB3/E5+H7jK9")],
  ["aws-secret-key", 'secretAccessKey: "', letters(40), '"'],
  ["azure-key", "AccountName=a;AccountKey=", `${letters(86)}==`, ";EndpointSuffix=x"],
  ...["p", "o", "u", "s", "r"].map(
    (kind) => ["github-token", "", `gh${kind}_${letters(36)}`] as const,
  ),
  ["github-token", "", `github_pat_${letters(22)}_${letters(59)}`],
  ["gitlab-token", "", `glpat-${letters(20)}`],
  ["gitlab-token", "", `glpat-${letters(27)}.01.${letters(9, "0a1b2c")}`],
  ["openai-key", "", `sk-${letters(48)}`],
  ["openai-key", "", `sk-proj-${letters(30)}-${letters(10)}_${letters(80)}`],
  ["anthropic-key", "", `sk-ant-api03-${letters(93)}-${letters(6)}`],
  ["model-key", "", `gsk_${letters(52)}`],
  ["hugging-face-token", "", `hf_${letters(34)}`],
  ["stripe-key", "", `sk_live_${letters(24)}`],
  ["stripe-key", "", `rk_live_${letters(99)}`],
  ["stripe-key", "", `whsec_${letters(32)}`],
  ...["a", "b", "p", "r", "s"].map(
    (kind) => ["slack-token", "", `xox${kind}-${hex(12)}-${letters(24)}`] as const,
  ),
  [
    "slack-webhook",
    "https://hooks.slack.com/services/",
    `T${capitals(8)}/B${capitals(8)}/${letters(24)}`,
  ],
  [
    "discord-webhook",
    "https://discord.com/api/webhooks/",
    `${letters(18, "12345")}/${letters(68)}`,
  ],
  ["google-key", "", `AIza${letters(35)}`],
  ["google-secret", "", `GOCSPX-${letters(28)}`],
  ["google-token", "", `ya29.${letters(120)}`],
  ["npm-token", "", `npm_${letters(36)}`],
  ["pypi-token", "", `pypi-${letters(160)}`],
  ["docker-token", "", `dckr_pat_${letters(27)}`],
  ["digitalocean-token", "", `dop_v1_${hex(64)}`],
  ["shopify-token", "", `shpat_${hex(32)}`],
  ["vault-token", "", `hvs.${letters(90)}`],
  ["sendgrid-key", "", `SG.${letters(22)}.${letters(43)}`],
  ["twilio-key", "", `SK${hex(32)}`],
  ["telegram-token", "https://api.telegram.org/bot/123456789:", `AA${letters(33)}`, "/getMe"],
  ["jwt", "", `eyJ${letters(20)}.eyJ${letters(30)}.${letters(43)}`],
  ["authorization", "Authorization: Bearer ", letters(32)],
  ["authorization", "bearer ", `${letters(20)}.${letters(20)}~x`],
  ["authorization", "Bearer ", "abcdefghijklmnopqrstuvwxyz"],
  ["authorization", "Authorization: Basic ", userAndPassword],
  ["authorization", '{"authorization": "Token ', hex(40), '"}'],
  ["authorization", "headers.Authorization = '", letters(32), "'"],
  ["url-password", "postgres://ada:", "pa55w0rd", "@db.local:5432/x"],
  ["url-password", "redis://:", letters(24), "@cache:6379"],
];

const HARMLESS: readonly string[] = [
  "123e4567-e89b-42d3-a456-426614174000",
  `sha256:${hex(64)}`,
  `integrity: sha512-${letters(86)}==`,
  `data:image/png;base64,${letters(4_000, "aB3/E5+H7jK9")}`,
  `<svg id="SK${capitals(40)}">`,
  "map.get('sk-learn-classifier-with-a-long-name-2')",
  "the task-management-for-teams-2024-version-3 of disk-scheduler-2",
  "sk-learn, hf_hub_download(repo_id), npm_config_registry, pypi-publish-action",
  "xoxo-gossip, glpat-, ghp_, AKIA, sk_live_, SG.x.y, whsec_",
  "Bearer of news, the bearer responsibilities of a Basic internationalization course",
  "Basic authentication-required-here",
  `headers.set("Authorization", \`Bearer \${token}\`)`,
  "headers.authorization = request.headers.authorizationHeaderValue2;",
  "Authorization: see the chapter on authentication and authorization",
  "if (line === '-----BEGIN PRIVATE KEY-----') return;",
  "Looks for -----BEGIN PRIVATE KEY----- and returns the text that follows it, up to the next such line.",
  `const PEM = ["-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"];`,
  `-----BEGIN PUBLIC ${"KEY"}-----\n${letters(64)}\n-----END PUBLIC KEY-----`,
  "https://example.org:8080/path?at=a@b",
  `fetch(\`https://\${user}:\${password}@\${host}/\`)`,
  "git@example.org:team/project.git and ssh://git@example.org:22/x",
  "12:30, 1700000000:some-long-name-in-kebab-case-that-is, 10.0.0.1:8080",
  "const token = tokens[0]; const password = readPassword();",
  "eyJ is how a JSON object begins in base64",
  "secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY",
];

describe("a secret", () => {
  it.each(SECRETS)(
    "of the kind %s is refused by the gate and taken out of traces: %s",
    (...row) => {
      const [kind, before, secret, after = ""] = row;
      const text = `x ${before}${secret}${after} y`;
      for (const source of [text, `"${text}"`, `\`${text}\``]) {
        expect(secretsIn({ source, description: "", cases: [] })).toContain(kind);
      }
      const cases = [{ args: [text], expected: 1 }];
      expect(secretsIn({ source: "", description: "", cases })).toContain(kind);
      const { text: redact, counts } = createRedactor().session();
      expect(redact(text)).toBe(`x ${before}⟦SECRET:${kind}:1⟧${after} y`);
      expect(redact(redact(text))).toBe(redact(text));
      expect(Object.keys(counts())).toEqual([kind]);
    },
  );

  it("that is a key without its end is taken out as far as it may reach", () => {
    const cut = `-----BEGIN OPENSSH PRIVATE ${"KEY"}-----\n${letters(70)}\n${letters(30)}`;
    expect(createRedactor().session().text(`x ${cut}`)).toBe("x ⟦SECRET:private-key:1⟧");
  });

  it.each(HARMLESS)("is not what only looks like one: %s", (text) => {
    expect(secretsIn({ source: text, description: text, cases: [] })).toEqual([]);
    expect(createRedactor().session().text(text)).toBe(text);
  });
});

describe("hostile text", () => {
  /** What each form could begin with, and what would keep it going. */
  const beginnings = SECRETS.flatMap(([, before, secret]) => [
    `${before}${secret}`.slice(0, 5),
    `${before}${secret}`.slice(0, before.length + 12),
    `${before}${secret}`.slice(0, -1),
  ]);
  const MEGABYTE = 1_000_000;

  it.each([
    ...new Set([
      ...beginnings,
      "sk-1",
      "://a:",
      "://",
      "Bearer a",
      "token",
      "aB3",
      "-",
      "_",
      "1",
      " ",
    ]),
  ])("is read in time that grows with its length: %j", (part) => {
    const timeOf = (length: number) => {
      const text = part.repeat(Math.ceil(length / part.length)).slice(0, length);
      const before = process.cpuUsage();
      secretKindsIn(text);
      createRedactor().session().text(text);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    };
    // A quadratic pattern takes 10^12 steps here, some twenty minutes.
    expect(timeOf(MEGABYTE)).toBeLessThan(5_000);
  });
});
