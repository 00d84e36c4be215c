import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canonicalJson,
  doubtfulInteger,
  exactInteger,
  Json,
  JsonObject,
  parseJson,
  sameJson,
} from "../../src/core/json.ts";

const json = fc.jsonValue() as fc.Arbitrary<Json>;
const faultOf = (value: unknown) => Json.safeParse(value).error?.issues[0];

describe("the schema of JSON", () => {
  it("passes every JSON value as it is", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(Json.parse(value)).toBe(value);
      }),
    );
  });

  it("keeps keys that are members of every object", () => {
    const text = '{"__proto__":{"x":1},"constructor":2,"toString":null}';
    expect(JSON.stringify(Json.parse(JSON.parse(text)))).toBe(text);
    expect(JSON.stringify(JsonObject.parse(JSON.parse(text)))).toBe(text);
  });

  it.each<[unknown, readonly PropertyKey[]]>([
    [{ a: [1, Number.NaN] }, ["a", 1]],
    [[Number.NEGATIVE_INFINITY], [0]],
    [{ a: undefined }, ["a"]],
    [{ b: { c: 9007199254740993n } }, ["b", "c"]],
    [[new Date(0)], [0]],
    [new Map(), []],
  ])("refuses what JSON cannot hold, with its place: %o", (value, path) => {
    expect(faultOf(value)?.path).toEqual(path);
  });

  it("refuses a nesting that would exhaust the stack", () => {
    let deep: Json = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(faultOf(deep)?.message).toContain("1000 levels");
  });

  it("wants an object where a mapping is needed", () => {
    for (const value of [[], null, "a", 1]) expect(JsonObject.safeParse(value).success).toBe(false);
  });
});

describe("reading JSON", () => {
  it("gives what JSON.parse gives for all text that JSON.stringify writes", () => {
    fc.assert(
      fc.property(
        fc.oneof(json, fc.array(fc.double({ noDefaultInfinity: true, noNaN: true }))),
        (value) => {
          const text = JSON.stringify(value);
          expect(parseJson(text)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it("never changes an integer: it is written as it was read, or refused with the number", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), (integer) => {
        let read: Json;
        try {
          read = parseJson(`{"id":${integer}}`);
        } catch (error) {
          expect((error as Error).message).toContain(String(integer));
          expect(Number.isSafeInteger(Number(integer))).toBe(false);
          return;
        }
        expect(JSON.stringify(read)).toBe(`{"id":${integer}}`);
      }),
    );
  });

  it.each(["[9007199254740993]", "1e400", '{"a":-18446744073709551616}', "9007199254740993.0"])(
    "refuses %s",
    (text) => expect(() => parseJson(text)).toThrow(SyntaxError),
  );

  it.each(["9007199254740992", "1e23", "0.12345678901234567", "123456789012345680000"])(
    "reads %s as the number that it is shown as",
    (text) => expect(parseJson(text)).toBe(Number(text)),
  );

  it("makes numbers of the bigints of another reader, where they hold them", () => {
    expect(exactInteger("", 42n)).toBe(42);
    expect(exactInteger("", 9007199254740993n)).toBe(9007199254740993n);
    expect(exactInteger("", "9")).toBe("9");
  });
});

describe("an integer that another reader may have rounded", () => {
  it("is found at any depth, and no other number is doubted", () => {
    expect(doubtfulInteger({ a: [{ id: 2 ** 53 }] })).toBe(2 ** 53);
    expect(doubtfulInteger([2 ** 53 - 1, 0.1, 6.02e23, "9007199254740993", null])).toBeUndefined();
  });
});

describe("canonicalJson", () => {
  it("is JSON of the same value", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("does not depend on the order of keys", () => {
    expect(canonicalJson({ b: 1, a: [{ d: 2, c: 3 }] })).toBe('{"a":[{"c":3,"d":2}],"b":1}');
  });
});

describe("sameJson", () => {
  it("holds for a value and its copy", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(sameJson(value, JSON.parse(canonicalJson(value)) as Json)).toBe(true);
      }),
    );
  });

  it("agrees with canonical text where the tolerance is 0", () => {
    fc.assert(
      fc.property(json, json, (left, right) => {
        expect(sameJson(left, right)).toBe(canonicalJson(left) === canonicalJson(right));
      }),
    );
  });

  it("lets numbers differ by the tolerance, relative to the larger", () => {
    expect(sameJson(1_000, 1_000.5, 1e-3)).toBe(true);
    expect(sameJson(1_000, 1_002, 1e-3)).toBe(false);
    expect(sameJson([1, { a: 0 }], [1, { a: 1e-4 }], 1e-3)).toBe(true);
  });

  it("tells an array from an object with its indices", () => {
    expect(sameJson([1], { 0: 1 })).toBe(false);
  });
});
