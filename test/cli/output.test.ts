/** Tables and colours, by the terminal that they are written to. */
import { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { table } from "../../src/cli/output.ts";
import { failure, tonedCells } from "../../src/cli/tone.ts";

const ROW = ["isolate", "yes", "word ".repeat(40).trim()];
const drawn = (): string => tonedCells(table(["check", "", "detail"], [ROW]));
const plain = stripVTControlCharacters;
const widest = (text: string): number =>
  Math.max(...text.split("\n").map((line) => plain(line).length));

const streams = [process.stdout, process.stderr];
const before = streams.map((stream) => [stream.isTTY, stream.columns] as const);

function terminal(isTTY: boolean, columns: number): void {
  const { getColorDepth } = WriteStream.prototype;
  for (const stream of streams) Object.assign(stream, { isTTY, columns, getColorDepth });
}

/** A terminal that has colours, as far as nothing in the environment says otherwise. */
function environment(variables: Readonly<Record<string, string>>): void {
  for (const name of ["NO_COLOR", "FORCE_COLOR", "NODE_DISABLE_COLORS"])
    vi.stubEnv(name, undefined);
  vi.stubEnv("TERM", "xterm-256color");
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

afterEach(() => {
  streams.forEach((stream, at) => {
    const [isTTY, columns] = before[at] ?? [];
    Object.assign(stream, { isTTY, columns });
  });
  vi.unstubAllEnvs();
});

describe("a table", () => {
  it("fits a terminal, and no word of it is lost", () => {
    terminal(true, 60);
    const text = drawn();
    expect(widest(text)).toBeLessThanOrEqual(60);
    expect(plain(text).match(/word/g)).toHaveLength(40);
    expect(plain(text)).toContain("isolate");
  });

  it("is whole where stdout is no terminal, and where it fits", () => {
    terminal(false, 60);
    const whole = drawn();
    expect(widest(whole)).toBeGreaterThan(200);
    terminal(true, 400);
    expect(plain(drawn())).toBe(plain(whole));
  });
});

describe("colours", () => {
  it("are there on a request for them, for status words and errors alone", () => {
    terminal(false, 80);
    environment({ FORCE_COLOR: "1" });
    expect(drawn()).toContain("\u001b[32myes");
    expect(drawn()).not.toContain("m" + "isolate");
    expect(failure("BAD_SPEC")).toContain("\u001b[31m");
  });

  it.each([{ NO_COLOR: "1" }, { TERM: "dumb" }])("are absent under %o", (variables) => {
    terminal(true, 400);
    environment(variables);
    expect(drawn()).toBe(plain(drawn()));
    expect(failure("BAD_SPEC")).toBe("BAD_SPEC");
  });

  it("are absent where the stream is no terminal", () => {
    terminal(false, 0);
    environment({});
    expect(drawn()).toBe(plain(drawn()));
    expect(failure("BAD_SPEC")).toBe("BAD_SPEC");
  });
});
