/** What documents name is there: commands, flags, files, links, settings. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { wholeProgram } from "../../src/cli/program.ts";
import { loadConfig } from "../../src/engine/load-config.ts";
import { codeBlocks, documents } from "../support/documents.ts";
import { shownCommands } from "../support/shown-commands.ts";

const pages = await documents();
/** Past and plans are told as they were. */
const HISTORY = ["CHANGELOG.md", "DECISIONS.md"];
const present = [...pages].filter(([path]) => !HISTORY.includes(path));
const blocks = await codeBlocks();
const program = await wholeProgram();

/** @returns What is wrong with a command line; undefined: nothing. */
function faultOf(args: readonly string[]): string | undefined {
  let command: Command = program;
  const rest = [...args];
  for (;;) {
    const next = command.commands.find((each) => each.name() === rest[0]);
    if (next === undefined) break;
    command = next;
    rest.shift();
  }
  if (command.parent === null) return `no command ${args[0]}`;
  const known = command.options.flatMap(({ long, short }) => [long, short]);
  const flag = rest.find((word) => /^--?[a-z]/.test(word) && !known.includes(word.split("=")[0]));
  return flag === undefined ? undefined : `${command.name()} has no flag ${flag}`;
}

describe("commands", () => {
  it("shown in full are known, with their flags", () => {
    const shown = blocks
      .filter(({ language }) => language === "sh")
      .flatMap(({ where, code }) =>
        code
          .split("\n")
          .flatMap((line) => line.split("&&"))
          .map((line) => line.trim().replace(/^npx /, ""))
          .flatMap((line) => shownCommands([line]).map(({ args }) => ({ where, args }))),
      );
    expect(shown.length).toBeGreaterThan(20);
    const faults = shown.map(({ where, args }) => [where, args.join(" "), faultOf(args)] as const);
    expect(faults.filter(([, , fault]) => fault !== undefined)).toEqual([]);
  });

  it("of the guide are known, subcommands and all; and none is missing there", () => {
    const list = blocks.find(({ words }) => words.includes("commands"))?.code ?? "";
    const named = new Set<string>();
    for (const part of list.split("\n").flatMap((line) => line.replace(/#.*/, "").split("&&"))) {
      const [name = "", ...rest] = part.trim().split(/\s+/);
      if (name === "") continue;
      named.add(name);
      const command = program.commands.find((each) => each.name() === name);
      expect(command, name).toBeInstanceOf(Command);
      const below = command?.commands.map((each) => each.name());
      if (!part.includes("|")) expect(faultOf(part.trim().split(/\s+/)), part).toBeUndefined();
      else for (const word of rest.filter((each) => each !== "|")) expect(below).toContain(word);
    }
    const all = program.commands.map((each) => each.name());
    expect(all.filter((name) => !named.has(name))).toEqual([]);
  });
});

describe("files", () => {
  it("named in text are there", () => {
    const named = present.flatMap(([page, text]) =>
      [
        ...text.matchAll(
          /`((?:src|sandbox|evaluators|toolstore|experiments|examples|test|docs)\/[\w./-]*\w\/?)(?:#\w+)?`/g,
        ),
      ].map(([, path = ""]) => [page, path] as const),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(([, path]) => !existsSync(path))).toEqual([]);
  });

  it("linked to are there, with the heading where one is named", () => {
    const links = present.flatMap(([page, text]) =>
      [...text.replace(/```[\s\S]*?```/g, "").matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = ""]) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .map((link) => [page, link] as const),
    );
    expect(links.length).toBeGreaterThan(40);
    const broken = links.filter(([page, link]) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(pages.get(target) ?? "").includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

it("configurations that are shown are read by the engine", () => {
  const shown = blocks.filter(({ code }) => code.startsWith("# toolwright.config.yaml"));
  expect(shown.length).toBeGreaterThan(1);
  for (const { where, code } of shown) {
    const folder = mkdtempSync(join(tmpdir(), "toolwright-config-"));
    try {
      writeFileSync(join(folder, "toolwright.config.yaml"), code);
      expect(() => loadConfig({ folder }), where).not.toThrow();
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
});
