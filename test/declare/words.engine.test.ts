/** Command lines are taken apart as a shell does it: the machine's own shell is asked. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shellWords } from "../../src/declare/words.ts";

function byShell(text: string): readonly string[] {
  // No file has these names: a word with * or ? in it stays as it is.
  const script = `set -f\nprintf '%s\\0' x ${text}`;
  const { stdout } = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8", cwd: "/" });
  return stdout.split("\0").slice(1, -1);
}

describe("words of a command line", () => {
  it("are those of the shell, whatever is quoted how", () => {
    const part = fc.constantFrom("a", " ", "'", '"', "\\", "=", "é", "  ", "-c", "print(a)", "+");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        const read = shellWords(text);
        if (read.status === "failed" || text.endsWith("\\")) return;
        expect(read.words).toEqual(byShell(text));
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("are not guessed where a shell would be needed", () => {
    for (const text of [
      "a | b",
      "a; b",
      "a > b",
      "echo $HOME",
      'echo "$HOME"',
      "echo `x`",
      "a &",
      "a # b",
    ]) {
      expect(shellWords(text).status).toBe("failed");
    }
    expect(shellWords("echo 'open").status).toBe("failed");
    expect(shellWords('echo "open').status).toBe("failed");
    expect(shellWords("echo '$HOME | \"x\"'")).toEqual({
      status: "read",
      words: ["echo", '$HOME | "x"'],
    });
  });
});
