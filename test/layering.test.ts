/** The house defends itself: no room imports from a higher floor, and none lacks a row. */
import { glob, readFile } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { expect, test } from "vitest";

/** What the composition root puts together. */
const WIRED = [
  "src/config.ts",
  "src/requests.ts",
  "src/core",
  "src/model-walk",
  "src/program-walk.ts",
  "src/llm",
  "src/trace",
  "src/memory",
  "src/runtime",
  "src/mcp",
  "src/evolve",
  "src/agent",
  "sandbox",
  "evaluators",
  "toolstore",
];

/** Longest prefix wins. A room may import itself and what stands beside its name; nothing else. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/core": ["zod"],
  "src/llm": ["src/core", "zod", "openai"],
  "src/trace": ["src/core", "zod", "@opentelemetry", "gpt-tokenizer"],
  "src/memory": ["src/core", "zod"],
  "src/runtime": ["src/core", "zod"],
  "src/manifest": ["src/core", "zod", "yaml", "ajv"],
  "src/mcp": ["src/core", "zod", "@modelcontextprotocol/client"],
  "src/evolve": ["src/core", "zod", "acorn", "astring", "estree"],
  "src/agent": ["src/core", "src/evolve", "zod", "acorn", "estree", "ajv", "ajv-formats"],
  sandbox: ["src/core", "zod", "isolated-vm", "dockerode", "piscina", "acorn", "astring", "estree"],
  evaluators: ["src/core", "zod", "acorn", "estree"],
  toolstore: ["src/core", "zod", "@qdrant/js-client-rest"],
  "src/config.ts": ["src/core", "src/mcp/settings.ts", "zod", "yaml"],
  "src/request-life.ts": ["src/core", "src/runtime", "src/evolve", "src/agent", "zod"],
  "src/requests.ts": ["src/request-life.ts", "src/core", "src/runtime", "src/agent"],
  "src/manifests.ts": [
    "src/config.ts",
    "src/requests.ts",
    "src/core",
    "src/manifest",
    "src/model-walk/agent-walk.ts",
  ],
  "src/engine.ts": ["src/manifests.ts", "src/engine", ...WIRED],
  "src/engine": ["zod", ...WIRED],
  "src/model-walk": [
    "src/config.ts",
    "src/core",
    "src/llm",
    "src/memory",
    "src/agent",
    "src/runtime",
    "src/requests.ts",
    "evaluators",
    "toolstore",
    "zod",
  ],
  "src/program-walk.ts": [
    "src/config.ts",
    "src/core",
    "src/model-walk",
    "src/agent",
    "src/requests.ts",
    "zod",
  ],
  "src/index.ts": ["src", "evaluators"],
  "src/library.ts": [
    "src/config.ts",
    "src/core",
    "src/engine.ts",
    "src/evolve",
    "evaluators",
    "zod",
  ],
  "src/server": [
    "src/core",
    "src/requests.ts",
    "src/engine.ts",
    "src/agent",
    "evaluators",
    "zod",
    "@modelcontextprotocol/server",
    "@modelcontextprotocol/node",
  ],
  "src/cli": [
    "src",
    "sandbox",
    "evaluators",
    "toolstore",
    "experiments",
    "zod",
    "commander",
    "cli-table3",
    "yaml",
  ],
  experiments: ["src/index.ts", "zod", "yaml", "echarts", "diff", "simple-statistics"],
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
