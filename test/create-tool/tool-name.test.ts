import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ToolName } from "../../src/core/tool.ts";
import { nameOf, otherNames } from "../../src/create-tool/tool-name.ts";

const isName = (name: string): boolean => ToolName.safeParse(name).success;
const firstNames = (...given: Parameters<typeof otherNames>): readonly string[] => [
  ...otherNames(...given).take(3),
];

describe("the name for an objective", () => {
  it("is a tool's name, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(isName(nameOf(text))).toBe(true);
      }),
    );
  });

  it.each([
    ["Посчитай гласные в слове", /^poschita[a-z]*_glasnye/],
    ["计算单词中的元音", /^[a-z]+_[a-z_]+/],
    ["μέτρησε τα φωνήεντα", /^metrise/],
    ["عد الحروف في الكلمة", /^[a-z]+_[a-z_]+/],
    ["สลับตัวอักษร", /^[a-z]+/],
    ["🍎 🍌", /^red_apple|^apple/],
  ])("says in Latin letters what %s says", (objective, pattern) => {
    expect(nameOf(objective)).toMatch(pattern);
  });

  it("differs for two objectives of a script without Latin letters", () => {
    expect(nameOf("площадь круга")).not.toBe(nameOf("длина слова"));
  });

  it.each(["delete", "return it", "class", "undefined", "the constructor", "Await!", "NaN"])(
    "is not the reserved word of %j",
    (objective) => expect(nameOf(objective)).toMatch(/^[a-z_]+_tool$|^nan$/),
  );

  it("is made of a value only where there is nothing else", () => {
    expect(nameOf('count the letters of "Norway"')).toBe("count_letters");
    expect(nameOf('"Norway"')).toBe("norway");
  });
});

describe("other names", () => {
  it("begin with the words that only the new tool has, then count", () => {
    expect(
      firstNames("fare_city", "fare in a city by night tram", "fare in a city by day tram"),
    ).toEqual(["fare_city_night", "fare_city_2", "fare_city_3"]);
  });

  it("count where no word differs", () => {
    expect(firstNames("fare", "the fare", "the fare")[0]).toBe("fare_2");
  });

  it("stay names, however long the words are", () => {
    const long = "word".repeat(40);
    for (const name of firstNames(nameOf(long), `${long} ${"other".repeat(40)}`, long)) {
      expect(isName(name)).toBe(true);
    }
  });
});
