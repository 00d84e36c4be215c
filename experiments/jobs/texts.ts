/** Texts that are read: counts, runs, the longest and the first. */
import { type Family, one } from "./job.ts";

export const texts: Family = {
  development: {
    "count-vowels": {
      objective: "Count the vowels in a text",
      reference: (text: string) => (text.match(/[aeiou]/gi) ?? []).length,
      examples: one(
        "hello",
        "Apple",
        "sky",
        "education",
        "OK",
        "the end",
        "Queue",
        "rhythm and blues",
        "Input output",
      ),
      edges: one("", "a", "AEIOU", "bcd", "y"),
      draw: (r) => [r.flag() ? r.words(1, 4) : r.words(1, 2).toUpperCase()],
    },
    "longest-word": {
      objective: "The longest word of a sentence, the first one of equal length",
      reference: (text: string) =>
        text.split(" ").reduce((best, word) => (word.length > best.length ? word : best)),
      examples: one(
        "the quick fox",
        "a bee or wasp",
        "hello",
        "one three five seven",
        "we are here now",
        "big blue ocean",
        "tea and coffee",
        "cat dog",
      ),
      edges: one("a", "a b c", "bb a cc", "x yy zzz"),
      draw: (r) => [r.words(1, 6)],
    },
    "word-count": {
      objective: "Count the words of a text",
      reference: (text: string) => text.split(/\s+/).filter((word) => word !== "").length,
      examples: one(
        "hello world",
        "one",
        "",
        "a b c",
        "two  spaces",
        " padded ",
        "the end of the story",
        "well done",
      ),
      edges: one(" ", "   a", "a   b   c", "a "),
      draw: (r) => [
        `${r.pick(["", " "])}${r.list(0, 6, () => r.word()).join(r.pick([" ", "  "]))}`,
      ],
    },
    "run-length": {
      objective: "Run-length encoding: each run of equal letters as letter and count",
      reference: (text: string) =>
        text.replace(/(.)\1*/g, (run, letter: string) => letter + run.length),
      examples: one("aaab", "abc", "aabbcc", "zzzz", "a", "abba", "wwwwbb", "xyyx", "oooh"),
      edges: one("", "ab", "aabaa", "a".repeat(12)),
      draw: (r) => [r.list(1, 5, () => r.pick(["a", "b", "c"]).repeat(r.int(1, 4))).join("")],
    },
    "first-unique-letter": {
      objective: "The first letter that occurs only once in the word",
      reference: (word: string) =>
        [...word].find((letter) => word.split(letter).length === 2) ?? "",
      examples: one("hello", "level", "aabbc", "swiss", "test", "abc", "moon", "stress", "teeter"),
      edges: one("a", "aab", "abab".concat("c"), "zza"),
      draw: (r) => [`${r.word()}z`],
    },
    "caesar-shift": {
      objective: "Shift each lowercase letter by three places in the alphabet, z becomes c",
      reference: (text: string) =>
        text.replace(/[a-z]/g, (letter) =>
          String.fromCharCode(((letter.charCodeAt(0) - 94) % 26) + 97),
        ),
      examples: one("abc", "xyz", "hello", "zoo", "a b", "tea", "ocean", "jazz", "quick fox"),
      edges: one("", "z", "w", "xxx yyy"),
      draw: (r) => [r.words(1, 3)],
    },
  },
  holdout: {
    "balanced-brackets": {
      objective: "The deepest nesting of round brackets in a text",
      reference: (text: string) => {
        let [depth, most] = [0, 0];
        for (const each of text) {
          if (each === "(") most = Math.max(most, ++depth);
          if (each === ")") depth--;
        }
        return most;
      },
      examples: one(
        "(a)",
        "((a))",
        "a",
        "(a)(b)",
        "((a)(b))",
        "(((x)))",
        "f(g(x), h(y))",
        "(a(b)c)",
        "()()()",
      ),
      edges: one("", "()", "(())()", "((((()))))"),
      draw: (r) => {
        const nest = (left: number): string =>
          left === 0 ? r.word() : `${r.flag() ? r.word() : ""}(${nest(left - 1)})`;
        return [`${nest(r.int(0, 4))}${nest(r.int(0, 3))}`];
      },
    },
    "most-frequent-letter": {
      objective: "The letter that occurs most often in the word, the first one if several do",
      reference: (word: string) => {
        const count = (letter: string): number => word.split(letter).length;
        return [...word].reduce((best, letter) => (count(letter) > count(best) ? letter : best));
      },
      examples: one("hello", "banana", "tree", "a", "abc", "mississippi", "moon", "aabbb", "noon"),
      edges: one("ab", "ba", "abab", "baab", "zzzyyyy"),
      draw: (r) => [`${r.word()}${r.word()}`],
    },
  },
};
