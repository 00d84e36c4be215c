/**
 * Patterns of credentials, by kind. The registration gate refuses sources that contain them, and the
 * redactor removes them from traces.
 *
 * Finds: the published formats of well-known services, private keys, authorization headers, passwords
 * in URLs. Does not find: a secret without a recognisable format, or one that is split in two.
 */

export interface SecretShape {
  /** The kind; placeholders and error messages use it. */
  readonly name: string;
  /**
   * No capturing groups. Every repetition is bounded and the characters before a match are
   * restricted, so that the time on hostile text is linear in its length.
   */
  readonly pattern: string;
  /** Splits a match: the first group stays, the second one is the secret. */
  readonly secret?: RegExp;
}

/** A key is long and contains digits; a name in kebab case does not match. */
const KEY =
  "(?=(?:[A-Za-z0-9]{0,15}[_-]){0,6}[A-Za-z0-9]{16})(?=[A-Za-z_-]{0,80}[0-9])[A-Za-z0-9_-]";
/** A token contains digits or is longer than any word; a word after "Bearer" in a sentence does not match. */
const TOKEN =
  "(?:(?=[A-Za-z._~+/-]{0,200}[0-9=])|(?=[A-Za-z]{24}))[A-Za-z0-9._~+/-]{16,4096}={0,2}";

/** A header before its value, as text, as JSON or as code. */
const HEADER =
  "(?<![A-Za-z])(?:[Aa]uthorization|AUTHORIZATION)[\"'`\\\\]{0,3}[ \\t]{0,8}[:=][ \\t]{0,8}[\"'`\\\\]{0,3}";

/** One of these prefixes, not inside a word, and the rest of the key. */
function prefixed(prefixes: string, tail: string): string {
  return `(?<![A-Za-z0-9])(?:${prefixes})${tail}`;
}

/** The same for keys of a fixed length: a longer text does not match. */
function exact(prefixes: string, tail: string): string {
  return `${prefixed(prefixes, tail)}(?![A-Za-z0-9])`;
}

/** The first match decides the kind: specific patterns are before general ones. */
export const SECRET_SHAPES: readonly SecretShape[] = [
  {
    name: "private-key",
    pattern:
      "-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?=(?:(?!-----)[^]){0,400}?[A-Za-z0-9+/=]{40})(?:(?!-----)[\\sA-Za-z0-9+/=\\\\:,.\"'`-]){40,16000}(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----)?",
  },
  { name: "age-key", pattern: exact("AGE-SECRET-KEY-1", "[A-Z0-9]{58}") },
  { name: "aws-access-key", pattern: exact("AKIA|ASIA", "[A-Z0-9]{16}") },
  {
    name: "aws-secret-key",
    pattern:
      "(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|[Ss]ecretAccessKey|aws_secret_key)[\"'`\\s:=\\\\]{1,12}[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])",
    secret: /^(.*?)([A-Za-z0-9/+]{40})$/s,
  },
  {
    name: "azure-key",
    pattern: "(?:AccountKey|SharedAccessKey)=[A-Za-z0-9/+]{40,100}={0,2}",
    secret: /^(\w+=)(.*)$/s,
  },
  { name: "github-token", pattern: prefixed("gh[opusr]_", "[A-Za-z0-9]{30,255}") },
  { name: "github-token", pattern: prefixed("github_pat_", "[A-Za-z0-9_]{22,255}") },
  {
    name: "gitlab-token",
    pattern: prefixed(
      "gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-",
      "[A-Za-z0-9_-]{20,255}(?:\\.[A-Za-z0-9]{2,20}){0,2}",
    ),
  },
  { name: "anthropic-key", pattern: prefixed("sk-ant-", "[A-Za-z0-9_-]{16,255}") },
  { name: "openai-key", pattern: prefixed("sk-", `${KEY}{20,255}`) },
  { name: "model-key", pattern: prefixed("gsk_|xai-|pplx-|r8_", `${KEY}{20,255}`) },
  { name: "hugging-face-token", pattern: exact("hf_", "[A-Za-z0-9]{30,60}") },
  { name: "stripe-key", pattern: prefixed("[rs]k_(?:live|test)_", "[A-Za-z0-9]{16,255}") },
  { name: "stripe-key", pattern: prefixed("whsec_", "[A-Za-z0-9+/]{24,255}={0,2}") },
  { name: "slack-token", pattern: prefixed("xox[abeoprs]-|xapp-", "[A-Za-z0-9-]{10,255}") },
  {
    name: "slack-webhook",
    pattern:
      "hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Z0-9]{6,20}/[A-Z0-9]{6,20}/[A-Za-z0-9/]{16,60}",
    secret: /^(hooks\.slack\.com\/[a-z]+\/)(.*)$/s,
  },
  {
    name: "discord-webhook",
    pattern: "discord(?:app)?\\.com/api/webhooks/[0-9]{15,22}/[A-Za-z0-9_-]{40,100}",
    secret: /^(discord(?:app)?\.com\/api\/webhooks\/)(.*)$/s,
  },
  { name: "google-key", pattern: exact("AIza", "[A-Za-z0-9_-]{35}(?![_-])") },
  { name: "google-secret", pattern: exact("GOCSPX-", "[A-Za-z0-9_-]{28}") },
  { name: "google-token", pattern: prefixed("ya29\\.", "[A-Za-z0-9_-]{20,1024}") },
  { name: "npm-token", pattern: exact("npm_", "[A-Za-z0-9]{36}") },
  { name: "pypi-token", pattern: prefixed("pypi-", `${KEY}{50,1024}`) },
  { name: "docker-token", pattern: prefixed("dckr_(?:pat|oat)_", "[A-Za-z0-9_-]{20,255}") },
  { name: "digitalocean-token", pattern: exact("do[opr]_v1_", "[a-f0-9]{64}") },
  { name: "shopify-token", pattern: exact("shp(?:at|ca|pa|ss)_", "[a-fA-F0-9]{32}") },
  { name: "vault-token", pattern: prefixed("hv[sb]\\.", "[A-Za-z0-9_-]{24,255}") },
  {
    name: "sendgrid-key",
    pattern: prefixed("SG\\.", "[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{32,64}"),
  },
  { name: "twilio-key", pattern: exact("SK", "[a-f0-9]{32}") },
  {
    // The match starts at the colon: a match from the number would be tried at every digit.
    name: "telegram-token",
    pattern:
      ":(?<=(?<![A-Za-z0-9])[0-9]{8,10}:)(?=[A-Za-z_-]{0,34}[0-9])(?=[a-z0-9_-]{0,34}[A-Z])(?=[A-Z0-9_-]{0,34}[a-z])[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])",
    secret: /^(:)(.*)$/s,
  },
  {
    name: "jwt",
    pattern:
      "(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4096}\\.eyJ[A-Za-z0-9_-]{8,16384}\\.[A-Za-z0-9_-]{8,4096}",
  },
  {
    name: "authorization",
    pattern: `(?<![A-Za-z])(?:[Bb]earer|BEARER|[Bb]asic|BASIC)[ \\t]{1,8}${TOKEN}`,
    secret: /^(\S+[ \t]+)(.*)$/s,
  },
  {
    name: "authorization",
    pattern: `${HEADER}[Bb]asic[ \\t]{1,8}[A-Za-z0-9+/]{8,4096}={0,2}`,
    secret: /^(.*[ \t])(.*)$/s,
  },
  {
    name: "authorization",
    pattern: `${HEADER}(?:[A-Za-z]{2,20}[ \\t]{1,8})?(?=[A-Za-z_+/-]{0,80}[0-9])[A-Za-z0-9_+/-]{20,4096}={0,2}(?![A-Za-z0-9_.(])`,
    secret: /^(.*[\s"'`\\:=])([A-Za-z0-9_+/-]{20,}={0,2})$/s,
  },
  {
    name: "url-password",
    pattern: "://[^\\s/:@\"'`<>{}]{0,80}:[^\\s/@\"'`<>{}]{3,200}@",
    secret: /^(:\/\/[^:]*:)(.*)(?=@)/s,
  },
];

const FORMS = SECRET_SHAPES.map(({ name, pattern }) => ({ name, form: new RegExp(pattern) }));

/** The kinds of secrets in a text, each once; never the secrets themselves. */
export function secretKindsIn(text: string): readonly string[] {
  return [...new Set(FORMS.flatMap(({ name, form }) => (form.test(text) ? [name] : [])))];
}
