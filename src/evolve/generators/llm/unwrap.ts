/**
 * Extracts code from what models wrap it in: other line ends, a JSON document with the code as a
 * field, a unified diff, a sentence, HTML entities. Plain code does not change.
 */

/** Fields that models use for code, the most common first. */
const CODE_FIELDS = ["code", "function", "source", "program", "implementation", "content"] as const;
const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  "#39": "'",
};

export function unwrap(text: string): string {
  const code = fieldOf(text) ?? text;
  return newSide(code.replace(/\r\n?/g, "\n"));
}

/** The text from a function in the middle of a line to the last brace; undefined if there is none. */
export function inSentence(text: string): string | undefined {
  const at = /[^\n\w$.][ \t]*(function\s+[A-Za-z_$][\w$]*\s*\()/.exec(text);
  if (at?.[1] === undefined) return undefined;
  const start = at.index + at[0].length - at[1].length;
  const end = text.lastIndexOf("}");
  return end > start ? text.slice(start, end + 1) : undefined;
}

/** The code in a JSON document: one of its fields. */
function fieldOf(text: string): string | undefined {
  if (!/^\s*\{[\s\S]*\}\s*$/.test(text)) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const fields = document as Readonly<Record<string, unknown>>;
  for (const name of CODE_FIELDS) {
    const value = fields[name];
    if (typeof value === "string" && /\bfunction\b|=>|\breturn\b/.test(value)) return value;
  }
  return undefined;
}

/** The new side of a unified diff of a complete function. Lines without a sign are context. */
function newSide(text: string): string {
  const lines = text.split("\n");
  const changes = (sign: string): boolean =>
    lines.some((line) => line.startsWith(sign) && /[\w)}\]]/.test(line));
  const isDiff = changes("+") && lines.every((line) => /^(?:[-+ @\\]|$|diff |index )/.test(line));
  if (!isDiff) return text;
  return lines
    .filter((line) => !/^(?:-|\+\+\+|@@|\\|diff |index )/.test(line))
    .map((line) => line.replace(/^[+ ]/, ""))
    .join("\n");
}

/** Only for text that does not parse: the strings of valid code may contain entities. */
export function withoutEntities(text: string): string {
  return text.replace(
    /&(lt|gt|amp|quot|apos|#39);/g,
    (entity, name: string) => ENTITIES[name] ?? entity,
  );
}
