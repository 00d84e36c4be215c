import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { executionOf } from "../../sandbox/guest/answers.ts";
import { readFrame, writeFrame, writeJsonFrames } from "../../sandbox/inside/blocking.ts";
import { encodeFrame, frameReader } from "../../sandbox/inside/frames.ts";
import { linkGuest } from "../../sandbox/inside/link.ts";
import { decodeValues, encodeValues } from "../../sandbox/inside/values.ts";

const limits = { memoryMiB: 64, outputBytes: 100 };

describe("frames", () => {
  it("come out as they went in, however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (values, cuts) => {
          const got: unknown[] = [];
          const read = frameReader(1 << 20, (value) => got.push(value), expect.unreachable);
          let rest = Buffer.concat(values.map(encodeFrame));
          for (const cut of cuts) {
            read(rest.subarray(0, cut));
            rest = rest.subarray(cut);
          }
          read(rest);
          expect(got).toEqual(values.map((value) => JSON.parse(JSON.stringify(value))));
        },
      ),
    );
  });

  it("end at the first that is too long or no JSON, and nothing after it is read", () => {
    for (const bad of [
      encodeFrame("x".repeat(100)),
      Buffer.from([0, 0, 0, 2, 123, 125, 0]).fill("}", 4),
    ]) {
      const reasons: string[] = [];
      const got: unknown[] = [];
      const read = frameReader(
        50,
        (value) => got.push(value),
        (reason) => reasons.push(reason),
      );
      read(Buffer.concat([encodeFrame(1), bad, encodeFrame(2)]));
      read(encodeFrame(3));
      expect(got).toEqual([1]);
      expect(reasons).toHaveLength(1);
    }
  });

  it("cross a descriptor whole", () => {
    const folder = mkdtempSync(join(tmpdir(), "toolwright-wire-"));
    const out = openSync(join(folder, "pipe"), "w");
    writeFrame(out, Buffer.from("first"));
    writeFrame(out, Buffer.alloc(0));
    writeJsonFrames(out, 1, "ü");
    closeSync(out);
    const back = openSync(join(folder, "pipe"), "r");
    expect([
      readFrame(back, 9)?.toString(),
      readFrame(back, 9)?.length,
      readFrame(back, 9)?.toString(),
      readFrame(back, 9)?.toString(),
      readFrame(back, 9),
    ]).toEqual(["first", 0, "1", '"ü"', null]);
    closeSync(back);
    rmSync(folder, { recursive: true });
  });
});

describe("values of a call", () => {
  const value = fc.oneof(
    fc.double(),
    fc.boolean(),
    fc.string(),
    fc.float64Array().map((list) => Float64Array.from(list)),
  );

  it("come out as they went in, with minus zero and NaN", () => {
    fc.assert(
      fc.property(fc.array(value), (values) => {
        expect(decodeValues(encodeValues(values))).toEqual(values);
      }),
    );
  });

  it("are never more than their bytes: other bytes are values or an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          expect(decodeValues(Buffer.from(bytes)).length).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

describe("answers", () => {
  const result = (text: string) => executionOf({ kind: "result", text, wallMs: 1 }, limits);

  it("are no output when they are no JSON, too long, or hold a number beyond it", () => {
    for (const text of [
      "",
      "NaN",
      "[1,]",
      "1e999",
      '{"a":[1e999]}',
      JSON.stringify("x".repeat(99)),
    ]) {
      expect(result(text)?.status).toBe("bad-output");
    }
    expect(result(JSON.stringify("x".repeat(98)))?.status).toBe("returned");
  });

  it("keep a key that names a prototype as a plain key", () => {
    const execution = result('{"__proto__":{"score":1}}');
    expect(execution?.status === "returned" && JSON.stringify(execution.output)).toBe(
      '{"__proto__":{"score":1}}',
    );
    expect({}).not.toHaveProperty("score");
  });

  it("take a script's words as JSON where they are, else as text", () => {
    const shell = (text: string) => executionOf({ kind: "shell", text, wallMs: 1 }, limits);
    expect(shell("[1, 2]\n")).toMatchObject({ output: [1, 2] });
    expect(shell("two words\n\n")).toMatchObject({ output: "two words\n" });
    expect(shell("")).toMatchObject({ output: "" });
  });
});

describe("guest texts", () => {
  it.each(["candidate", "harness", "cells", "supervisor"] as const)(
    "of the %s import Node's own modules alone and fit one argument of a command",
    (role) => {
      const text = linkGuest(role);
      const from = [...text.matchAll(/from "([^"]*)"/g)].map((match) => match[1]);
      expect(from.filter((name) => !name?.startsWith("node:"))).toEqual([]);
      // MAX_ARG_STRLEN of Linux: 32 pages.
      expect(Buffer.byteLength(text)).toBeLessThan(131_072);
    },
  );
});
