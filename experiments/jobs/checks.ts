/** Questions with a yes or no. */
import { type Family, one } from "./job.ts";

const isPrime = (n: number): boolean => {
  for (let by = 2; by * by <= n; by++) if (n % by === 0) return false;
  return n > 1;
};

export const checks: Family = {
  development: {
    "leap-year": {
      objective: "Is the year a leap year?",
      reference: (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0,
      examples: one(2020, 2021, 2024, 2023, 1900, 2000, 1999, 1996, 2100, 2012),
      edges: one(1600, 1700, 1800, 2200, 2300, 2400, 1904, 2096),
      draw: (r) => [r.int(1583, 2500)],
    },
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
    "prime-number": {
      objective: "Is it a prime number?",
      reference: isPrime,
      examples: one(2, 3, 4, 5, 9, 11, 15, 17, 21, 1, 25, 29),
      edges: one(0, 49, 51, 53, 91, 97, 121, 119),
      draw: (r) => [r.int(0, 200)],
    },
    "valid-triangle": {
      objective: "Can the three lengths form a triangle?",
      reference: (a: number, b: number, c: number) => a + b > c && a + c > b && b + c > a,
      examples: [
        [3, 4, 5],
        [1, 2, 3],
        [5, 5, 5],
        [2, 2, 5],
        [7, 10, 5],
        [10, 3, 4],
        [1, 9, 4],
        [6, 6, 11],
        [8, 15, 17],
        [4, 1, 7],
      ],
      edges: [
        [3, 1, 2],
        [1, 3, 2],
        [2, 3, 4],
        [4, 3, 2],
        [9, 1, 1],
      ],
      draw: (r) => [r.int(1, 12), r.int(1, 12), r.int(1, 12)],
    },
    "may-vote": {
      objective: "May the person vote? From 16 on, only citizens",
      reference: (age: number, citizen: boolean) => age >= 16 && citizen,
      examples: [
        [20, true],
        [20, false],
        [15, true],
        [16, true],
        [16, false],
        [40, true],
        [8, false],
        [70, false],
        [12, true],
        [17, true],
      ],
      edges: [
        [0, true],
        [15, false],
        [99, true],
      ],
      draw: (r) => [r.int(0, 90), r.flag()],
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
    "list-is-sorted": {
      objective: "Is the list in ascending order?",
      reference: (list: number[]) =>
        list.every((item, at) => at === 0 || (list[at - 1] as number) <= item),
      examples: one(
        [1, 2, 3],
        [3, 1, 2],
        [5],
        [1, 1, 2],
        [9, 8],
        [2, 4, 6, 8],
        [1, 3, 2, 4],
        [0, 10, 20, 5],
        [],
        [1, 5, 7],
      ),
      edges: one([2, 2], [1, 2, 3, 2], [-3, -1, 0], [0, -1], [10, 9, 11]),
      draw: (r) => {
        const list = r.list(0, 6, () => r.int(-9, 20));
        return [r.flag() ? list.sort((a, b) => a - b) : list];
      },
    },
    "contains-duplicate": {
      objective: "Does the list contain a value twice?",
      reference: (list: number[]) => new Set(list).size < list.length,
      examples: one(
        [1, 2, 3],
        [1, 2, 1],
        [4, 4],
        [5],
        [],
        [7, 8, 9, 7],
        [1, 3, 5, 7, 9],
        [2, 2, 3],
        [10, 20, 30],
        [6, 1, 6, 2],
      ),
      edges: one([0, 0], [1, 2, 3, 3], [3, 3, 2, 1], [-1, 1], [1, 2, 3, 4, 5, 1]),
      draw: (r) => [r.list(0, 6, () => r.int(0, 12))],
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
    "perfect-square": {
      objective: "Is the number a perfect square?",
      reference: (n: number) => Number.isInteger(Math.sqrt(n)),
      examples: one(4, 5, 9, 10, 16, 18, 25, 30, 49, 1),
      edges: one(0, 2, 3, 99, 100, 101, 10_000, 9_999),
      draw: (r) => [r.flag() ? r.int(0, 40) ** 2 : r.int(0, 1_600)],
    },
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
    "rectangles-equal-area": {
      objective: "Do two rectangles have the same area?",
      reference: (a: number, b: number, c: number, d: number) => a * b === c * d,
      examples: [
        [2, 6, 3, 4],
        [1, 5, 2, 3],
        [4, 4, 2, 8],
        [3, 3, 3, 4],
        [10, 1, 5, 2],
        [7, 2, 2, 7],
        [6, 6, 9, 3],
        [8, 3, 6, 4],
        [5, 5, 1, 24],
        [9, 2, 6, 3],
      ],
      edges: [
        [1, 1, 1, 1],
        [2, 3, 4, 1],
        [12, 1, 3, 4],
      ],
      draw: (r) => [r.int(1, 8), r.int(1, 8), r.int(1, 8), r.int(1, 8)],
    },
    "all-positive": {
      objective: "Are all numbers of the list above zero?",
      reference: (list: number[]) => list.every((item) => item > 0),
      examples: one(
        [1, 2, 3],
        [1, -2, 3],
        [0],
        [5],
        [4, 0, 2],
        [-1],
        [10, 20, 30, 40],
        [3, 3, -3],
        [7, 1],
        [0.5, 2],
      ),
      edges: one([], [1, 0], [-1, -2], [0, 1], [1, 1, 1, 1, 1, -1]),
      draw: (r) => [r.list(0, 6, () => r.int(-3, 15))],
    },
    "passed-exam": {
      objective: "Passed if the average of the three marks is at least 50 and no mark is below 30",
      reference: (a: number, b: number, c: number) =>
        (a + b + c) / 3 >= 50 && Math.min(a, b, c) >= 30,
      examples: [
        [60, 70, 80],
        [50, 50, 50],
        [20, 90, 90],
        [40, 45, 50],
        [30, 60, 60],
        [100, 100, 10],
        [49, 50, 51],
        [55, 30, 70],
        [80, 25, 90],
        [35, 40, 45],
      ],
      edges: [
        [29, 100, 100],
        [30, 30, 90],
        [30, 30, 89],
        [100, 29, 100],
        [0, 0, 0],
      ],
      draw: (r) => [r.int(0, 100), r.int(0, 100), r.int(0, 100)],
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
