/**
 * Names for tools: the meaningful words of a text in snake case and in Latin letters, because models'
 * and MCP clients' tool names allow no others.
 */
import anyAscii from "any-ascii";
import { toolNameFault } from "../core/names.ts";
import { literalsOf } from "./literals.ts";

/** Words without meaning in a name. */
const FILLER = new Set(
  "a an the of to for and or in on at by with from into that this is are be it its as please me my i".split(
    " ",
  ),
);
const MOST_WORDS = 5;
const MOST_TELLING = 3;
const LONGEST = 60;

/** Up to five meaningful words, at most 64 characters. */
export function nameOf(objective: string): string {
  // A value of this request does not belong in a tool's name; a number may ("3 largest").
  const values = literalsOf(objective).filter(({ kind }) => kind !== "number");
  const general = values.reduce((text, { text: value }) => text.replaceAll(value, " "), objective);
  const words = wordsOf(general);
  return usable((words.length > 0 ? words : wordsOf(objective)).slice(0, MOST_WORDS).join("_"));
}

/**
 * Names for a tool whose name belongs to another one: first with the words that only its own
 * description has, then with numbers.
 */
export function* otherNames(
  name: string,
  description: string,
  theirDescription: string,
): Generator<string, never> {
  const known = new Set([...name.split("_"), ...wordsOf(theirDescription)]);
  const telling = wordsOf(description)
    .filter((word, index, all) => !known.has(word) && all.indexOf(word) === index)
    .slice(0, MOST_TELLING)
    .join("_")
    .slice(0, LONGEST / 2);
  if (telling !== "") yield usable(`${name.slice(0, LONGEST - telling.length - 1)}_${telling}`);
  for (let number = 2; ; number++) yield `${name.slice(0, LONGEST - 4)}_${number}`;
}

/** The words of a text in any script, without fillers. Scripts without spaces are split by a dictionary. */
function wordsOf(text: string): readonly string[] {
  return [...new Intl.Segmenter("und", { granularity: "word" }).segment(text)]
    .flatMap(({ segment }) =>
      anyAscii(segment)
        .toLowerCase()
        .split(/[^a-z0-9]+/),
    )
    .filter((word) => word !== "" && !FILLER.has(word));
}

function usable(words: string): string {
  const name = words.slice(0, LONGEST).replace(/_+$/, "");
  if (name === "") return "tool";
  if (!/^[a-z_]/.test(name)) return `tool_${name}`;
  return toolNameFault(name) === undefined ? name : `${name}_tool`;
}
