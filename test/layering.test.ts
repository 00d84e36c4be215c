/** The house defends itself: no room imports from a higher floor, and none lacks a row. */
import { glob, readFile } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { expect, test } from "vitest";

/** Longest prefix wins. A room may import itself and what stands beside its name; nothing else. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/core": ["zod"],
  "src/llm": ["src/core", "zod", "openai"],
  "src/trace": ["src/core", "zod"],
  "src/runtime": ["src/core", "zod"],
  "src/evolve": ["src/core", "zod", "acorn", "astring", "estree"],
  "src/agent": ["src/core", "src/evolve", "zod"],
  sandbox: ["src/core", "zod", "isolated-vm", "dockerode", "piscina", "acorn", "astring", "estree"],
  evaluators: ["src/core", "zod", "acorn", "estree"],
  toolstore: ["src/core", "zod"],
  "src/config.ts": ["src/core", "zod", "yaml"],
  "src/engine.ts": [
    "src/config.ts",
    "src/core",
    "src/llm",
    "src/trace",
    "src/runtime",
    "src/evolve",
    "src/agent",
    "sandbox",
    "evaluators",
    "toolstore",
  ],
  "src/index.ts": ["src"],
  "src/library.ts": ["src/config.ts", "src/core", "src/engine.ts", "src/evolve", "evaluators"],
  "src/cli": [
    "src",
    "sandbox",
    "evaluators",
    "toolstore",
    "zod",
    "commander",
    "cli-table3",
    "yaml",
  ],
  experiments: ["src/index.ts", "zod"],
};

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^"';]*?from\s*"([^"]+)"|import\(\s*"([^"]+)"\s*\)|(?:^|\n)\s*import\s*"([^"]+)"/g;

function roomOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function within(target: string, allowed: readonly string[]): boolean {
  return allowed.some((room) => target === room || target.startsWith(`${room}/`));
}

async function sources(): Promise<string[]> {
  const found: string[] = [];
  for await (const file of glob("{src,sandbox,evaluators,toolstore,experiments}/**/*.ts")) {
    found.push(file.split(sep).join("/"));
  }
  return found.sort();
}

function uphill(file: string, text: string): string[] {
  const room = roomOf(file);
  if (room === undefined) return [`${file} stands in no room`];
  const allowed = [room, ...(MAY_IMPORT[room] ?? [])];
  const faults: string[] = [];
  for (const [, from, dynamic, bare] of text.matchAll(IMPORT)) {
    const specifier = from ?? dynamic ?? bare ?? "";
    if (specifier.startsWith("node:")) continue;
    const target = specifier.startsWith(".")
      ? normalize(join(dirname(file), specifier))
          .split(sep)
          .join("/")
      : specifier;
    if (!within(target, allowed)) faults.push(`${file} -> ${target}`);
  }
  return faults;
}

test("no file imports uphill", async () => {
  const faults: string[] = [];
  for (const file of await sources()) faults.push(...uphill(file, await readFile(file, "utf8")));
  expect(faults).toEqual([]);
});

test("a planted import of one workshop by another is found", () => {
  const planted = 'import { memoryToolStore } from "../toolstore/index.ts";\n';
  expect(uphill("evaluators/planted.ts", planted)).toEqual([
    "evaluators/planted.ts -> toolstore/index.ts",
  ]);
});
