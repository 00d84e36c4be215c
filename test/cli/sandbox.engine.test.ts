/** `toolwright sandbox run` as a user runs it: drivers by language, Markdown, sessions. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { engineNote, withoutEngine } from "../sandbox/container-engine.ts";
import { workplace } from "../support/cli.ts";

const place = workplace();
afterAll(() => place.remove());
const silent = { DOCKER_HOST: `unix://${join(place.folder, "no-engine.sock")}` };
const engine = { DOCKER_HOST: process.env.DOCKER_HOST ?? "" };
const withoutPython = !["/usr/bin/python3", "/usr/local/bin/python3"].some(existsSync);

const THREE = `# Three blocks

\`\`\`js
console.log("one");
1 + 1
\`\`\`

\`\`\`json
{}
\`\`\`

\`\`\`ts
export function main(x: number): number { return x * 2; }
\`\`\`
`;
const python = "\n~~~python\nprint('three')\n[3]\n~~~\n";

describe("sandbox run", { timeout: 60_000 }, () => {
  it("runs the blocks of a Markdown file in order and names those that it leaves out", async () => {
    const file = place.file("two.md", THREE);
    const plain = await place.run(["sandbox", "run", file, "--args", "[21]"], {
      environment: silent,
    });
    expect(plain.stdout).toBe("one\n2\n42\n");
    expect(plain.stderr).toContain("line 8: the block's language cannot be run");
    expect(plain.status).toBe(0);
    const { value } = await place.json(["sandbox", "run", file, "--args", "[21]"], {
      environment: silent,
    });
    expect(value).toMatchObject([
      { language: "javascript", line: 4, execution: { output: 2 }, stdout: "one\n" },
      { language: "typescript", line: 13, execution: { output: 42 } },
    ]);
  });

  it("stops at the block that fails, and answers with status 1", async () => {
    const file = place.file("stops.md", "```js\nnull.x\n```\n```js\n1\n```\n");
    const { status, value } = await place.json(["sandbox", "run", file], { environment: silent });
    expect(status).toBe(1);
    expect(value).toMatchObject([{ execution: { status: "threw" } }]);
    expect(value).toHaveLength(1);
  });

  it("says what Python needs where no engine answers, after what ran before it", async () => {
    const file = place.file("three.md", THREE + python);
    const { status, stdout, stderr } = await place.run(["sandbox", "run", file, "--args", "[1]"], {
      environment: silent,
    });
    expect(status).toBe(1);
    expect(stdout).toBe("one\n2\n2\n");
    expect(stderr).toContain("SANDBOX_UNAVAILABLE: No sandbox driver runs python");
  });

  it.skipIf(withoutPython)(
    "runs Python where a driver is named for it (skipped without Python 3)",
    async () => {
      const markdown = place.file("named.md", THREE + python);
      const flags = ["--args", "[1]", "--sandboxes", "python=process"];
      const { stdout } = await place.run(["sandbox", "run", markdown, ...flags], {
        environment: silent,
      });
      expect(stdout).toBe("one\n2\n2\nthree\n[3]\n");
      const file = place.file("a.py", "def main(x):\n    return [x]\n");
      const answer = await place.run(["sandbox", "run", file, "--args", "[5]"], {
        environment: { ...silent, TOOLWRIGHT_SANDBOXES: "python=process" },
      });
      expect(answer.stdout).toBe("[5]\n");
    },
  );

  it.each([
    ["no block that runs", ["x.md"], "NO_BLOCKS"],
    ["an ending that is none", ["x.txt"], "UNKNOWN_LANGUAGE"],
    ["an entry that is no name", ["x.js", "--entry", "a b"], "USAGE"],
    ["files without a session", ["x.js", "--files", "out"], "USAGE"],
    ["a session on another driver", ["x.js", "--session", "s", "--driver", "isolate"], "USAGE"],
    ["a file size that is none", ["x.js", "--session", "s", "--file-bytes", "0"], "USAGE"],
  ])("refuses %s with status 2", async (_, [name = "", ...flags], code) => {
    const file = place.file(name, "text");
    const { status, stderr } = await place.run(["sandbox", "run", file, ...flags]);
    expect(stderr).toContain(`${code}: `);
    expect(status).toBe(2);
  });

  it.skipIf(withoutEngine)(
    `shares variables and files within a session, and copies files out below their cap${engineNote}`,
    async () => {
      const file = place.file(
        "cells.md",
        '```python\nx = 40\nopen("/tmp/small", "w").write(open("/tmp/given").read() * 2)\nopen("/tmp/big", "w").write("x" * 5000)\n```\n```python\nx + 2\n```\n',
      );
      const given = place.file("given", "abc");
      const out = join(place.folder, "out");
      const flags = ["--session", "s", "--put", given, "--files", out, "--file-bytes", "4000"];
      const { status, stdout, stderr } = await place.run(["sandbox", "run", file, ...flags], {
        environment: engine,
      });
      expect(status).toBe(0);
      expect(stdout).toBe("5000\n42\n");
      expect(readFileSync(join(out, "small"), "utf8")).toBe("abcabc");
      expect(existsSync(join(out, "big"))).toBe(false);
      expect(stderr).toMatch(/big: .*more than the limit of 4000/);
    },
  );

  it.skipIf(withoutEngine)(
    `runs each language on its driver in one file${engineNote}`,
    async () => {
      const shell = "\n```sh\necho four\n```\n";
      const file = place.file("four.md", THREE + python + shell);
      const { stdout } = await place.run(["sandbox", "run", file, "--args", "[1]"], {
        environment: engine,
      });
      expect(stdout).toBe("one\n2\n2\nthree\n[3]\nfour\n");
    },
  );
});
