/** Functions of texts: split, join, count, format. */
import type { Entry } from "./suite.ts";

const one = (...values: string[]) => values.map((value) => [value]);

export const strings: readonly Entry[] = [
  {
    name: "shout",
    signature: "shout(text: string): string",
    description: "The text in capitals with an exclamation mark behind it.",
    reference: (text: string) => `${text.toUpperCase()}!`,
    train: one("hello", "Stop", "ok now", "", "x1"),
    sealed: one("Well Done", "a-b", "42"),
  },
  {
    name: "file-extension",
    signature: "extension(file: string): string",
    description: "What follows the last dot of a file's name.",
    reference: (file: string) => file.split(".").at(-1),
    train: one(
      "notes.md",
      "v1.2.tgz",
      "a.b",
      "my.long.name.csv",
      "a.txt",
      "photo.jpeg",
      "archive.tar.gz",
      "index.html",
      "x.y.z",
    ),
    sealed: one("report.final.pdf", "b.c", "data.json"),
  },
  {
    name: "domain",
    signature: "domain(url: string): string",
    description: "The host of a web address.",
    reference: (url: string) => url.split("/")[2],
    train: one(
      "https://shop.example.com/item/7",
      "http://a/b/c/d",
      "https://x.y/",
      "https://example.org/a/b",
      "http://test.com/",
      "https://docs.site.net/x?y=1",
      "http://localhost/z",
    ),
    sealed: one("https://a.b.c/d", "http://x.io/1/2/3", "https://host/"),
  },
  {
    name: "title-case",
    signature: "titleCase(text: string): string",
    description: "Each word with a capital first letter and small others.",
    reference: (text: string) =>
      text
        .split(" ")
        .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase())
        .join(" "),
    train: one("hello world", "THE END", "a tale of two", "mIxEd case", "one"),
    sealed: one("war AND peace", "x y z", "ALREADY Done", "tool"),
  },
  {
    name: "camel-case",
    signature: "camelCase(text: string): string",
    description: "Words with dashes between them as one word, capitals where dashes were.",
    reference: (text: string) =>
      text
        .split("-")
        .map((word, index) => (index === 0 ? word : word.slice(0, 1).toUpperCase() + word.slice(1)))
        .join(""),
    train: one("background-color", "margin-top", "top", "a-b-c", "border-left-width"),
    sealed: one("font-size", "x", "min-inline-size", "is-ok"),
  },
  {
    name: "mask",
    signature: "mask(number: string): string",
    description: "All but the last four characters replaced by stars.",
    reference: (number: string) => "*".repeat(Math.max(0, number.length - 4)) + number.slice(-4),
    train: one(
      "1111222",
      "abcdefghij",
      "00000",
      "123456789",
      "9876543210987",
      "12345678",
      "4444",
      "1234567890123456",
      "98765",
      "000011112222",
    ),
    sealed: one("5555666677778888", "12345", "abcd1234"),
  },
  {
    name: "acronym",
    signature: "acronym(phrase: string): string",
    description: "First letters of the words, in capitals.",
    reference: (phrase: string) =>
      phrase
        .split(" ")
        .map((word) => word.slice(0, 1).toUpperCase())
        .join(""),
    train: one(
      "as soon as possible",
      "Portable Network Graphics",
      "one",
      "what you see",
      "by the way",
    ),
    sealed: one("for your information", "Self Contained breathing apparatus", "x y"),
  },
  {
    name: "is-pangram",
    signature: "isPangram(text: string): boolean",
    description: "Whether every letter from a to z occurs, capital or small.",
    reference: (text: string) =>
      [..."abcdefghijklmnopqrstuvwxyz"].every((letter) => text.toLowerCase().includes(letter)),
    train: one(
      "The quick brown fox jumps over the lazy dog",
      "hello",
      "abcdefghijklmnopqrstuvwxyz",
      "abcdefghijklmnopqrstuvwxy",
      "Pack my box with five dozen liquor jugs",
      "the rain in spain stays mainly in the plain",
      "",
    ),
    sealed: one(
      "Sphinx of black quartz judge my vow",
      "a long text is not yet one that has all of them in it",
      "we would never in our lives have said this aloud, quiz",
      "The quick brown fox",
      "How vexingly quick daft zebras jump",
      "bcdefghijklmnopqrstuvwxyz",
    ),
  },
  {
    name: "count-words-longer",
    signature: "countLonger(text: string, length: number): number",
    description: "How many words are longer than a length.",
    reference: (text: string, length: number) =>
      text.split(" ").filter((word) => word.length > length).length,
    train: [
      ["a b c d e", 0],
      ["a b c d e", 1],
      ["four five sixes seventh", 4],
      ["red green blue black", 4],
      ["tiny", 10],
      ["the quick brown fox", 3],
      ["a bb ccc dddd", 2],
      ["one", 3],
      ["one", 2],
      ["to be or not to be", 2],
      ["several longer words", 0],
    ],
    sealed: [
      ["hello big wide world", 4],
      ["x y z", 1],
      ["typed functions evolve", 5],
    ],
  },
  {
    name: "swap-case",
    signature: "swapCase(text: string): string",
    description: "Capital letters made small and small ones capital.",
    reference: (text: string) =>
      [...text]
        .map((letter) =>
          letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
        )
        .join(""),
    train: one(
      "ABCdef",
      "a",
      "B",
      "tEsT",
      "Two",
      "sOMe wORDS",
      "X y",
      "Hello",
      "aBc",
      "ALL",
      "none",
      "x1Y",
    ),
    sealed: one("TypeScript", "oK", "Mixed Case", "Z"),
  },
  {
    name: "hamming",
    signature: "hamming(left: string, right: string): number",
    description: "At how many places two texts of equal length differ.",
    reference: (left: string, right: string) =>
      [...left].filter((letter, index) => letter !== right[index]).length,
    train: [
      ["abcd", "abdc"],
      ["aab", "baa"],
      ["banana", "bandit"],
      ["10101", "01010"],
      ["same", "sane"],
      ["ab", "ba"],
      ["karolin", "kathrin"],
      ["abc", "abc"],
      ["1011", "1001"],
      ["aaaa", "bbbb"],
      ["", ""],
      ["stone", "store"],
    ],
    sealed: [
      ["toned", "roses"],
      ["0000", "0101"],
      ["x", "y"],
      ["gattaca", "gattaca"],
    ],
  },
  {
    name: "query-value",
    signature: "queryValue(query: string, key: string): string",
    description: "The value of a key in a=1&b=2 text; an empty text when it has none.",
    reference: (query: string, key: string) =>
      query
        .split("&")
        .find((pair) => pair.startsWith(`${key}=`))
        ?.slice(key.length + 1) ?? "",
    train: [
      ["a=10&bb=20&ccc=30", "ccc"],
      ["a=10&bb=20&ccc=30", "bb"],
      ["page=2", "page"],
      ["u=v&w=x", "z"],
      ["a=1&b=2", "a"],
      ["a=1&b=2", "b"],
      ["a=1&b=2", "c"],
      ["name=joe&age=40", "age"],
      ["ab=3&b=4", "b"],
      ["x=", "x"],
    ],
    sealed: [
      ["q=tools&page=3&sort=up", "page"],
      ["id=77", "id"],
      ["id=77", "d"],
      ["k=a&kk=b", "kk"],
    ],
  },
  {
    name: "roman",
    signature: "roman(text: string): number",
    description: "The value of a Roman numeral.",
    reference: (text: string) => {
      const worth: Record<string, number> = { I: 1, V: 5, X: 10, L: 50, C: 100, D: 500, M: 1000 };
      return [...text].reduce((sum, letter, index) => {
        const own = worth[letter] ?? 0;
        return sum + (own < (worth[text[index + 1] ?? ""] ?? 0) ? -own : own);
      }, 0);
    },
    train: one("I", "IV", "IX", "XII", "XL", "XC", "MMXXIV", "CD", "III", "LVIII"),
    sealed: one("MCMXCIV", "XIV", "CCC", "VI", "XLIX"),
  },
  {
    name: "compress-spaces",
    signature: "squeeze(text: string): string",
    description: "No spaces at the ends and single ones between words.",
    reference: (text: string) =>
      text
        .split(" ")
        .filter((word) => word !== "")
        .join(" "),
    train: one("  a  b ", "one two", "   ", "x   y   z", " lead"),
    sealed: one("trail  ", "a b  c   d", "", " single "),
  },
];
