/** What the command line says of itself: version, help, exit codes, completion. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { workplace } from "../support/cli.ts";

const place = workplace();
afterAll(place.remove);

describe("the program", () => {
  it("prints the version of its package", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    const said = await place.run(["--version"]);
    expect(said).toMatchObject({ status: 0, stdout: `${version}\n` });
  });

  it("names every exit code in its help, those of internal errors and interrupts too", async () => {
    const { stdout } = await place.run(["--help"]);
    for (const code of [0, 1, 2, 3, 70, 130])
      expect(stdout).toMatch(new RegExp(`^ {2}${code}\\s`, "m"));
  });

  it("shows a command's own flags first and the common ones once, in a group", async () => {
    for (const args of [
      ["tools", "search", "--help"],
      ["help", "tools", "search"],
    ]) {
      const { stdout, status } = await place.run(args);
      expect(status).toBe(0);
      const [own = "", common = ""] = stdout.split("Common options:");
      expect(own).toContain("--limit");
      expect(own).not.toContain("--home");
      expect(common.match(/--home/g)).toHaveLength(1);
      expect(common).toContain("--json");
    }
  });
});

const bash = spawnSync("bash", ["--version"]).status === 0;

describe("completion", () => {
  it.runIf(bash)("completes commands, subcommands, flags and their choices in bash", async () => {
    const { stdout: script } = await place.run(["completion", "bash"]);
    const complete = (...words: readonly string[]): readonly string[] => {
      const quoted = words.map((word) => `'${word}'`).join(" ");
      const asked = `${script}
COMP_WORDS=(toolwright ${quoted}); COMP_CWORD=${words.length}
_toolwright; printf '%s\\n' "\${COMPREPLY[@]}"`;
      return spawnSync("bash", ["-c", asked], { encoding: "utf8" }).stdout.trim().split("\n");
    };
    expect(complete("exp")).toEqual(["experiment"]);
    expect(complete("tools", "sh")).toEqual(["show"]);
    expect(complete("tools", "--home", "x", "ls", "--al")).toEqual(["--all"]);
    expect(complete("evolve", "--generator", "enu")).toEqual(["enumerate"]);
    expect(complete("schema", "con")).toEqual(["config"]);
    // A subcommand of another command is none here.
    expect(complete("traces", "rollb")).toEqual([""]);
  });

  it("knows the same commands for zsh and fish, and no other shell", async () => {
    expect((await place.run(["completion", "zsh"])).stdout).toMatch(
      /bashcompinit[\s\S]*_toolwright\(\)/,
    );
    expect((await place.run(["completion", "fish"])).stdout).toMatch(
      /complete -c toolwright -n "__toolwright_at ' tools'" -f -a search/,
    );
    expect((await place.run(["completion", "csh"])).status).toBe(2);
  });
});

describe("get events", () => {
  it("is one document with --json, lines with --jsonl, and refuses what contradicts itself", async () => {
    const detached = ["request", "add numbers", "--task", "bin-packing", "--detach"];
    expect((await place.run(detached)).status).toBe(0);
    const { value } = await place.json(["get", "events"]);
    const lines = (await place.run(["get", "events", "--jsonl"])).stdout.trim().split("\n");
    expect(value).toEqual(lines.map((line) => JSON.parse(line) as unknown));
    expect(lines.length).toBeGreaterThan(0);
    expect((await place.run(["get", "events", "--json", "--follow"])).status).toBe(2);
    expect((await place.run(["get", "events", "--json", "--pretty"])).status).toBe(2);
  });
});

describe("what is missing", () => {
  it("is said with how to get it: a model or examples, and the variable of the key", async () => {
    const bare = await place.run(["request", "reverse a text"]);
    expect(bare.status).toBe(2);
    expect(bare.stderr).toMatch(/--examples FILE.*TOOLWRIGHT_MODEL and OPENAI_API_KEY/s);
    const keyless = await place.run(["request", "reverse a text"], {
      environment: { TOOLWRIGHT_MODEL: "gpt-5-mini" },
    });
    expect(keyless.stderr).toMatch(/in OPENAI_API_KEY, got none/);
  });
});
