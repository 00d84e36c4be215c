/** Every test file belongs to exactly one project, and a unit test can start nothing. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { sep } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import config from "../vitest.config.ts";
import { refused } from "./support/unit-only.ts";

interface Project {
  readonly test: {
    readonly name: string;
    readonly include: string[];
    readonly exclude: string[];
  };
}
const projects = (config.test?.projects ?? []) as unknown as readonly Project[];

async function files(include: readonly string[], exclude: readonly string[] = []) {
  const found: string[] = [];
  for await (const file of glob(include, { exclude })) found.push(file.split(sep).join("/"));
  return found.sort();
}

test("every test file is in exactly one project", async () => {
  const everywhere = await Promise.all(
    projects.map(({ test: { include, exclude } }) => files(include, exclude)),
  );
  expect(everywhere.flat().sort()).toEqual(await files(["test/**/*.test.ts"]));
  expect(everywhere.every((of) => of.length > 0)).toBe(true);
});

test("a word before .test.ts is the name of a project", async () => {
  const words = (await files(["test/**/*.test.ts"])).flatMap(
    (file) => /\.(\w+)\.test\.ts$/.exec(file)?.[1] ?? [],
  );
  const named = projects.map(({ test: { name } }) => name).filter((name) => name !== "unit");
  expect([...new Set(words)].sort()).toEqual(named.sort());
});

test("a unit test that starts a process, a thread or an isolate fails", async () => {
  expect(() => spawn("true")).toThrow(/starts no process.*engine\.test\.ts.*spawn\(true\)/);
  expect(() => new Worker("./worker.ts")).toThrow(/new Worker\(.\/worker.ts\)/);
  await expect(import("isolated-vm")).rejects.toThrow(/Got isolated-vm/);
  // Also where the error is caught, by what the file's end finds here.
  expect(refused.splice(0)).toEqual(["spawn(true)", "new Worker(./worker.ts)", "isolated-vm"]);
});

test("documents name tests that there are", async () => {
  const documents = ["README.md", "AGENTS.md", "sandbox/README.md", "toolstore/README.md"];
  const all = await files(["test/**/*.ts"]);
  const named = documents.flatMap((document) =>
    [...readFileSync(document, "utf8").matchAll(/`([\w./-]+\.test\.ts)`/g)].map(
      ([, path = ""]) => path,
    ),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !all.some((file) => `/${file}`.endsWith(`/${path}`)))).toEqual([]);
});
