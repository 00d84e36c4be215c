/** `toolwright tools`: versions, status, files and figures of the store. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import {
  exportTools,
  importTools,
  retirable,
  rollBack,
  toolDiff,
  toolStats,
} from "../../../toolstore/index.ts";
import { InputError } from "../../core/errors.ts";
import { table } from "../output.ts";
import { type CommonFlags, integer, withCommonFlags, withSession } from "../session.ts";
import { readText } from "../tasks.ts";

export function addToolManagement(tools: Command): void {
  withCommonFlags(
    tools.command("history").description("list a tool's versions").argument("<name>", "its name"),
  ).action(async (name: string, flags: CommonFlags) => {
    await withSession(flags, async ({ engine, output }) => {
      const history = await engine.tools.history(name);
      output.result(
        history,
        table(
          ["version", "status", "held-out", "calls", "made", "by run"],
          history.map(({ version, status, evaluation, usage, createdAt, lineage }) => [
            String(version),
            status,
            evaluation.heldOut.toPrecision(4),
            `${usage.successes}/${usage.calls}`,
            createdAt.slice(0, 19),
            lineage.runId ?? "",
          ]),
        ),
      );
    });
  });

  withCommonFlags(
    tools
      .command("diff")
      .description("what differs between two versions")
      .argument("<name>", "its name")
      .argument("<before>", "a version", integer)
      .argument("<after>", "a later version", integer),
  ).action(async (name: string, before: number, after: number, flags: CommonFlags) => {
    await withSession(flags, async ({ engine, output }) => {
      const [old, young] = [
        await engine.tools.get(name, before),
        await engine.tools.get(name, after),
      ];
      const diff = toolDiff(old, young);
      output.result(
        diff,
        [`fields that differ: ${diff.fields.join(", ") || "none"}`, ...diff.lines].join("\n"),
      );
    });
  });

  withCommonFlags(
    tools
      .command("rollback")
      .description("make an older version the current one")
      .argument("<name>", "its name")
      .option("--to <version>", "which one (default: the active one before)", integer),
  ).action(async (name: string, flags: CommonFlags & { to?: number }) => {
    await withSession(flags, async ({ engine, output }) => {
      const tool = await rollBack(engine.tools, name, flags.to);
      output.result(tool, `${tool.name} v${tool.version} is the current version.`);
    });
  });

  withCommonFlags(
    tools
      .command("deprecate")
      .description("take a tool out of searches; it stays callable by name")
      .argument("<name>", "its name")
      .option("--tool-version <number>", "a version of it (default: the current one)", integer),
  ).action(async (name: string, flags: CommonFlags & { toolVersion?: number }) => {
    await withSession(flags, async ({ engine, output }) => {
      const { version } = await engine.tools.get(name, flags.toolVersion);
      await engine.tools.setStatus(name, version, "deprecated");
      output.result({ name, version, status: "deprecated" }, `${name} v${version} is deprecated.`);
    });
  });

  withCommonFlags(
    tools
      .command("export")
      .description("write tools with all their versions into one file")
      .argument("[name...]", "which (default: all)")
      .requiredOption("--out <file>", "where to"),
  ).action(async (names: readonly string[], flags: CommonFlags & { out: string }) => {
    await withSession(flags, async ({ engine, output }) => {
      const file = await exportTools(engine.tools, names.length === 0 ? undefined : names);
      await writeFile(flags.out, `${JSON.stringify(file, null, 2)}\n`);
      output.result(
        { file: flags.out, versions: file.tools.length },
        `Wrote ${file.tools.length} versions to ${flags.out}.`,
      );
    });
  });

  withCommonFlags(
    tools
      .command("import")
      .description("read tools out of such a file")
      .argument("<file>", "what export wrote"),
  ).action(async (path: string, flags: CommonFlags) => {
    const text = await readText(path);
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch (error) {
      throw new InputError("BAD_TOOLS_FILE", `${path} is not JSON: ${(error as Error).message}.`);
    }
    await withSession(flags, async ({ engine, output }) => {
      const result = await importTools(engine.tools, data, path);
      output.result(result, `Added ${result.added} versions, ${result.unchanged} were there.`);
    });
  });

  withCommonFlags(
    tools.command("stats").description("how much the library is used, and what could be retired"),
  ).action(async (flags: CommonFlags) => {
    await withSession(flags, async ({ engine, output }) => {
      const stats = await toolStats(engine.tools);
      const runs = await engine.events.runs();
      const requests = runs.filter(({ kind }) => kind === "request").length;
      const unused = (await retirable(engine.tools, { requests, now: Date.now() })).map(
        ({ name }) => name,
      );
      const rows = Object.entries({ ...stats, byStatus: JSON.stringify(stats.byStatus) });
      output.result(
        { ...stats, retirable: unused },
        table(
          ["figure", "value"],
          [...rows.map(([key, value]) => [key, String(value)]), ["retirable", unused.join(", ")]],
        ),
      );
    });
  });
}
