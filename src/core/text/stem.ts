/**
 * Stems English words by the Porter2 rules ("The English (Porter2) stemming algorithm",
 * snowballstem.org): "packing", "packed" and "packs" become one term.
 *
 * Takes lower-case a-z words; any other text is returned unchanged.
 */

const IRREGULAR: Readonly<Record<string, string>> = {
  skis: "ski",
  skies: "sky",
  dying: "die",
  lying: "lie",
  tying: "tie",
  idly: "idl",
  gently: "gentl",
  ugly: "ugli",
  early: "earli",
  only: "onli",
  singly: "singl",
};
const UNCHANGED = new Set(["sky", "news", "howe", "atlas", "cosmos", "bias", "andes"]);
/** Not changed further after the plural is removed. */
const UNCHANGED_SINGULAR = new Set([
  "inning",
  "outing",
  "canning",
  "herring",
  "earring",
  "proceed",
  "exceed",
  "succeed",
]);

/** The longest matching suffix decides, even if its condition then fails. */
type Rule = readonly [suffix: string, replacement: string];
const STEP_2: readonly Rule[] = [
  ["ization", "ize"],
  ["ational", "ate"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["iveness", "ive"],
  ["tional", "tion"],
  ["biliti", "ble"],
  ["lessli", "less"],
  ["entli", "ent"],
  ["ation", "ate"],
  ["alism", "al"],
  ["aliti", "al"],
  ["ousli", "ous"],
  ["iviti", "ive"],
  ["fulli", "ful"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["abli", "able"],
  ["izer", "ize"],
  ["ator", "ate"],
  ["alli", "al"],
  ["bli", "ble"],
  ["ogi", "og"],
  ["li", ""],
];
const STEP_3: readonly Rule[] = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["alize", "al"],
  ["icate", "ic"],
  ["iciti", "ic"],
  ["ative", ""],
  ["ical", "ic"],
  ["ness", ""],
  ["ful", ""],
];
const STEP_4 = [
  "ement",
  "ance",
  "ence",
  "able",
  "ible",
  "ment",
  "ant",
  "ent",
  "ism",
  "ate",
  "iti",
  "ous",
  "ive",
  "ize",
  "ion",
  "al",
  "er",
  "ic",
];

const VOWELS = "aeiouy";

/** The stem of one lower-case word. Words of at most two letters or with other characters than a-z stay. */
export function stem(word: string): string {
  if (word.length <= 2 || !/^[a-z]+$/.test(word)) return word;
  const irregular = Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined;
  if (irregular !== undefined) return irregular;
  if (UNCHANGED.has(word)) return word;

  // A y at the start of a word or after a vowel is a consonant; upper case marks it until the end.
  let text = word.replace(/^y/, "Y").replace(/([aeiouy])y/g, "$1Y");
  const r1 = regionOne(text);
  const r2 = regionAfter(text, r1);

  text = plural(text);
  if (UNCHANGED_SINGULAR.has(text)) return text;
  text = pastAndGerund(text, r1);
  if (/.[^aeiouy][yY]$/.test(text)) text = `${text.slice(0, -1)}i`;
  text = replaceSuffix(text, STEP_2, r1, (suffix, before) => {
    if (suffix === "ogi") return before.endsWith("l");
    return suffix !== "li" || /[cdeghkmnrt]$/.test(before);
  });
  text = replaceSuffix(
    text,
    STEP_3,
    r1,
    (suffix, before) => suffix !== "ative" || before.length >= r2,
  );
  text = dropSuffix(text, r2);
  text = finalLetter(text, r1, r2);
  return text.toLowerCase();
}

/** Start of R1: the region after the first consonant that follows a vowel. */
function regionOne(text: string): number {
  const prefix = /^(gener|commun|arsen)/.exec(text);
  if (prefix !== null) return prefix[0].length;
  return regionAfter(text, 0);
}

function regionAfter(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (!isVowel(text[at]) && isVowel(text[at - 1])) return at + 1;
  }
  return text.length;
}

function isVowel(letter: string | undefined): boolean {
  return letter !== undefined && VOWELS.includes(letter);
}

function plural(text: string): string {
  if (text.endsWith("sses")) return text.slice(0, -2);
  if (text.endsWith("ied") || text.endsWith("ies")) {
    return text.length > 4 ? text.slice(0, -2) : text.slice(0, -1);
  }
  if (text.endsWith("us") || text.endsWith("ss") || !text.endsWith("s")) return text;
  return /[aeiouy]/.test(text.slice(0, -2)) ? text.slice(0, -1) : text;
}

function pastAndGerund(text: string, r1: number): string {
  const eed = /eed(ly)?$/.exec(text);
  if (eed !== null) return eed.index >= r1 ? `${text.slice(0, eed.index)}ee` : text;
  const ending = /(ed|ing)(ly)?$/.exec(text);
  if (ending === null) return text;
  const base = text.slice(0, ending.index);
  if (!/[aeiouy]/.test(base)) return text;
  if (/(at|bl|iz)$/.test(base)) return `${base}e`;
  if (/(bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(base)) return base.slice(0, -1);
  return r1 >= base.length && endsInShortSyllable(base) ? `${base}e` : base;
}

function endsInShortSyllable(text: string): boolean {
  return /[^aeiouy][aeiouy][^aeiouywxY]$/.test(text) || /^[aeiouy][^aeiouy]$/.test(text);
}

function replaceSuffix(
  text: string,
  rules: readonly Rule[],
  region: number,
  allowed: (suffix: string, before: string) => boolean,
): string {
  for (const [suffix, replacement] of rules) {
    if (!text.endsWith(suffix)) continue;
    const before = text.slice(0, -suffix.length);
    return before.length >= region && allowed(suffix, before) ? before + replacement : text;
  }
  return text;
}

function dropSuffix(text: string, r2: number): string {
  for (const suffix of STEP_4) {
    if (!text.endsWith(suffix)) continue;
    const before = text.slice(0, -suffix.length);
    if (before.length < r2) return text;
    return suffix === "ion" && !/[st]$/.test(before) ? text : before;
  }
  return text;
}

function finalLetter(text: string, r1: number, r2: number): string {
  const before = text.slice(0, -1);
  if (text.endsWith("e")) {
    if (before.length >= r2) return before;
    return before.length >= r1 && !endsInShortSyllable(before) ? before : text;
  }
  return text.endsWith("ll") && before.length >= r2 ? before : text;
}
