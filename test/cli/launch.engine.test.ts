/** The launcher, and what a short command loads. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { workplace } from "../support/cli.ts";

const place = workplace();
afterAll(() => place.remove());

const launcher = fileURLToPath(new URL("../../src/cli/launch.mjs", import.meta.url));

/** Runs the launcher after a piece of code in the same process. */
function launched(first: string, args: readonly string[], path = launcher) {
  return spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(first)}`, path, ...args],
    { encoding: "utf8", env: { PATH: process.env.PATH, TOOLWRIGHT_HOME: `${place.folder}/home` } },
  );
}

const NO_PROCESSES = `
  import children from "node:child_process";
  import { syncBuiltinESMExports } from "node:module";
  children.spawn = () => { throw new Error("a second process"); };
  syncBuiltinESMExports();
`;
const LIST_FILES = `
  import { registerHooks } from "node:module";
  const files = [];
  registerHooks({ load: (url, context, next) => (files.push(url), next(url, context)) });
  process.on("exit", () => process.stderr.write(files.join("\\n")));
`;

describe("the launcher", () => {
  it("stays in its process on a Node that is new enough, and shows no warnings of Node's", () => {
    const { stdout, stderr, status } = launched(NO_PROCESSES, ["tools", "ls", "--json"]);
    expect(JSON.parse(stdout)).toEqual([]);
    // Opening the stores makes Node warn of its SQLite.
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it("gives the command's exit status", () => {
    expect(launched(NO_PROCESSES, ["tools", "show", "nothing"]).status).toBe(2);
  });

  it("says in one sentence which Node it needs, where there is none", () => {
    const installed = join(place.folder, "package", "src", "cli");
    mkdirSync(installed, { recursive: true });
    copyFileSync(launcher, join(installed, "launch.mjs"));
    const old = `Object.defineProperty(process, "versions", { value: { node: "20.1.0" } });`;
    const { stdout, stderr, status } = launched(old, ["tools", "ls"], `${installed}/launch.mjs`);
    expect(stderr).toMatch(/^Toolwright needs Node 24\.12 or newer, got 20\.1\.0\. [^\n]*\n$/);
    expect(stdout).toBe("");
    expect(status).toBe(1);
  });
});

describe("a command that lists tools", () => {
  it("loads no engine, no model client, no validator and no parser of YAML", () => {
    const { stderr: files } = launched(LIST_FILES, ["tools", "ls"]);
    expect(files).toContain("src/engine/open-home.ts");
    expect(files).not.toMatch(
      /open-engine\.ts|src\/request\/|node_modules\/(openai|ajv|yaml|piscina|@modelcontextprotocol)\//,
    );
  });
});
