/** `toolwright tools report`: a result that is wrong, with the right one; the tool is made again. */
import type { Command } from "commander";
import { byPosition } from "../../call/arguments.ts";
import { runTool } from "../../call/run-tool.ts";
import { InputError } from "../../core/errors.ts";
import { evidenceText } from "../../core/evidence.ts";
import { type Json, sameJson } from "../../core/json.ts";
import { present } from "../../core/present.ts";
import { Request } from "../../core/request.ts";
import { secretKindsIn } from "../../core/text/secrets.ts";
import { actsOutside, type Case, parameterNames, type Tool } from "../../core/tool.ts";
import { parseArguments, parseJsonFlag } from "../json-flag.ts";
import { EXIT } from "../output.ts";
import { integer, type Session, withCommonFlags, withSession } from "../session.ts";
import { type RequestFlags, submitAndAttempt } from "./request.ts";

type ReportFlags = RequestFlags & {
  readonly args: string;
  readonly expected: string;
  readonly toolVersion?: number;
  readonly search: boolean;
};

export function addToolReport(tools: Command): void {
  withCommonFlags(
    tools
      .command("report")
      .description(
        "report a wrong result: it is stored as a case, the tool is not called like that any more, and a version that gives the right one is searched for",
      )
      .argument("<name>", "the tool's name")
      .requiredOption("--args <json>", "its arguments: a JSON array, or an object by name")
      .requiredOption("--expected <json>", "the right result, as JSON")
      .option(
        "--tool-version <number>",
        "a version of the tool (default: the current one)",
        integer,
      )
      .option("--no-search", "only store the report")
      .option("--budget-seconds <seconds>", "duration of the search (default: 45)", Number)
      .option("--budget-evaluations <count>", "maximum number of candidate runs", integer),
  ).action(async (name: string, flags: ReportFlags) => {
    await withSession(flags, async (session) => {
      const { engine, output, signal } = session;
      const tool = await engine.tools.get(name, flags.toolVersion);
      const report = reportOf(tool, flags);
      const got = await resultOf(session, tool, report.args, signal);
      if (got !== undefined && sameJson(got, report.expected, 1e-9)) {
        const text = `${tool.name} v${tool.version} gives ${JSON.stringify(got)} already: nothing to report.`;
        output.result({ tool: tool.name, version: tool.version, reported: false }, text);
        return;
      }
      await engine.tools.recordUse(tool.name, tool.version, {
        succeeded: false,
        wallMs: 0,
        error: `reported: gave ${JSON.stringify(got ?? null)}, expected ${JSON.stringify(report.expected)}`,
        reported: report,
      });
      output.note(
        `Stored: ${tool.name} v${tool.version} is not called with these arguments any more.`,
      );
      if (!flags.search) {
        output.result({ tool: tool.name, version: tool.version, reported: true }, "");
        return;
      }
      await search(session, tool, report, flags);
    });
  });
}

function reportOf(tool: Tool, { args, expected }: ReportFlags): Case {
  const secrets = secretKindsIn(`${args} ${expected}`);
  if (secrets.length > 0) {
    throw new InputError(
      "SECRET_ARGUMENTS",
      `Expected a report without secrets, got what looks like one (${secrets.join(", ")}). Use a made-up value.`,
    );
  }
  if (actsOutside(tool)) {
    throw new InputError(
      "NOT_REPORTABLE",
      `Expected a tool that the sandbox can run on its own, got ${tool.name}, which acts outside. Change it where it comes from.`,
    );
  }
  const given = byPosition(parameterNames(tool), parseArguments(args));
  return { args: [...given], expected: parseJsonFlag("--expected", expected) };
}

/** The tool's own result; undefined if it gives none. */
async function resultOf(
  { engine }: Session,
  tool: Tool,
  args: readonly Json[],
  signal: AbortSignal,
): Promise<Json | undefined> {
  const sandbox = await engine.sandbox();
  const [execution] = await runTool(sandbox, tool, [args], signal);
  return execution?.status === "returned" ? execution.output : undefined;
}

/** A request for the same tool with one case more. */
async function search(
  session: Session,
  tool: Tool,
  report: Case,
  flags: ReportFlags,
): Promise<void> {
  const { engine, output } = session;
  const { name, description, signature, parameters, result, cases, uses, source, language } = tool;
  const spec = {
    ...{ name, description, signature, parameters, result },
    cases: [...cases, report],
    ...(language === "javascript" || language === "typescript" ? { seeds: [source] } : {}),
    ...present({ uses }),
  };
  const work = { spec: JSON.parse(JSON.stringify(spec)) as Json };
  const outcome = await submitAndAttempt(
    session,
    Request.parse({ objective: description }),
    flags,
    work,
  );
  const made = await engine.tools.get(name);
  const isBetter = outcome.status === "SUCCEEDED" && made.version > tool.version;
  output.result(
    { tool: name, version: made.version, reported: true, better: isBetter },
    isBetter
      ? [
          `${name} v${made.version} gives ${JSON.stringify(report.expected)}.`,
          evidenceText(made) ?? "",
        ].join(" ")
      : `No program was found that also gives ${JSON.stringify(report.expected)}. ${name} v${tool.version} stays, and is not called with these arguments.`,
  );
  if (!isBetter) process.exitCode = EXIT.failed;
}
