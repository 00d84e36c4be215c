/** The house defends itself: no room imports from a higher floor, no file is part of a circle. */
import { glob, readFile } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import { expect, test } from "vitest";

/**
 * Floors, lowest first. A room imports rooms of lower floors, never its neighbours on the same floor:
 * what two neighbours need twice belongs further down, once.
 */
const FLOORS: readonly (readonly string[])[] = [
  ["src/core"],
  [
    "sandbox",
    "evaluators",
    "toolstore",
    "src/evolve",
    "src/models",
    "src/trace",
    "src/journal",
    "src/memory",
    "src/mcp",
  ],
  ["src/work", "src/ask", "src/page", "src/export"],
  ["src/call"],
  ["src/create-tool", "src/program", "src/delegate"],
  ["src/request"],
  ["src/declare"],
  ["src/engine"],
  ["src/index.ts", "src/server"],
  ["experiments"],
  ["src/tasks"],
  ["src/bench"],
  ["src/cli"],
];

/** Workshops know the core alone, and the rooms of a request know no driver but through ports. */
const LIMITED: Readonly<Record<string, readonly string[]>> = {
  "src/page": ["src/core", "src/trace"],
  "src/export": ["src/core", "src/trace"],
  "src/work": ["src/core", "src/evolve"],
  "src/ask": ["src/core", "src/evolve"],
  experiments: ["src/index.ts"],
};

/** Packages by room; what is not named here is imported nowhere. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  "src/core": ["zod", "diff", "p-limit", "yaml"],
  "src/models": ["zod", "openai", "eventsource-parser", "undici"],
  "src/trace": ["zod", "@opentelemetry"],
  "src/export": ["zod", "gpt-tokenizer"],
  "src/page": ["zod"],
  "src/memory": ["zod"],
  "src/journal": ["zod"],
  "src/declare": ["zod", "ajv"],
  "src/mcp": ["zod", "@modelcontextprotocol/client"],
  "src/evolve": ["zod", "acorn", "astring", "estree"],
  "src/work": ["zod"],
  "src/ask": ["zod"],
  "src/call": ["zod", "ajv", "ajv-formats"],
  "src/create-tool": ["zod", "acorn", "any-ascii", "estree"],
  "src/program": ["zod", "acorn", "estree"],
  "src/delegate": ["zod"],
  "src/request": ["zod"],
  sandbox: [
    "zod",
    "isolated-vm",
    "dockerode",
    "tar-stream",
    "piscina",
    "acorn",
    "astring",
    "estree",
  ],
  evaluators: ["zod", "acorn", "estree"],
  toolstore: ["zod", "@qdrant/js-client-rest"],
  "src/engine": ["zod"],
  "src/index.ts": [],
  "src/server": ["zod", "@modelcontextprotocol/server", "hono", "@hono/node-server"],
  experiments: ["zod"],
  "src/tasks": ["zod"],
  "src/bench": ["zod", "isolated-vm", "dockerode"],
  "src/cli": ["zod", "commander", "cli-table3"],
};

const ROOMS = FLOORS.flat();
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^"';]*?from\s*"([^"]+)"|import\(\s*"([^"]+)"\s*\)|(?:^|\n)\s*import\s*"([^"]+)"/g;

const roomOf = (path: string): string | undefined =>
  ROOMS.find((room) => path === room || path.startsWith(`${room}/`));
const floorOf = (room: string): number => FLOORS.findIndex((rooms) => rooms.includes(room));

function importsOf(file: string, text: string): readonly string[] {
  return [...text.matchAll(IMPORT)]
    .map(([, from, dynamic, bare]) => from ?? dynamic ?? bare ?? "")
    .filter((specifier) => !specifier.startsWith("node:"))
    .map((specifier) =>
      specifier.startsWith(".")
        ? normalize(join(dirname(file), specifier))
            .split(sep)
            .join("/")
        : specifier,
    );
}

function uphill(file: string, text: string): string[] {
  const room = roomOf(file);
  if (room === undefined) return [`${file} stands in no room`];
  return importsOf(file, text).flatMap((target) => {
    const fault = [`${file} -> ${target}`];
    if (!/^(src|sandbox|evaluators|toolstore|experiments|test)\//.test(target)) {
      const packages = PACKAGES[room] ?? [];
      return packages.some((name) => target === name || target.startsWith(`${name}/`)) ? [] : fault;
    }
    const below = roomOf(target);
    if (below === room) return [];
    if (below === undefined || floorOf(below) >= floorOf(room)) return fault;
    const limited = LIMITED[room];
    return limited === undefined || limited.includes(below) ? [] : fault;
  });
}

async function sources(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for await (const file of glob("{src,sandbox,evaluators,toolstore,experiments}/**/*.ts")) {
    found.set(file.split(sep).join("/"), await readFile(file, "utf8"));
  }
  return found;
}

/** Tarjan's strongly connected components of more than one file. */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file) ?? 0);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) {
        low.set(file, Math.min(low.get(file) ?? 0, low.get(next) ?? 0));
      }
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(circle.sort());
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found;
}

test("no file imports uphill, and none stands outside of a room", async () => {
  const faults = [...(await sources())].flatMap(([file, text]) => uphill(file, text));
  expect(faults).toEqual([]);
});

test("no files import each other in a circle, types included", async () => {
  const graph = new Map(
    [...(await sources())].map(([file, text]) => [file, importsOf(file, text)]),
  );
  expect(circles(graph)).toEqual([]);
});

test("a planted import of one workshop by another is found", () => {
  const planted = 'import { memoryToolStore } from "../toolstore/index.ts";\n';
  expect(uphill("evaluators/planted.ts", planted)).toEqual([
    "evaluators/planted.ts -> toolstore/index.ts",
  ]);
  const vendor = 'import OpenAI from "openai";\n';
  expect(uphill("src/request/planted.ts", vendor)).toEqual(["src/request/planted.ts -> openai"]);
});

test("a planted circle is found", () => {
  const graph = new Map([
    ["a", ["b"]],
    ["b", ["c"]],
    ["c", ["a"]],
    ["d", ["a"]],
  ]);
  expect(circles(graph)).toEqual([["a", "b", "c"]]);
});
