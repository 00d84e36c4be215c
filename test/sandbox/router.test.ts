import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSandbox, loadSandbox } from "../../sandbox/own-driver.ts";
import { routeByLanguage } from "../../sandbox/router.ts";
import { ConfigError, SandboxUnavailableError } from "../../src/core/errors.ts";
import { type ExecutionJob, Language, Limits } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";

const never = new AbortController().signal;
const languages = Language.options;

/** Answers every input with its own name and the program's source. */
function echo(name: string, offered: readonly Language[], closed: string[] = []): Sandbox {
  const answer = (job: ExecutionJob) =>
    job.inputs.map(() => ({
      status: "returned" as const,
      output: `${name} ran ${job.program.source}`,
      wallMs: 0,
    }));
  return {
    name,
    capabilities: {
      languages: offered,
      network: false,
      files: "none",
      packages: [],
      stateful: false,
      holds: [`what ${name} holds`],
      doesNotHold: [],
      prompt: `${name} runs code.`,
    },
    run: async (job) => answer(job),
    runBatch: async ({ programs, ...job }) =>
      programs.map((program) => answer({ ...job, program })),
    close: async () => void closed.push(name),
  };
}
const jobOf = (language: Language, source = "") => ({
  program: { language, source, entry: "f" },
  inputs: [[]],
  limits: Limits.parse({}),
  seed: 0,
});

describe("routing by language", () => {
  it("gives each program of a batch to the first driver of its language, in the batch's order", async () => {
    const subset = fc.subarray([...languages], { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(subset, { minLength: 1, maxLength: 4 }),
        fc.array(fc.nat(3)),
        async (offers, picks) => {
          const router = routeByLanguage(
            offers.map((offered, index) => echo(`d${index}`, offered)),
          );
          const offered = languages.filter((language) => offers.flat().includes(language));
          expect([...router.capabilities.languages].sort()).toEqual([...offered].sort());
          const programs = picks.map((pick, index) => {
            const language = offered[pick % offered.length] as Language;
            return { language, source: `s${index}`, entry: "f" };
          });
          const { program: _, ...batch } = jobOf("shell");
          const results = await router.runBatch({ ...batch, programs }, never);
          const expected = programs.map(({ language, source }) => {
            const first = offers.findIndex((one) => one.includes(language));
            return [{ status: "returned", output: `d${first} ran ${source}`, wallMs: 0 }];
          });
          expect(results).toEqual(expected);
        },
      ),
    );
  });

  it("names the language and every driver's offer where none runs it", async () => {
    const router = routeByLanguage([
      echo("one", ["javascript"]),
      echo("two", ["typescript", "shell"]),
    ]);
    const failure = await router.run(jobOf("python"), never).catch((error) => error);
    expect(failure).toBeInstanceOf(SandboxUnavailableError);
    expect(failure.message).toContain("No sandbox driver runs python");
    expect(failure.message).toContain("one offers javascript; two offers typescript, shell");
  });

  it("says of each driver's promises which languages they are about", () => {
    const router = routeByLanguage([
      echo("one", ["javascript"]),
      echo("two", ["javascript", "shell"]),
    ]);
    expect(router.capabilities.holds).toEqual([
      "javascript (one): what one holds",
      "shell (two): what two holds",
    ]);
    expect(router.capabilities.prompt).toContain("For shell:\ntwo runs code.");
  });

  it("closes every driver, and refuses to be made of none", async () => {
    const closed: string[] = [];
    await routeByLanguage([echo("one", ["shell"], closed), echo("two", ["shell"], closed)]).close();
    expect(closed).toEqual(["one", "two"]);
    expect(() => routeByLanguage([])).toThrow(ConfigError);
  });
});

describe("a user's own driver", () => {
  it("is taken as it is when it keeps the form", () => {
    const driver = echo("own", ["python"]);
    expect(checkSandbox(driver, "sandbox")).toBe(driver);
  });

  it.each([
    ["run", { run: undefined }, "run: expected a function, got nothing"],
    ["runBatch", { runBatch: 3 }, "runBatch: expected a function, got number"],
    ["close", { close: null }, "close: expected a function, got null"],
    ["name", { name: "" }, "name: "],
    ["capabilities", { capabilities: {} }, "capabilities.languages: "],
  ])("fails by the name of its member %s", (_, change, message) => {
    const wrong = { ...echo("own", ["python"]), ...change };
    expect(() => checkSandbox(wrong, "my driver")).toThrow(ConfigError);
    expect(() => checkSandbox(wrong, "my driver")).toThrow(message);
    expect(() => checkSandbox(wrong, "my driver")).toThrow("my driver");
  });

  it("fails when it is no object at all", () => {
    expect(() => checkSandbox(undefined, "my driver")).toThrow(/the driver itself/);
  });

  it("is loaded from a module that exports it or makes it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "toolwright-driver-"));
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const body =
      '{ name: "mine", capabilities: { languages: ["shell"], network: false, files: "none", packages: [], stateful: false, holds: [], doesNotHold: [], prompt: "" }, run: async () => [], runBatch: async () => [], close: async () => {} }';
    try {
      expect((await loadSandbox(write("a.mjs", `export const sandbox = ${body};`))).name).toBe(
        "mine",
      );
      const made = write("b.mjs", `export async function createSandbox() { return ${body}; }`);
      expect((await loadSandbox(made)).name).toBe("mine");
      await expect(loadSandbox(write("c.mjs", "export const other = 1;"))).rejects.toThrow(
        /it exports other/,
      );
      await expect(loadSandbox(join(folder, "absent.mjs"))).rejects.toThrow(/cannot be loaded/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
