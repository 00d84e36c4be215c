/**
 * A regular expression in the little that every grammar reads: anchored, literals, classes, groups,
 * alternatives and quantifiers. `\w` and `\d` are spelled out.
 */

const SPELLED: Readonly<Record<string, string>> = { w: "A-Za-z0-9_", d: "0-9" };
/** A repetition from which on llama.cpp refuses the grammar. */
const MOST = 2_000;

/** The pattern, or undefined where it says more than that: then it is not sent. */
export function safePattern(pattern: string): string | undefined {
  if (!pattern.startsWith("^") || !pattern.endsWith("$") || pattern.endsWith("\\$")) {
    return undefined;
  }
  let safe = "^";
  let inClass = false;
  const body = pattern.slice(1, -1);
  for (let at = 0; at < body.length; at++) {
    const char = body[at] ?? "";
    const rest = body.slice(at);
    if (char === "\\") {
      const escaped = escapedAs(body[++at] ?? "", inClass);
      if (escaped === undefined) return undefined;
      safe += escaped;
    } else if (inClass) {
      inClass = char !== "]";
      safe += char;
    } else if (char === "[") {
      inClass = true;
      safe += char;
    } else if (rest.startsWith("(?:")) {
      safe += "(";
      at += 2;
    } else if (rest.startsWith("(?") || /^[\^$]/.test(rest) || /^[*+?}][?+]/.test(rest)) {
      return undefined;
    } else {
      const [, low = 0, high = 0] = /^\{(\d+)(?:,(\d*))?\}/.exec(rest) ?? [];
      if (Math.max(Number(low), Number(high)) >= MOST) return undefined;
      safe += char;
    }
  }
  return `${safe}$`;
}

function escapedAs(char: string, inClass: boolean): string | undefined {
  const spelled = SPELLED[char];
  if (spelled !== undefined) return inClass ? spelled : `[${spelled}]`;
  if (/[A-Za-z0-9]/.test(char) || char === "") return undefined;
  if (/[\\\]["^-]/.test(char))
    return inClass && char !== "-" && char !== "^" ? `\\${char}` : undefined;
  return inClass ? char : `[${char}]`;
}
