import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readInstances } from "../../../experiments/bin-packing/reader.ts";
import { InputError } from "../../../src/index.ts";

const TEXT = ` 2
 u2_00
 150 2 1
100
50
 t3_00
 100.0 3 1
49.8
25.1
25.1
`;

function problem(text: string): string {
  try {
    readInstances(text, "items.txt");
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error("expected an InputError");
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

describe("bin-packing reader", () => {
  test("reads OR-Library text, decimals and Windows line ends included", () => {
    const expected = [
      { name: "u2_00", capacity: 150, items: [100, 50] },
      { name: "t3_00", capacity: 100, items: [49.8, 25.1, 25.1] },
    ];
    expect(readInstances(TEXT, "items.txt")).toEqual(expected);
    expect(readInstances(TEXT.replaceAll("\n", "\r\n"), "items.txt")).toEqual(expected);
  });

  test("reads JSON, with the capacity of the file or of the instance", () => {
    const text = json({
      capacity: 10,
      instances: [{ items: [1, 2] }, { name: "b", capacity: 20, items: [20], numItems: 1 }],
    });
    expect(readInstances(text, "items.json")).toEqual([
      { name: "instance 0", capacity: 10, items: [1, 2] },
      { name: "b", capacity: 20, items: [20] },
    ]);
  });

  test("any text cut off inside is refused, with the file's name", () => {
    const lines = TEXT.trimEnd().split("\n");
    for (let kept = 1; kept < lines.length; kept++) {
      const message = problem(lines.slice(0, kept).join("\n"));
      expect(message).toMatch(
        /^items\.txt, line \d+: expected .*got the end of the file; it is truncated/,
      );
    }
  });

  test.each([
    [
      "an item above the capacity",
      TEXT.replace("50\n", "151\n"),
      "line 5: item 2 of 2 of problem u2_00 is 151, larger than the capacity 150",
    ],
    [
      "a negative item",
      TEXT.replace("50\n", "-5\n"),
      "line 5: expected item 2 of 2 of problem u2_00, one number above 0, got -5",
    ],
    [
      "two items on a line",
      TEXT.replace("100\n50", "100 50"),
      "line 4: expected item 1 of 2 of problem u2_00, one number above 0, got 100 50",
    ],
    ["a word for an item", TEXT.replace("50\n", "fifty\n"), "line 5: expected item 2 of 2"],
    [
      "a fractional number of items",
      TEXT.replace("150 2 1", "150 2.5 1"),
      "line 3: expected the number of items of problem u2_00, a whole number above 0, got 2.5",
    ],
    [
      "a fractional best known",
      TEXT.replace("150 2 1", "150 2 1.5"),
      "line 3: expected the best known number of bins of problem u2_00",
    ],
    [
      "no capacity",
      TEXT.replace("150 2 1", "none 2 1"),
      'line 3: expected "capacity items best" of problem u2_00',
    ],
    [
      "too many items promised",
      TEXT.replace("150 2 1", "150 3 1"),
      "line 6: expected item 3 of 3 of problem u2_00, one number above 0, got t3_00",
    ],
    [
      "more problems than promised",
      TEXT.replace(" 2\n u", " 1\n u"),
      "line 6: expected the end after 1 problems, got t3_00",
    ],
    [
      "a fractional number of problems",
      TEXT.replace(" 2\n u", " 2.5\n u"),
      "line 1: expected the number of problems",
    ],
    [
      "prose",
      "not data at all",
      "line 1: expected the number of problems (a whole number above 0), got not data at all",
    ],
    ["nothing", " \n\n", "items.txt: expected instances, got an empty file"],
    ["bytes", "\0\u0001\u0002", "items.txt: expected text in UTF-8"],
  ])("text with %s is refused, with line and field", (_, text, message) => {
    expect(problem(text)).toContain(message);
  });

  const items = [1, 2];
  test.each([
    ["no instances", json({}), "instances: expected an object with a list `instances`"],
    ["a bare list", json([[1, 2]]), "instances: expected an object with a list"],
    ["an empty list", json({ instances: [] }), "instances: expected at least one instance"],
    [
      "no capacity",
      json({ instances: [{ items }] }),
      "instances[0].capacity: expected a number above 0, got nothing",
    ],
    [
      "a bad common capacity",
      json({ capacity: -1, instances: [{ items }] }),
      "items.txt, capacity: expected a number above 0, got -1",
    ],
    [
      "no items",
      json({ capacity: 9, instances: [{ items }, {}] }),
      "instances[1].items: expected a list of numbers, got nothing",
    ],
    [
      "empty items",
      json({ capacity: 9, instances: [{ items: [] }] }),
      "instances[0].items: expected at least one item",
    ],
    [
      "a text item",
      json({ capacity: 9, instances: [{ items: [1, "2"] }] }),
      'instances[0].items[1]: expected a number above 0, got "2"',
    ],
    [
      "a zero item",
      json({ capacity: 9, instances: [{ items: [0] }] }),
      "instances[0].items[0]: expected a number above 0, got 0",
    ],
    [
      "an item above the capacity",
      json({ capacity: 9, instances: [{ items: [10] }] }),
      "instances[0].items[0]: 10 is larger than the capacity 9",
    ],
    [
      "a wrong count",
      json({ capacity: 9, instances: [{ numItems: 3, items }] }),
      "instances[0].numItems: expected the number of items, 2, got 3",
    ],
    [
      "a name that is no text",
      json({ capacity: 9, instances: [{ name: 1, items }] }),
      "instances[0].name: expected text, got 1",
    ],
  ])("JSON with %s is refused, with its path", (_, text, message) => {
    expect(problem(text)).toContain(message);
  });

  test("JSON cut off anywhere is refused, with a line", () => {
    const text = json({ capacity: 9, instances: [{ name: "a", items }] });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: text.length - 1 }), (length) => {
        expect(problem(text.slice(0, length))).toMatch(/^items\.txt, line \d+: expected JSON/);
      }),
    );
  });
});
