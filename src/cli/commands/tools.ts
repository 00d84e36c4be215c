/** `toolwright tools`: what the store holds. */
import type { Command } from "commander";
import { describeExecution } from "../../core/execution.ts";
import type { Tool } from "../../core/tool.ts";
import { EXIT, table } from "../output.ts";
import { type CommonFlags, integer, withCommonFlags, withSession } from "../session.ts";
import { parseArgs } from "./sandbox.ts";
import { addToolManagement } from "./tools-manage.ts";

export function addTools(program: Command): void {
  const tools = program.command("tools").description("the tool store");
  addToolManagement(tools);

  withCommonFlags(
    tools
      .command("ls")
      .description("list the current version of every tool")
      .option("--all", "deprecated and candidate tools too"),
  ).action(async (flags: CommonFlags & { all?: boolean }) => {
    await withSession(flags, async ({ engine, output }) => {
      const list = await engine.tools.list(
        flags.all === true ? { statuses: ["candidate", "active", "deprecated"] } : {},
      );
      const rows = list.map((tool) => [
        tool.name,
        String(tool.version),
        tool.status,
        tool.evaluation.heldOut.toPrecision(4),
        `${tool.usage.successes}/${tool.usage.calls}`,
        shorten(tool.description, 60),
      ]);
      const text =
        rows.length === 0
          ? "The store is empty. A request makes tools: try npm start."
          : table(["name", "version", "status", "held-out", "calls", "description"], rows);
      output.result(list.map(brief), text);
    });
  });

  withCommonFlags(
    tools
      .command("search")
      .description("find tools by what they are good for")
      .argument("<text>", "words")
      .option("--limit <count>", "how many at the most", integer, 10),
  ).action(async (text: string, flags: CommonFlags & { limit: number }) => {
    await withSession(flags, async ({ engine, output }) => {
      const matches = await engine.tools.search({ text, limit: flags.limit });
      output.result(
        matches.map(({ tool, score }) => ({ ...brief(tool), score })),
        matches.length === 0
          ? "Nothing found."
          : table(
              ["score", "name", "description"],
              matches.map(({ tool, score }) => [
                score.toFixed(3),
                `${tool.name} v${tool.version}`,
                shorten(tool.description, 70),
              ]),
            ),
      );
    });
  });

  withCommonFlags(
    tools
      .command("show")
      .description("show a tool with its source")
      .argument("<name>", "its name")
      .option("--tool-version <number>", "a version of it (default: the current one)", integer),
  ).action(async (name: string, flags: CommonFlags & { toolVersion?: number }) => {
    await withSession(flags, async ({ engine, output }) => {
      const tool = await engine.tools.get(name, flags.toolVersion);
      output.result(
        tool,
        [
          `${tool.name} v${tool.version} (${tool.status})`,
          tool.description,
          tool.signature,
          `held-out ${tool.evaluation.heldOut}, training ${tool.evaluation.train}; calls ${tool.usage.calls}, succeeded ${tool.usage.successes}`,
          `digest ${tool.digest}, made by run ${tool.lineage.runId ?? "unknown"}`,
          "",
          tool.source.trimEnd(),
        ].join("\n"),
      );
    });
  });

  withCommonFlags(
    tools
      .command("run")
      .description("call a tool in the sandbox")
      .argument("<name>", "its name")
      .option("--args <json>", "its arguments, a JSON array", "[]")
      .option("--tool-version <number>", "a version of it (default: the current one)", integer),
  ).action(async (name: string, flags: CommonFlags & { args: string; toolVersion?: number }) => {
    const args = parseArgs(flags.args);
    await withSession(flags, async ({ engine, output, signal }) => {
      const tool = await engine.tools.get(name, flags.toolVersion);
      const sandbox = await engine.sandbox();
      const { language, source, entry, limits } = tool;
      const [execution] = await sandbox.run(
        { program: { language, source, entry }, inputs: [args], limits, seed: engine.config.seed },
        signal,
      );
      if (execution === undefined) return;
      const returned = execution.status === "returned";
      await engine.tools.recordUse(name, tool.version, {
        succeeded: returned,
        wallMs: returned || execution.status === "threw" ? execution.wallMs : limits.timeoutMs,
        ...(returned ? {} : { error: describeExecution(execution) }),
      });
      output.result(
        execution,
        returned ? JSON.stringify(execution.output) : describeExecution(execution),
      );
      process.exitCode = returned ? EXIT.done : EXIT.failed;
    });
  });
}

function brief({ name, version, status, description, signature, evaluation, usage }: Tool) {
  return { name, version, status, description, signature, evaluation, usage };
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
