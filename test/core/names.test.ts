import { describe, expect, it } from "vitest";
import { readSignature } from "../../src/core/text/signature.ts";
import { ToolName } from "../../src/core/tool.ts";

const MEMBERS = Object.getOwnPropertyNames(Object.prototype);
const WORDS = ["class", "await", "eval", "arguments", "let", "null", "true"];
const VALUES = ["undefined", "NaN", "Infinity", "globalThis"];

describe("names", () => {
  it.each([...MEMBERS, ...WORDS, ...VALUES])(
    "of tools are not %s, and another is named",
    (name) => {
      const [issue] = ToolName.safeParse(name).error?.issues ?? [];
      expect(issue?.message).toContain(`${name}_tool`);
      expect(ToolName.safeParse(`${name}_tool`).success).toBe(true);
      expect(readSignature(`function ${name}(a: number): number`).status).toBe("unreadable");
    },
  );

  it.each([...WORDS, ...VALUES, "__proto__"])("of parameters are not %s", (name) => {
    expect(readSignature(`function f(${name}: number): number`)).toMatchObject({
      status: "unreadable",
      reason: expect.stringContaining(name),
    });
  });

  it.each(["constructor", "toString", "hasOwnProperty", "valueOf"])(
    "of parameters may be %s",
    (name) => expect(readSignature(`function f(${name}?: string): number`).status).toBe("read"),
  );
});
