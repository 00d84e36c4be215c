/** The result of a harness as text. Sent as text into an isolate, so it refers to nothing outside itself. */

/**
 * @returns A tagged text (see `candidateRealm`). JSON would write NaN and the infinities as null, which
 *   a score could take for a value: they are a bad output.
 */
function resultText(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value) as string | undefined;
  } catch (error) {
    return `tthe harness returned a value that is not JSON: ${String(error).slice(0, 300)}`;
  }
  if (text === undefined) return "bthe harness returned nothing";
  // Without a null in the text there is no such number, and most results are long and have none.
  if (!text.includes("null")) return `r${text}`;
  const faultIn = (part: unknown, where: string): string => {
    if (typeof part === "number" && !Number.isFinite(part)) {
      return `${part} is not a JSON number${where === "" ? "" : ` at ${where.slice(0, 200)}`}`;
    }
    if (typeof part !== "object" || part === null) return "";
    for (const [key, item] of Object.entries(part)) {
      const fault = faultIn(item, Array.isArray(part) ? `${where}[${key}]` : `${where}.${key}`);
      if (fault !== "") return fault;
    }
    return "";
  };
  const fault = faultIn(value, "");
  return fault === "" ? `r${text}` : `b${fault.replaceAll("\0", " ")}`;
}

/** The text of a realm's function that may call `resultText`. */
export function withResultText(realm: { toString(): string }): string {
  return `;((resultText) => (${realm.toString()}))(${resultText.toString()})`;
}
