/**
 * Names for the parameters of a tool that is made from examples: a noun of the objective where it can
 * only mean this parameter, the keys of its records, else its type. A name that may be wrong is worse
 * than a plain one: of several parameters with the same type none gets a noun.
 */
import type { Json } from "../core/json.ts";

type Kind = "number" | "text" | "flag" | "record" | "list" | "value";

const PLAIN: Readonly<Record<Kind, string>> = {
  number: "value",
  text: "text",
  flag: "flag",
  record: "record",
  list: "items",
  value: "value",
};

/** Nouns that name a value of a kind; a list is named by their plurals. */
const NOUNS: Readonly<Record<"number" | "text" | "record", ReadonlySet<string>>> = {
  number: words(
    "age amount angle balance celsius centimeter centimetre day degree distance duration fahrenheit gram " +
      "height hour income inch integer kelvin kilogram kilometer kilometre length meter metre mile minute " +
      "number ounce percent percentage point pound price quantity radius salary score second size speed " +
      "temperature value volume weight width year",
  ),
  text: words(
    "address character code color colour date email file filename letter line link name number " +
      "paragraph path phone phrase sentence string text time timestamp title url username version word",
  ),
  record: words(
    "account address book car contact customer employee entry event invoice item member movie object " +
      "order payment person player point product record row student task transaction user",
  ),
};
const IRREGULAR: Readonly<Record<string, string>> = { people: "person", entries: "entry" };
/** Words before a noun that make it a part of the argument: "each word of a text". */
const PARTS = words("each every all any per last first second third longest shortest many");
/** Words after which a noun names the result ("convert it to fahrenheit"), and before which it does ("price by age"). */
const RESULT_AFTER = words("to into as");
const RESULT_BEFORE = words("of by from");

/**
 * @param columns The values of each parameter in the examples.
 * @returns One name for each, all different, all valid identifiers.
 */
export function parameterNames(
  objective: string,
  columns: readonly (readonly Json[])[],
): readonly string[] {
  const kinds = columns.map(kindOf);
  const nouns = nounsOf(objective);
  // Beside a list, a plural is the list's.
  const single = kinds.includes("list") ? nouns.filter(({ plural }) => !plural) : nouns;
  const names = kinds.map((kind, at) => {
    const alone = kinds.filter((other) => other === kind).length === 1;
    const noun = alone
      ? nounFor(kind, columns[at] ?? [], kind === "list" ? nouns : single)
      : undefined;
    return noun ?? PLAIN[kind];
  });
  return names.map((name, at) => {
    if (names.indexOf(name) === names.lastIndexOf(name)) return name;
    return `${name}${names.slice(0, at + 1).filter((other) => other === name).length}`;
  });
}

function kindOf(values: readonly Json[]): Kind {
  const kinds = new Set(
    values.map((value): Kind => {
      if (Array.isArray(value)) return "list";
      if (value === null) return "value";
      if (typeof value === "string") return "text";
      if (typeof value === "boolean") return "flag";
      return typeof value === "number" ? "number" : "record";
    }),
  );
  const [kind = "value", ...others] = kinds;
  return others.length === 0 ? kind : "value";
}

interface Noun {
  readonly word: string;
  readonly plural: boolean;
}

function nounFor(kind: Kind, values: readonly Json[], nouns: readonly Noun[]): string | undefined {
  if (kind === "list") {
    const items = values.flatMap((value) => (Array.isArray(value) ? (value as Json[]) : []));
    const inner = kindOf(items);
    if (inner !== "number" && inner !== "text" && inner !== "record") return undefined;
    const noun = nouns.find(({ word, plural }) => plural && NOUNS[inner].has(word));
    return noun === undefined
      ? { number: "numbers", text: "texts", record: "records" }[inner]
      : plural(noun.word);
  }
  if (kind !== "number" && kind !== "text" && kind !== "record") return undefined;
  const noun = nouns.find(
    ({ word, plural }) => (kind === "number" || !plural) && NOUNS[kind].has(word),
  );
  if (noun === undefined) return undefined;
  // A letter is not longer than one.
  const isShort = values.every((value) => typeof value !== "string" || [...value].length < 2);
  if ((noun.word === "letter" || noun.word === "character") && !isShort) return undefined;
  // "Seconds as minutes" takes seconds.
  return noun.plural ? plural(noun.word) : noun.word;
}

/** The nouns of an objective that may name an argument, in order. */
function nounsOf(objective: string): readonly Noun[] {
  const all = objective.toLowerCase().match(/\p{L}+/gu) ?? [];
  return all.flatMap((word, at): Noun[] => {
    const [before = "", earlier = "", next = ""] = [all[at - 1], all[at - 2], all[at + 1]];
    const article = /^(a|an|the|its|their)$/.test(before);
    if (PARTS.has(before) || RESULT_BEFORE.has(next)) return [];
    if (RESULT_AFTER.has(article ? earlier : before)) return [];
    const irregular = IRREGULAR[word];
    if (irregular !== undefined) return [{ word: irregular, plural: true }];
    const isKnown = (noun: string): boolean =>
      Object.values(NOUNS).some((nouns) => nouns.has(noun));
    const single = word.endsWith("s") && !isKnown(word) ? word.slice(0, -1) : word;
    return isKnown(single) ? [{ word: single, plural: single !== word }] : [];
  });
}

function plural(word: string): string {
  const irregular = Object.entries(IRREGULAR).find(([, single]) => single === word)?.[0];
  return irregular ?? `${word}s`;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}
