/** Texts that get another shape: cases, slugs, masks, parts. */
import { type Family, one } from "./job.ts";

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

export const textShapes: Family = {
  development: {
    slug: {
      objective: "Make a slug of a title: lower case, words joined by hyphens, no punctuation",
      reference: (title: string) =>
        title
          .toLowerCase()
          .replace(/[^a-z0-9]+/g, "-")
          .replace(/^-|-$/g, ""),
      examples: one(
        "Hello World",
        "My first post!",
        "What's new in 2024?",
        "Tea & Cake",
        "  Spring sale ",
        "One, two, three",
        "Already-done",
        "A",
        "Price: 5 Euro",
        "The End...",
      ),
      edges: one("", "!!!", "a--b", "x / y", "Ends with!", "(Start) here"),
      draw: (r) => [
        r
          .list(1, 4, () => r.pick([r.word(), capital(r.word()), String(r.int(1, 99))]))
          .join(r.pick([" ", ", ", " - ", " & "])) + r.pick(["", "!", "?", "..."]),
      ],
    },
    "snake-to-camel": {
      objective: "snake_case to camelCase",
      reference: (name: string) =>
        name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      examples: one(
        "first_name",
        "id",
        "max_retry_count",
        "is_ok",
        "created_at",
        "a_b_c",
        "user",
        "last_seen_at_home",
      ),
      edges: one("", "x", "x_y", "one_two_three_four_five"),
      draw: (r) => [r.list(1, 5, () => r.word()).join("_")],
    },
    "camel-to-snake": {
      objective: "camelCase to snake_case",
      reference: (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      examples: one(
        "firstName",
        "id",
        "maxRetryCount",
        "isOk",
        "createdAt",
        "aBC",
        "user",
        "lastSeenAtHome",
      ),
      edges: one("", "x", "xY", "oneTwoThreeFourFive"),
      draw: (r) => [r.word() + r.list(0, 4, () => capital(r.word())).join("")],
    },
    "title-case": {
      objective: "Capitalise each word",
      reference: (text: string) => text.split(" ").map(capital).join(" "),
      examples: one(
        "hello world",
        "the quick brown fox",
        "a",
        "already Big",
        "one two",
        "to be or not",
        "tea",
        "new york city",
      ),
      edges: one("", "x y", "iPhone case", "ABC def"),
      draw: (r) => [r.words(1, 5)],
    },
    "mask-card": {
      objective: "Hide all but the last four characters of a card number with stars",
      reference: (card: string) => card.slice(-4).padStart(card.length, "*"),
      examples: one(
        "1234567812345678",
        "4444333322221111",
        "12345",
        "123456",
        "987654321",
        "1111222233334",
        "55556666",
        "100020003000",
      ),
      edges: one("1234", "00000", "9".repeat(19)),
      draw: (r) => [r.list(4, 19, () => String(r.int(0, 9))).join("")],
    },
    truncate: {
      objective: "Shorten a text to at most 10 characters, with ... at the end if it was longer",
      reference: (text: string) => (text.length > 10 ? `${text.slice(0, 7)}...` : text),
      examples: one(
        "short",
        "exactly 10",
        "hello wonderful world",
        "0123456789",
        "01234567890",
        "tea",
        "a longer sentence",
        "just right",
      ),
      edges: one("", "x".repeat(9), "y".repeat(10), "z".repeat(11), "q".repeat(50)),
      draw: (r) => [r.words(1, 4)],
    },
    "reverse-words": {
      objective: "Reverse the order of the words",
      reference: (text: string) => text.split(" ").reverse().join(" "),
      examples: one(
        "hello world",
        "one two three",
        "single",
        "a b c d",
        "the end",
        "to be or not",
        "we are here",
        "big red car",
      ),
      edges: one("", "x y"),
      draw: (r) => [r.words(1, 6)],
    },
    "between-brackets": {
      objective: "The text between the first pair of round brackets",
      reference: (text: string) => text.slice(text.indexOf("(") + 1, text.indexOf(")")),
      examples: one(
        "call (now) please",
        "f(x)",
        "Berlin (Germany)",
        "a (b c) d",
        "(all)",
        "version (1.2)",
        "tea (hot) or milk (cold)",
        "sum (a, b)",
      ),
      edges: one("()", "x () y", "(a)(b)"),
      draw: (r) => [`${r.words(1, 2)} (${r.words(1, 2)}) ${r.flag() ? r.word() : `(${r.word()})`}`],
    },
  },
  holdout: {
    "kebab-to-title": {
      objective: "kebab-case to a title with capital words",
      reference: (name: string) => name.split("-").map(capital).join(" "),
      examples: one(
        "hello-world",
        "user-profile-page",
        "home",
        "about-us",
        "a-b",
        "sign-in",
        "terms-of-use",
        "faq",
      ),
      edges: one("", "x", "one-two-three-four"),
      draw: (r) => [r.list(1, 5, () => r.word()).join("-")],
    },
    "squeeze-spaces": {
      objective: "Trim a text and replace several spaces by one",
      reference: (text: string) => text.trim().replace(/ +/g, " "),
      examples: one(
        "a  b",
        " hello ",
        "one   two three",
        "fine",
        "  x",
        "the    end",
        "y   ",
        " many   gaps  here ",
      ),
      edges: one("", "   ", "a b", "a      b       c"),
      draw: (r) => [
        `${r.pick(["", " ", "  "])}${r.list(1, 5, () => r.word()).join(r.pick([" ", "  ", "    "]))}${r.pick(["", "  "])}`,
      ],
    },
    "mask-email": {
      objective: "Hide an e-mail's local part except its first letter: a***@example.com",
      reference: (mail: string) => `${mail.charAt(0)}***${mail.slice(mail.indexOf("@"))}`,
      examples: one(
        "anna@example.com",
        "b@x.org",
        "carl.meyer@mail.net",
        "info@shop.de",
        "max1@a.io",
        "support@help.com",
        "z9@q.com",
        "hello.there@company.co.uk",
      ),
      edges: one("a@b.c", "longer.address.here@sub.domain.org"),
      draw: (r) => [`${r.word()}@${r.word()}.${r.pick(["com", "org", "de"])}`],
    },
    "digits-only": {
      objective: "Keep only the digits of a phone number",
      reference: (text: string) => text.replace(/\D/g, ""),
      examples: one(
        "+49 30 1234",
        "(555) 123-4567",
        "0800/555",
        "12 34 56",
        "none",
        "1-800-FLOWERS",
        "77",
        "tel: 42",
      ),
      edges: one("", "+", "()-/ .", "a1b2c3"),
      draw: (r) => [
        `${r.pick(["+", "(", "", "tel "])}${r.int(1, 99)}${r.pick([")", " ", "-", "/"])}${r.int(100, 99_999)}${r.pick(["", "-1", " ext 5"])}`,
      ],
    },
    initials: {
      objective: "The initials of a name, in capitals",
      reference: (name: string) =>
        name
          .split(" ")
          .map((part) => part.charAt(0).toUpperCase())
          .join(""),
      examples: one(
        "anna meyer",
        "John Fitzgerald Kennedy",
        "Plato",
        "ben li",
        "Ada Lovelace",
        "mary jane watson",
        "Otto von Bismarck",
        "Li Wei",
      ),
      edges: one("x", "a b c d e", "A B"),
      draw: (r) => [r.flag() ? r.name() : r.words(1, 4)],
    },
  },
};
