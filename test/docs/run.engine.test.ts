/**
 * What the documents show runs as it stands there. A block says so behind its language:
 *
 *   file=NAME   is written to that file;
 *   run         holds commands; `text` right behind it shows lines of what they print;
 *   model       the commands reach a scripted model at the address that they name.
 *
 * Shown lines are compared without figures, ids and the width of tables.
 */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { workplace } from "../support/cli.ts";
import { type CodeBlock, codeBlocks } from "../support/documents.ts";
import { modelServer } from "../support/model-server.ts";
import { runShown, shownCommands } from "../support/shown-commands.ts";
import { textOf } from "../support/walk-script.ts";

const ADDRESS = "http://127.0.0.1:8000";

const pages = Map.groupBy(await codeBlocks(), ({ where }) => where.split(":")[0] ?? "");
const runnable = [...pages].filter(([, blocks]) =>
  blocks.some(({ words }) => words.includes("run")),
);

it("documents have blocks that run", () => {
  expect(runnable.map(([page]) => page)).toContain("docs/tutorial.md");
});

it.each(runnable)("%s", { timeout: 300_000 }, async (_, blocks) => {
  const place = workplace({ environment: { TOOLWRIGHT_WORKERS: "2" } });
  const server = await modelServer((request) =>
    JSON.stringify({ value: textOf(request).includes("Great") }),
  );
  try {
    cpSync("examples", join(place.folder, "examples"), { recursive: true });
    for (const [index, block] of blocks.entries()) {
      const file = block.words.find((word) => word.startsWith("file="))?.slice("file=".length);
      if (file !== undefined) {
        mkdirSync(dirname(join(place.folder, file)), { recursive: true });
        writeFileSync(join(place.folder, file), block.code);
      }
      if (!block.words.includes("run")) continue;
      const printed: string[] = [];
      for (const command of shownCommands(block.code.split("\n"))) {
        const environment = Object.fromEntries(
          Object.entries(command.environment).map(([name, value]) => [
            name,
            value.replace(ADDRESS, server.url),
          ]),
        );
        const { stdout, stderr } = await runShown(place, { ...command, environment });
        printed.push(stdout, stderr);
      }
      expect(printed.length, block.where).toBeGreaterThan(0);
      compare(blocks[index + 1], printed.join("\n"));
    }
    expect(server.requests.length > 0).toBe(blocks.some(({ words }) => words.includes("model")));
  } finally {
    await server.close();
    place.remove();
  }
});

function compare(shown: CodeBlock | undefined, printed: string): void {
  if (shown?.language !== "text") return;
  const lines = printed.split("\n").map(shapeOf);
  for (const line of shown.code.trimEnd().split("\n")) {
    const shape = shapeOf(line);
    expect(
      lines.some((each) => each.startsWith(shape)),
      `${shown.where} shows a line that is not printed:\n${line}\nPrinted:\n${printed}`,
    ).toBe(true);
  }
}

function shapeOf(line: string): string {
  return line
    .replace(/\b(req|evo|lib|call|exp)-[a-z0-9]+(?:-[a-z0-9]+)?/g, "$1-#")
    .replace(/\d+(?:[.:T-]\d+)*/g, "#")
    .replace(/[\s│─]+/g, " ")
    .trim();
}
