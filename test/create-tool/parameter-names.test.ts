import { describe, expect, it } from "vitest";
import type { Json } from "../../src/core/json.ts";
import { parameterNames } from "../../src/create-tool/parameter-names.ts";

describe("the names of parameters", () => {
  it.each<[string, Json[], readonly string[]]>([
    ["count the words of a text", ["a b"], ["text"]],
    ["capitalize each word", ["a b"], ["text"]],
    ["initials of a name", ["Ada L"], ["name"]],
    ["price with 19 percent tax", [10], ["price"]],
    ["ticket price by age", [10], ["age"]],
    ["Celsius to Fahrenheit", [10], ["celsius"]],
    ["seconds as minutes", [10], ["seconds"]],
    ["sum the even numbers of a list", [[1, 2]], ["numbers"]],
    ["names of the people over 18", [[{ age: 1 }]], ["people"]],
    ["total of an order", [{ price: 1 }], ["order"]],
    ["first letter that occurs once", ["hello"], ["text"]],
    ["apply a discount in percent to a price", [100, 10], ["value1", "value2"]],
    ["count the numbers above a limit", [[1, 2], 1], ["numbers", "value"]],
    ["do it", [null], ["value"]],
  ])("of %s are taken from words that can mean nothing else", (objective, args, names) => {
    expect(
      parameterNames(
        objective,
        args.map((value) => [value]),
      ),
    ).toEqual(names);
  });
});
