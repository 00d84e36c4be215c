/** `toolwright tools`: versions, export and import of stored tools. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import { evidenceMark } from "../../core/evidence.ts";
import { parseJson } from "../../core/json.ts";
import { table } from "../output.ts";
import { type CommonFlags, integer, withCommonFlags, withHome } from "../session.ts";

export function addToolManagement(tools: Command): void {
  withCommonFlags(
    tools
      .command("history")
      .description("list a tool's versions and the decisions about them")
      .argument("<name>", "its name"),
  ).action(async (name: string, flags: CommonFlags) => {
    await withHome(flags, async ({ engine, output }) => {
      const { reviewsOf } = await import("../../../toolstore/index.ts");
      const history = await engine.tools.history(name);
      const reviews = await reviewsOf(engine.events, name);
      const decisions = (version: number) => reviews.filter((each) => each.version === version);
      output.result(
        history.map((tool) => ({ ...tool, reviews: decisions(tool.version) })),
        table(
          ["version", "release", "status", "evidence", "calls", "made", "by", "decided last"],
          history.map((tool) => [
            String(tool.version),
            tool.release ?? "-",
            tool.status,
            evidenceMark(tool) || tool.evaluation.heldOut.toPrecision(4),
            `${tool.usage.successes}/${tool.usage.calls}`,
            tool.createdAt.slice(0, 19),
            tool.lineage.runId ?? tool.lineage.generator ?? "",
            decisions(tool.version)
              .slice(-1)
              .map(({ action, reasons }) => [action, ...reasons].join(": ").slice(0, 60))
              .join(),
          ]),
        ),
      );
    });
  });

  withCommonFlags(
    tools
      .command("diff")
      .description("show the differences between two versions")
      .argument("<name>", "its name")
      .argument("<before>", "a version", integer)
      .argument("<after>", "a later version", integer),
  ).action(async (name: string, before: number, after: number, flags: CommonFlags) => {
    await withHome(flags, async ({ engine, output }) => {
      const { toolDiff } = await import("../../../toolstore/index.ts");
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
      .description("make an older version current")
      .argument("<name>", "its name")
      .option("--to <version>", "the version (default: the previous active one)", integer)
      .option("--reason <text>", "why"),
  ).action(async (name: string, flags: CommonFlags & { to?: number; reason?: string }) => {
    await withHome(flags, async ({ engine, output }) => {
      const { review, rollBack } = await import("../../../toolstore/index.ts");
      const { tools: store, openTrace, newId } = engine;
      const before = await store.get(name);
      await review(
        { store, openTrace, newId },
        before,
        {
          action: "roll-back",
          to: "deprecated",
          reasons: flags.reason === undefined ? [] : [flags.reason],
          by: "person",
        },
        async () => {
          await rollBack(store, name, flags.to);
        },
      );
      const tool = await store.get(name);
      output.result(tool, `${tool.name} v${tool.version} is the current version.`);
    });
  });

  withCommonFlags(
    tools
      .command("export")
      .description("write tools with all versions and their dependencies to one file")
      .argument("[name...]", "names of tools (default: all)")
      .requiredOption("--out <file>", "where to"),
  ).action(async (names: readonly string[], flags: CommonFlags & { out: string }) => {
    await withHome(flags, async ({ engine, output }) => {
      const { exportTools } = await import("../../../toolstore/index.ts");
      const file = await exportTools(engine.tools, names.length === 0 ? undefined : names);
      await writeTo(flags.out, `${JSON.stringify(file, null, 2)}\n`);
      output.result(
        { file: flags.out, versions: file.tools.length },
        `Wrote ${file.tools.length} versions to ${flags.out}.`,
      );
    });
  });

  withCommonFlags(
    tools
      .command("import")
      .description("import tools from such a file")
      .argument("<file>", "a file written by export"),
  ).action(async (path: string, flags: CommonFlags) => {
    const { readText } = await import("../../tasks/tasks.ts");
    const text = await readText(path);
    let data: unknown;
    try {
      data = parseJson(text);
    } catch (error) {
      throw new InputError("BAD_TOOLS_FILE", `${path} is not JSON: ${(error as Error).message}.`);
    }
    await withHome(flags, async ({ engine, output }) => {
      const { importTools } = await import("../../../toolstore/index.ts");
      const result = await importTools(engine.tools, data, path);
      output.result(
        result,
        [
          `Added ${result.added} versions, ${result.unchanged} existed already.`,
          ...(result.waiting.length > 0
            ? [`Waiting for approval: ${result.waiting.join(", ")}. See toolwright tools pending.`]
            : []),
        ].join("\n"),
      );
    });
  });
}

async function writeTo(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new InputError("UNWRITABLE_FILE", `Cannot write ${file}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
