/**
 * Whatever a person types or puts into a file: the command ends with an outcome or an error that says
 * what to do, never with an error that nobody foresaw, and a refused input leaves no half-written home.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../../src/core/json.ts";
import { type CliResult, type Workplace, workplace } from "../support/cli.ts";
import { FUZZ, FUZZ_TIMEOUT_MS, mutated, oddJson, oddName, oddText } from "../support/odd.ts";

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

/** A file's content may be no text at all; the name is plain, so that the content is what is tested. */
function put(name: string, text: string): string {
  const path = join(place.folder, name);
  writeFileSync(path, text);
  return path;
}

const KNOWN_STATUS = new Set([0, 1, 2, 3]);

function foreseen({ status, stderr }: CliResult, args: readonly string[]): void {
  const shown = `${JSON.stringify(args)}\n${stderr}`;
  expect(stderr, shown).not.toMatch(/UNEXPECTED|INVARIANT|\n {4}at /);
  expect(KNOWN_STATUS, shown).toContain(status);
  // Text of the input reaches the terminal only as visible characters.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them.
  expect(stderr, shown).not.toMatch(/[\u0000-\u0008\u000b-\u001a\u202e]/);
}

async function runs(args: readonly string[]): Promise<void> {
  foreseen(await place.run(args), args);
}

const SPEC: Json = {
  name: "double_it",
  description: "twice a number",
  signature: "function double_it(x: number): number",
  cases: [
    { args: [1], expected: 2 },
    { args: [4], expected: 8 },
  ],
  heldOut: [{ args: [5], expected: 10 }],
  seeds: ["function double_it(x) { return x * 2; }"],
  limits: { timeoutMs: 1_000, memoryMiB: 64 },
  tolerance: 0,
  uses: [],
};

describe("a command ends as foreseen", () => {
  it(
    "whatever words and flags it is given",
    async () => {
      const words = fc.constantFrom(
        ...["tools", "traces", "request", "get", "prompts", "preferences", "experiment", "schema"],
        ...["ls", "show", "search", "history", "diff", "rollback", "answer", "resume", "cancel"],
        ...["approve", "reject", "pending", "stats", "export", "import", "tail", "grep", "add"],
        ...["runs", "events", "agents", "llms", "tasks", "completion", "deprecate", "restore"],
        ...["--limit", "--before", "--json", "--format", "--out", "--tool", "--seed", "--user"],
        ...["--version", "--help", "1", "-1", "x", "req-x", "evo-x", "--", "-f"],
      );
      const line = fc.array(fc.oneof({ weight: 4, arbitrary: words }, oddName), { maxLength: 6 });
      // `traces tail` follows a run until it ends, so it is asked for one that is not there alone.
      await fc.assert(
        fc.asyncProperty(line, (args) => runs(args.filter((word) => !word.includes("\u0000")))),
        FUZZ,
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    "whatever a spec says",
    async () => {
      await fc.assert(
        fc.asyncProperty(oddText(mutated(SPEC)), (text) =>
          runs(["tools", "add", put("spec.json", text)]),
        ),
        FUZZ,
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    "whatever a spec in YAML says",
    async () => {
      const lines = fc.array(
        fc.tuple(fc.constantFrom(...Object.keys(SPEC as object)), oddName, oddText(oddJson)),
        { maxLength: 5 },
      );
      const yaml = lines.map((each) =>
        each.map(([key, name, value], index) => `${index % 2 ? key : name}: ${value}`).join("\n"),
      );
      await fc.assert(
        fc.asyncProperty(yaml, (text) => runs(["tools", "add", put("spec.yaml", text)])),
        FUZZ,
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    "whatever examples say",
    async () => {
      const examples: Json = [
        { args: [1], expected: 2 },
        { args: [4], expected: 8 },
        { args: [7], expected: 14 },
      ];
      await fc.assert(
        fc.asyncProperty(oddText(mutated(examples)), oddName, (text, objective) =>
          runs([
            ...["request", `double ${objective}`.replaceAll("\u0000", ""), "--seed", "1"],
            ...["--examples", put("examples.json", text), "--budget-evaluations", "1"],
          ]),
        ),
        FUZZ,
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    "whatever a manifest says",
    async () => {
      const manifest: Json = {
        llms: [{ name: "m", model: "x", parameters: { temperature: 0 } }],
        agents: [{ name: "a", system_prompt: "You add.", llm: "m", tools: ["t"] }],
        tools: [
          {
            name: "t",
            executor: "local_bash",
            description: "says",
            command: "echo {{ x }}",
            parameters: { type: "object", properties: { x: { type: "string" } } },
          },
        ],
        tasks: [{ name: "k", agent: "a", instructions: "add" }],
        runs: [{ name: "r", task: "k" }],
      };
      await fc.assert(
        fc.asyncProperty(oddText(mutated(manifest)), (text) =>
          runs(["apply", "--dry-run", "-f", put("manifest.yaml", text)]),
        ),
        FUZZ,
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    "whatever a configuration says",
    async () => {
      const config: Json = {
        model: { model: "m", baseUrl: "http://127.0.0.1:1/v1", temperature: 1 },
        roles: { judge: { model: "n" } },
        approvals: { default: "never", tools: { x: "always" } },
        traces: { maxDays: 3 },
        mcpServers: {},
        store: { driver: "embedded" },
        prompts: {},
      };
      try {
        await fc.assert(
          fc.asyncProperty(oddText(mutated(config)), async (text) => {
            put("toolwright.config.json", text);
            await runs(["request", "ls"]);
          }),
          FUZZ,
        );
      } finally {
        put("toolwright.config.json", "{}");
      }
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    "whatever arguments a tool is called with",
    async () => {
      put("good.json", JSON.stringify(SPEC));
      expect((await place.run(["tools", "add", "good.json"])).status).toBe(0);
      await fc.assert(
        fc.asyncProperty(oddText(oddJson), (text) =>
          runs(["tools", "run", "double_it", "--args", text.replaceAll("\u0000", "")]),
        ),
        FUZZ,
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});
