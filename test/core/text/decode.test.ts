import { describe, expect, test } from "vitest";
import { decodeText } from "../../../src/core/text/decode.ts";

describe("the bytes of a file", () => {
  test.each([
    ["with a byte order mark", Buffer.from("\ufeffa: ü\r\n"), "a: ü\r\n"],
    ["without one", Buffer.from("naïve 日本"), "naïve 日本"],
    ["with a mark in the middle, which stays", Buffer.from("a\ufeffb"), "a\ufeffb"],
    ["with a replacement character of its own", Buffer.from("a\ufffd"), "a\ufffd"],
    ["that are none", Buffer.alloc(0), ""],
    ["that are one letter", Buffer.from("x"), "x"],
  ])("%s are text", (_, bytes, text) => {
    expect(decodeText(bytes)).toBe(text);
  });

  test.each([
    ["UTF-16 with a mark", Buffer.from("\ufeff[1]", "utf16le")],
    ["UTF-16 without one", Buffer.from("[1]", "utf16le")],
    ["big-endian UTF-16", Buffer.from("\ufeff[1]", "utf16le").swap16()],
    ["big-endian UTF-16 without a mark", Buffer.from("[1]", "utf16le").swap16()],
  ])("%s are refused by name", (_, bytes) => {
    expect(() => decodeText(bytes)).toThrow("got UTF-16. Save the file as UTF-8");
  });

  test("of another encoding are refused with their line", () => {
    expect(() => decodeText(Buffer.from("a\nb\ncaf\xe9\nd", "latin1"))).toThrow("in line 3");
    expect(() => decodeText(Buffer.from("caf\xe9", "latin1"))).toThrow("in line 1");
  });
});
