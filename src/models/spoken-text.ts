/**
 * What of a reply in JSON is meant for a person, while it is still being written: the `text` of an
 * answer, and that of a plan's answer step. Everything else of such replies is for the engine.
 */

/** Depths of the objects that may hold it: the reply itself, and the members of a list in it. */
const DEPTHS: readonly number[] = [1, 3];

const ESCAPED: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/**
 * @param say Gets the text piece by piece, and a line break after its end.
 * @returns Takes the reply in pieces, cut anywhere.
 */
export function spokenText(say: (text: string) => void): (piece: string) => void {
  let depth = 0;
  /** Of the string that is being read; undefined outside of strings. */
  let role: "key" | "text" | "other" | undefined;
  /** Whether the next string names a property. */
  let keyNext = false;
  let key = "";
  let escaped = "";
  const objects: boolean[] = [];

  const character = (sign: string): string => {
    if (escaped === "") {
      if (sign !== "\\") return sign;
      escaped = sign;
      return "";
    }
    escaped += sign;
    if (escaped.startsWith("\\u")) {
      if (escaped.length < 6) return "";
      const code = Number.parseInt(escaped.slice(2), 16);
      escaped = "";
      return Number.isNaN(code) ? "" : String.fromCharCode(code);
    }
    escaped = "";
    return ESCAPED[sign] ?? sign;
  };

  return (piece) => {
    let said = "";
    for (const sign of piece.split("")) {
      if (role !== undefined) {
        if (sign === '"' && escaped === "") {
          if (role === "text") said += "\n";
          role = undefined;
          continue;
        }
        const read = character(sign);
        if (role === "key") key += read;
        if (role === "text") said += read;
      } else if (sign === '"' && depth > 0) {
        const isText = !keyNext && objects.at(-1) === true && key === "text";
        role = keyNext ? "key" : isText && DEPTHS.includes(depth) ? "text" : "other";
        if (keyNext) key = "";
        keyNext = false;
      } else if (sign === "{" || sign === "[") {
        depth++;
        objects.push(sign === "{");
        keyNext = sign === "{";
      } else if (sign === "}" || sign === "]") {
        depth = Math.max(0, depth - 1);
        objects.pop();
        keyNext = false;
      } else if (sign === ",") {
        keyNext = objects.at(-1) === true;
      }
    }
    if (said !== "") say(said);
  };
}
