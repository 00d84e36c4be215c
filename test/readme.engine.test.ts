/** What the README shows runs as it stands there. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../src/cli/program.ts";
import { loadConfig } from "../src/engine/load-config.ts";
import { type Workplace, workplace } from "./support/cli.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const block = (language: string, holds: string): string => {
  const blocks = [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))];
  const found = blocks.map(([, code = ""]) => code).find((code) => code.includes(holds));
  if (found === undefined) throw new Error(`the README shows no ${language} block with "${holds}"`);
  return found;
};

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

describe("README", () => {
  it("names commands that there are", () => {
    const program = createProgram();
    for (const line of block("sh", "evaluate bin-packing").trim().split("\n")) {
      const shown = line.replace(/#.*$/, "").trim();
      for (const part of shown.split("&&")) {
        const [name = "", ...rest] = part.trim().split(/\s+/);
        const command = program.commands.find((each) => each.name() === name);
        expect(command, line).toBeDefined();
        if (!part.includes("|")) continue;
        for (const word of rest.filter((each) => each !== "|")) {
          expect(
            command?.commands.map((each) => each.name()),
            line,
          ).toContain(word);
        }
      }
    }
  });

  it("shows a configuration that fits", () => {
    const place = mkdtempSync(join(tmpdir(), "toolwright-config-"));
    try {
      const text = block("yaml", "mcpServers");
      writeFileSync(join(place, "toolwright.config.yaml"), text);
      const config = loadConfig({ folder: place });
      expect(config).toMatchObject({ store: { driver: "qdrant" }, traces: { maxDays: 90 } });
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  it("shows a spec that is evolved to pass its held-out cases", async () => {
    const spec = place.file("clamp.yaml", block("yaml", "name: clamp"));
    const { value } = await place.json(["evolve", "--spec", spec, "--budget-evaluations", "20000"]);
    expect(value).toMatchObject({ best: { score: 1, heldOut: 1 } });
  }, 60_000);

  it("shows library code that prints the evolved function", async () => {
    const folder = mkdtempSync(join(tmpdir(), "toolwright-readme-"));
    try {
      const index = new URL("../src/index.ts", import.meta.url).href;
      const code = block("ts", "await run.result").replace('"toolwright"', JSON.stringify(index));
      writeFileSync(join(folder, "example.ts"), code);
      writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
      const output = await runNode(join(folder, "example.ts"), folder);
      expect(output).toMatch(/function bounded_double\(x\)/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  it("shows a task of one file, and its search finds what the README says", async () => {
    const task = place.file("knapsack.ts", block("ts", "knapsack"));
    const args = ["evolve", task, "--budget-evaluations", "1000"];
    // Apart: the module's own import of `toolwright` is answered by the engine that loads it.
    const { value } = await place.json(args, { apart: true });
    const { best, baseline } = value as {
      best: { source: string; heldOut: number };
      baseline: number;
    };
    expect(best.source).toMatch(/value \/ weight/);
    expect(best.heldOut).toBeGreaterThan(baseline);
  }, 60_000);

  it("names files and folders that exist", () => {
    const paths = [
      ...readme.matchAll(/`((?:src|sandbox|evaluators|toolstore|experiments|test)\/[\w./-]+)`/g),
    ];
    expect(paths.length).toBeGreaterThan(5);
    for (const [, path = ""] of paths) {
      const url = new URL(`../${path}`, import.meta.url);
      expect(() => readFileSync(fileURLToPath(url)), path).not.toThrow(/ENOENT/);
    }
  });
});

function runNode(file: string, cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file], { cwd, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}
