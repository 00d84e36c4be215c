/** Yes/no questions about texts, dates and times. */
import { type Family, one } from "./job.ts";

export const textChecks: Family = {
  development: {
    palindrome: {
      objective: "Is the word a palindrome?",
      reference: (word: string) => word === [...word].reverse().join(""),
      examples: one(
        "level",
        "hello",
        "noon",
        "world",
        "anna",
        "radar",
        "stones",
        "a",
        "data",
        "abca",
      ),
      edges: one("", "aa", "ab", "abba", "abda", "abcdba", "racecar"),
      draw: (r) => {
        const half = r.word();
        return [r.flag() ? half + [...half].reverse().join("") : half];
      },
    },
    "palindrome-phrase": {
      objective: "Is the sentence a palindrome, ignoring case and spaces?",
      reference: (text: string) => {
        const plain = text.toLowerCase().replaceAll(" ", "");
        return plain === [...plain].reverse().join("");
      },
      examples: one(
        "Never odd or even",
        "Hello world",
        "Anna",
        "nurses run",
        "Step on no pets",
        "this is not one",
        "Top spot",
        "Good morning",
        "Was it a car",
        "My gym",
      ),
      edges: one("", "A", "aB", "Ab a", "a b c c b a", "abca"),
      draw: (r) => {
        const half = r.words(1, 2);
        return [r.flag() ? `${half} ${[...half].reverse().join("").toUpperCase()}` : half];
      },
    },
    "strong-password": {
      objective: "Is the password strong: at least 8 characters with a digit and a capital letter?",
      reference: (text: string) => text.length >= 8 && /\d/.test(text) && /[A-Z]/.test(text),
      examples: one(
        "Secret123",
        "secret123",
        "Secretabc",
        "Ab1",
        "Password1",
        "12345678",
        "LONGENOUGH9",
        "short1A",
        "nothing here",
        "Garden2024",
      ),
      edges: one("", "ABCDEFG1", "abcdefg1", "A1bcdef", "aaaaaaaA0", "A".repeat(8)),
      draw: (r) => [
        `${r.flag() ? r.word() : r.word().toUpperCase()}${r.word()}${r.flag() ? r.int(0, 99) : ""}`,
      ],
    },
    anagrams: {
      objective: "Are the two words anagrams of each other?",
      reference: (a: string, b: string) => [...a].sort().join("") === [...b].sort().join(""),
      examples: [
        ["listen", "silent"],
        ["hello", "world"],
        ["dusty", "study"],
        ["abc", "abd"],
        ["night", "thing"],
        ["car", "cart"],
        ["elbow", "below"],
        ["aab", "abb"],
        ["rat", "tar"],
        ["cat", "dog"],
      ],
      edges: [
        ["", ""],
        ["a", ""],
        ["aa", "a"],
        ["abcd", "dcba"],
        ["aabb", "abab"],
      ],
      draw: (r) => {
        const word = r.word();
        return [word, r.flag() ? [...word].reverse().join("") : r.word()];
      },
    },
    weekend: {
      objective: "Is the date (YYYY-MM-DD) on a weekend?",
      reference: (date: string) => [0, 6].includes(new Date(date).getUTCDay()),
      examples: one(
        "2024-06-01",
        "2024-06-02",
        "2024-06-03",
        "2024-06-07",
        "2023-12-25",
        "2023-12-31",
        "2024-02-29",
        "2024-03-09",
        "2025-01-01",
        "2025-08-16",
      ),
      edges: one("2000-01-01", "1999-12-31", "2024-12-29", "2024-12-30"),
      draw: (r) => [r.date()],
    },
    "starts-with-vowel": {
      objective: "Does the word start with a vowel?",
      reference: (word: string) => /^[aeiou]/i.test(word),
      examples: one(
        "apple",
        "banana",
        "Orange",
        "egg",
        "tree",
        "Iron",
        "sky",
        "under",
        "house",
        "Moon",
      ),
      edges: one("", "a", "b", "Ulm", "yes", "Egg", "bee"),
      draw: (r) => {
        const word = r.word();
        return [r.flag() ? word : word.charAt(0).toUpperCase() + word.slice(1)];
      },
    },
    "valid-hex-color": {
      objective: "Is it a hex colour like #a1b2c3?",
      reference: (text: string) => /^#[0-9a-f]{6}$/i.test(text),
      examples: one(
        "#ff0000",
        "ff0000",
        "#12345g",
        "#FFF",
        "#00AAcc",
        "red",
        "#1234567",
        "#abcdef",
        "#000000",
        "123456",
      ),
      edges: one("", "#", "#12345", "##12345", "#-12345", "#ABCDE0", "#zzzzzz"),
      draw: (r) => {
        const digits = r.list(5, 7, () => r.pick([..."0123456789abcdefABCDEFg"])).join("");
        return [`${r.int(0, 5) === 0 ? "" : "#"}${digits}`];
      },
    },
    "ends-in-same-letter": {
      objective: "Do both words end in the same letter?",
      reference: (a: string, b: string) => a.at(-1) === b.at(-1),
      examples: [
        ["cat", "hat"],
        ["cat", "dog"],
        ["sun", "moon"],
        ["apple", "tree"],
        ["book", "page"],
        ["river", "water"],
        ["car", "cab"],
        ["x", "box"],
        ["light", "night"],
        ["red", "blue"],
      ],
      edges: [
        ["a", "a"],
        ["ab", "ba"],
        ["tea", "at"],
      ],
      draw: (r) => [r.word(), r.word()],
    },
  },
  holdout: {
    "in-office-hours": {
      objective: "Is the time (HH:MM) within office hours, 09:00 to 17:00, the end excluded?",
      reference: (time: string) => time >= "09:00" && time < "17:00",
      examples: one(
        "08:30",
        "09:00",
        "12:15",
        "16:59",
        "17:00",
        "18:45",
        "10:05",
        "23:10",
        "06:00",
        "13:30",
      ),
      edges: one("00:00", "08:59", "09:01", "17:01", "23:59"),
      draw: (r) => [
        `${String(r.int(0, 23)).padStart(2, "0")}:${String(r.int(0, 59)).padStart(2, "0")}`,
      ],
    },
    "has-repeated-letter": {
      objective: "Does the word contain the same letter twice in a row?",
      reference: (word: string) => /(.)\1/.test(word),
      examples: one(
        "letter",
        "house",
        "moon",
        "river",
        "apple",
        "stone",
        "coffee",
        "banana",
        "pizza",
        "level",
      ),
      edges: one("", "a", "aa", "aba", "abcc", "bbcd"),
      draw: (r) => [r.word()],
    },
    "valid-email": {
      objective:
        "Does the text look like an e-mail address: one @ with something before it and a dot after it?",
      reference: (text: string) => /^[^@]+@[^@]+\.[^@]+$/.test(text),
      examples: one(
        "anna@example.com",
        "anna.example.com",
        "@example.com",
        "bob@mail",
        "info@shop.de",
        "a@b@c.com",
        "first.last@company.org",
        "hello",
        "x@y.io",
        "no at.here",
      ),
      edges: one("", "@", "a@.", "a.b@c", "a.b@c.d", "@@a.b"),
      draw: (r) => [
        `${r.word()}${r.pick(["@", "", "@", "."])}${r.word()}${r.pick([".com", "", ".de", "@x.de"])}`,
      ],
    },
    "same-month": {
      objective: "Are the two dates in the same month of the same year?",
      reference: (a: string, b: string) => a.slice(0, 7) === b.slice(0, 7),
      examples: [
        ["2024-01-05", "2024-01-31"],
        ["2024-01-05", "2024-02-05"],
        ["2023-03-10", "2024-03-10"],
        ["2020-12-01", "2020-12-24"],
        ["2022-07-15", "2022-07-15"],
        ["2021-10-01", "2021-01-10"],
        ["2024-06-30", "2024-07-01"],
        ["2019-09-09", "2019-09-19"],
        ["2018-05-05", "2017-05-05"],
        ["2024-11-11", "2024-11-02"],
      ],
      edges: [
        ["2020-02-01", "2021-02-01"],
        ["1999-12-31", "2000-01-01"],
        ["2012-02-10", "2021-02-10"],
      ],
      draw: (r) => {
        const date = r.date();
        return [
          date,
          r.flag() ? `${date.slice(0, 8)}${String(r.int(1, 28)).padStart(2, "0")}` : r.date(),
        ];
      },
    },
  },
};
