/** Records and lines of text: keys, fields, addresses. */
import { type Family, one } from "./job.ts";

const fieldsOf = (line: string): string[] => {
  const fields = [""];
  let quoted = false;
  for (const each of line) {
    if (each === '"') quoted = !quoted;
    else if (each === "," && !quoted) fields.push("");
    else fields[fields.length - 1] += each;
  }
  return fields;
};

export const textRecords: Family = {
  development: {
    "snake-keys": {
      objective: "Rename the keys of a record to snake_case",
      reference: (record: Record<string, number>) =>
        Object.fromEntries(
          Object.entries(record).map(([key, value]) => [
            key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
            value,
          ]),
        ),
      examples: one(
        { firstName: 1 },
        { id: 5 },
        { userId: 2, lastSeen: 3 },
        {},
        { a: 1, bC: 2 },
        { maxRetryCount: 9 },
        { isOk: 0, createdAt: 7, name: 4 },
        { pageSize: 20 },
      ),
      edges: one({ aBCd: 1 }),
      draw: (r) => [
        Object.fromEntries(
          r.list(0, 4, () => [`${r.word()}${r.pick(["", "Id", "At", "MaxCount"])}`, r.int(0, 50)]),
        ),
      ],
    },
    "csv-line": {
      objective: "Split a CSV line into its fields; fields in double quotes may contain commas",
      reference: fieldsOf,
      examples: one(
        "a,b,c",
        'x,"y,z"',
        "single",
        "1,2",
        '"a,b",c',
        "tea,,milk",
        '"q"',
        'one,"two, three",four',
        "end,",
      ),
      edges: one("", ",", '"a,b","c,d"', '"",x', "a,b,"),
      draw: (r) => [
        r
          .list(1, 4, () =>
            r.pick([r.word(), `"${r.word()},${r.word()}"`, String(r.int(0, 99)), `"${r.word()}"`]),
          )
          .join(","),
      ],
    },
    "query-string": {
      objective: "Parse a query string into a record",
      reference: (text: string) =>
        Object.fromEntries(
          text
            .split("&")
            .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
        ),
      examples: one(
        "a=1",
        "a=1&b=2",
        "q=tea&page=3",
        "x=",
        "user=ann&role=admin&id=7",
        "lang=de",
        "from=a&to=b",
        "n=10&m=20",
      ),
      edges: one("a=b=c", "k=&j="),
      draw: (r) => [
        r.list(1, 4, () => `${r.word()}=${r.pick([r.word(), String(r.int(0, 99))])}`).join("&"),
      ],
    },
    "full-address": {
      objective: "One line of an address record",
      reference: (a: { street: string; zip: string; city: string }) =>
        `${a.street}, ${a.zip} ${a.city}`,
      examples: one(
        { street: "Main St 1", zip: "12345", city: "Springfield" },
        { street: "Ringweg 7", zip: "10115", city: "Berlin" },
        { street: "High Rd 20", zip: "00100", city: "Rome" },
        { street: "Elm 3", zip: "90210", city: "Beverly Hills" },
        { street: "Hafen 9", zip: "20095", city: "Hamburg" },
        { street: "Rue A 4", zip: "75001", city: "Paris" },
        { street: "Oak Ave 12", zip: "60601", city: "Chicago" },
        { street: "Am Tor 2", zip: "80331", city: "Munich" },
      ),
      edges: one({ street: "", zip: "", city: "" }),
      draw: (r) => [
        {
          street: `${r.word()} ${r.int(1, 99)}`,
          zip: String(r.int(10_000, 99_999)),
          city: r.words(1, 2),
        },
      ],
    },
    "in-stock": {
      objective: "Can the order be delivered: is there enough of the item in the stock?",
      reference: (stock: Record<string, number>, item: string, count: number) =>
        (stock[item] ?? 0) >= count,
      examples: [
        [{ tea: 5 }, "tea", 3],
        [{ tea: 5 }, "tea", 6],
        [{ tea: 5, egg: 1 }, "egg", 1],
        [{ tea: 5 }, "jam", 1],
        [{ egg: 0 }, "egg", 1],
        [{ map: 9, key: 2 }, "key", 5],
        [{ map: 9, key: 2 }, "map", 9],
        [{}, "tea", 2],
        [{ pen: 10 }, "pen", 4],
        [{ pen: 10, cup: 3 }, "cup", 4],
      ],
      edges: [
        [{ tea: 5 }, "tea", 5],
        [{ tea: 0 }, "egg", 3],
      ],
      draw: (r) => [
        { tea: r.int(0, 9), egg: r.int(0, 9), map: r.int(0, 9) },
        r.pick(["tea", "egg", "map", "key"]),
        r.int(1, 9),
      ],
    },
  },
  holdout: {
    "invert-record": {
      objective: "Swap keys and values of a record",
      reference: (record: Record<string, string>) =>
        Object.fromEntries(Object.entries(record).map(([key, value]) => [value, key])),
      examples: one(
        { a: "x" },
        { de: "German", en: "English" },
        {},
        { one: "1", two: "2", three: "3" },
        { red: "stop" },
        { up: "down", left: "right" },
        { k: "v" },
        { n: "north", s: "south" },
      ),
      edges: one({ a: "a" }),
      draw: (r) => [
        Object.fromEntries(
          [...new Set(r.list(0, 5, () => r.word()))].map((word, at) => [word, `${r.word()}${at}`]),
        ),
      ],
    },
    "to-query-string": {
      objective: "Write a record as a query string",
      reference: (record: Record<string, string>) =>
        Object.entries(record)
          .map(([key, value]) => `${key}=${value}`)
          .join("&"),
      examples: one(
        { a: "1" },
        { a: "1", b: "2" },
        { q: "tea", page: "3" },
        {},
        { user: "ann", role: "admin", id: "7" },
        { lang: "de" },
        { from: "a", to: "b" },
        { n: "10" },
      ),
      edges: one({ x: "" }),
      draw: (r) => [Object.fromEntries(r.list(0, 4, () => [r.word(), r.word()]))],
    },
  },
};
