import { afterEach, expect, it, vi } from "vitest";
import { createProgram } from "../../src/cli/program.ts";

afterEach(() => vi.restoreAllMocks());

it.each([
  [["\u001b]0;owned\u0007\u202e"]],
  [["tools", "--\u001b]0;owned\u0007\u202e"]],
  [["schema", "\u001b]0;owned\u0007\u202e"]],
])("an argument that is not known is told without controlling the terminal", async (args) => {
  let text = "";
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  await expect(createProgram().parseAsync(args, { from: "user" })).rejects.toThrow();
  expect(text).toContain("\\u001b]0;owned\\u0007\\u202e");
  expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
});
