/**
 * Every example does what its head says: the commands are taken from there, and run on a copy of the
 * examples in a home of their own.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RunOptions, type Workplace, workplace } from "../support/cli.ts";
import { runShown, shownCommands } from "../support/shown-commands.ts";

const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));
const SLOW = 120_000;

let place: Workplace;
beforeEach(() => {
  place = workplace();
  cpSync(EXAMPLES, join(place.folder, "examples"), { recursive: true });
});
afterEach(() => place.remove());

const path = (file: string): string => join(place.folder, "examples", file);
const edit = (file: string, change: (text: string) => string): void =>
  writeFileSync(path(file), change(readFileSync(path(file), "utf8")));

/** The commands of a file's head comment, run in order. */
async function runHead(file: string, options: RunOptions = {}) {
  const head = readFileSync(path(file), "utf8")
    .split("\n")
    .map((line) => line.replace(/^(?:#| \*)\s+/, ""));
  const results = [];
  for (const command of shownCommands(head)) results.push(await runShown(place, command, options));
  expect(results.length, file).toBeGreaterThan(0);
  return results;
}

async function tools(): Promise<readonly { readonly name: string; readonly status: string }[]> {
  return (await place.json(["tools", "ls"])).value as { name: string; status: string }[];
}

describe("examples", () => {
  it("are those of the list, each with a folder", () => {
    const listed = readFileSync(join(EXAMPLES, "README.md"), "utf8").matchAll(/\]\(([\w-]+)\//g);
    const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect([...listed].map(([, name]) => name).sort()).toEqual(folders.map(({ name }) => name));
  });

  it("01: a request makes a tool, and the same request finds it", { timeout: SLOW }, async () => {
    const [made, called] = await runHead("01-request/even-sum.yaml");
    expect(made?.stdout).toContain("cases exactly right: 8");
    expect(called?.stdout.trim()).toBe("22");
    expect(await tools()).toMatchObject([{ name: "sum_even_numbers_list", status: "active" }]);
    const [again] = await runHead("01-request/even-sum.yaml");
    expect(again?.stderr).toContain("Affordance: sum_even_numbers_list v1 serves it.");
    const runs = (await place.json(["traces", "ls"])).value as { kind: string }[];
    expect(runs.filter(({ kind }) => kind === "evolution")).toHaveLength(1);
  });

  it("02: a spec is searched, and the program is right on cases it never saw", {
    timeout: SLOW,
  }, async () => {
    const [schema, evolved] = await runHead("02-spec/clamp.spec.yaml");
    expect(schema?.status).toBe(0);
    expect(JSON.parse(readFileSync(path("02-spec/spec.schema.json"), "utf8"))).toMatchObject({
      $id: "urn:toolwright:schema:spec",
    });
    expect(evolved?.stdout).toMatch(/score 1 \(training\).* 1 \(sealed\)/);
    const source = evolved?.stdout.split("\n\n")[0] ?? "";
    const clamp = new Function(`${source}; return clamp;`)();
    expect([clamp(55, 1, 2), clamp(-55, 1, 2), clamp(1.5, 1, 2)]).toEqual([2, 1, 1.5]);
  });

  it("03: the library evolves a function", { timeout: SLOW }, async () => {
    const index = new URL("../../src/index.ts", import.meta.url).href;
    edit("03-library/evolve.ts", (text) => text.replace('"toolwright"', JSON.stringify(index)));
    writeFileSync(path("package.json"), '{ "type": "module" }');
    const child = spawn(process.execPath, [path("03-library/evolve.ts")], { cwd: place.folder });
    let printed = "";
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
    });
    expect(await once(child, "close")).toEqual([0, null]);
    expect(printed).toMatch(/function bounded_double\(x\)/);
    expect(printed).toContain("held-out score 1\n");
  });

  it("04: a task module is searched to a better rule", { timeout: SLOW }, async () => {
    // Apart: the module's own import of `toolwright` is answered by the engine that loads it.
    const [evolved] = await runHead("04-task-module/knapsack.ts", { apart: true });
    expect(evolved?.stdout).toContain("value / weight");
    const [, sealed = "0"] = /([\d.]+) \(sealed\)/.exec(evolved?.stdout ?? "") ?? [];
    const [, baseline = "0"] = /null candidate ([\d.]+)/.exec(evolved?.stdout ?? "") ?? [];
    expect(Number(sealed)).toBeGreaterThan(Number(baseline));
  });

  it("05: a program calls a tool that a person wrote", { timeout: SLOW }, async () => {
    const [, report] = await runHead("05-program/report.js");
    expect(JSON.parse(report?.stdout ?? "")).toMatchObject({
      lines: [{ net: 1800 }, { net: 1000 }],
      total: 2800,
    });
    expect(await tools()).toMatchObject([{ name: "net_price", status: "active" }]);
    const { value } = await place.json(["tools", "show", "net_price"]);
    expect(value).toMatchObject({ usage: { calls: 2, successes: 2 } });
  });

  it("06: agents of a manifest hand work to each other", { timeout: SLOW }, async () => {
    const endpoint = spawn(process.execPath, [path("06-agents/endpoint.mjs"), "0"]);
    try {
      const [said] = (await once(endpoint.stderr, "data")) as [Buffer];
      const [, port = ""] = /:(\d+)\/v1/.exec(said.toString()) ?? [];
      edit("06-agents/team.manifest.yaml", (text) => text.replace(":8099/", `:${port}/`));
      const [applied, worked, told] = await runHead("06-agents/team.manifest.yaml");
      expect(applied?.stdout.trim().split("\n")).toHaveLength(6);
      expect(worked?.status).toBe(0);
      expect(told?.stdout.match(/Agent 'calculator' is using tool: add/g)).toHaveLength(2);
      expect(told?.stdout).toContain("[INFO] Output: The sum is 15.");
      const [again] = await runHead("06-agents/team.manifest.yaml");
      expect(again?.stdout).not.toMatch(/created|configured/);
    } finally {
      endpoint.kill();
    }
  });

  it("07: a sandbox driver of one's own runs programs, and ends one that does not end", {
    timeout: SLOW,
  }, async () => {
    const [primes, endless] = await runHead("07-own-sandbox/driver.mjs");
    expect(JSON.parse(primes?.stdout ?? "")).toEqual([2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
    expect(endless?.stdout + (endless?.stderr ?? "")).toContain("timed out after 500 ms");
    expect(endless?.status).toBe(1);
  });
});
