/** `toolwright tools`: lists, finds, shows and calls stored tools. */
import type { Command } from "commander";
import type { Review } from "../../../toolstore/index.ts";
import type { Dependency } from "../../../toolstore/link/graph.ts";
import type { AskPerson } from "../../call/approvals.ts";
import { byName } from "../../call/arguments.ts";
import { isPending } from "../../call/pending.ts";
import { InputError } from "../../core/errors.ts";
import { evidenceMark, evidenceText, evidenceWarning } from "../../core/evidence.ts";
import { present } from "../../core/present.ts";
import { parameterNames, purposeOf, type Tool } from "../../core/tool.ts";
import type { Home } from "../../engine/engine.ts";
import { parseArguments } from "../json-flag.ts";
import { EXIT, table } from "../output.ts";
import {
  type CommonFlags,
  count,
  integer,
  withCommonFlags,
  withHome,
  withSession,
} from "../session.ts";
import { addToolDeclarations } from "./tools-declarations.ts";
import { addToolManagement } from "./tools-manage.ts";
import { addToolReport } from "./tools-report.ts";
import { addToolReview } from "./tools-review.ts";
import { addReindex, filterOf, type SearchFlags } from "./tools-search.ts";
import { addToolStats, usageFigures } from "./tools-stats.ts";

export function addTools(tools: Command): void {
  addToolManagement(tools);
  addReindex(tools);
  addToolReview(tools);
  addToolReport(tools);
  addToolStats(tools);
  addToolDeclarations(tools);

  withCommonFlags(
    tools
      .command("ls")
      .description("list the current version of every tool")
      .option("--all", "also deprecated and candidate tools"),
  ).action(async (flags: CommonFlags & { all?: boolean }) => {
    await withHome(flags, async ({ engine, output }) => {
      for (const problem of await engine.foreign.sync()) output.note(problem);
      const list = await engine.tools.list({
        statuses: flags.all === true ? ["candidate", "active", "deprecated"] : ["active"],
      });
      const rows = list.map((tool) => [
        tool.name,
        `${tool.version} (${tool.release ?? "-"})`,
        tool.status,
        tool.origin ?? "own",
        evidenceMark(tool) || scoreOf(tool),
        `${tool.usage.successes}/${tool.usage.calls}`,
        shorten(purposeOf(tool), 60),
      ]);
      const head = ["name", "version", "status", "origin", "evidence", "calls", "description"];
      const text =
        rows.length === 0
          ? "The store is empty. Requests make tools: try npm start."
          : table(head, rows);
      output.result(list.map(brief), text);
    });
  });

  withCommonFlags(
    tools
      .command("search")
      .description("find tools by a description of what they do")
      .argument("<text>", "words")
      .option("--limit <count>", "maximum number of results", count, 10)
      .option("--language <names...>", "only these languages")
      .option("--needs <names...>", "only tools that need at most: network, files, model, none")
      .option(
        "--origin <names...>",
        "only these origins, e.g. mcp:github; own: made by the engine",
      ),
  ).action(async (text: string, flags: CommonFlags & SearchFlags) => {
    const filter = filterOf(flags);
    await withHome(flags, async ({ engine, output }) => {
      const { noneBelow } = await import("../../../toolstore/index.ts");
      for (const problem of await engine.foreign.sync()) output.note(problem);
      const matches = await engine.tools.search({ text, limit: flags.limit, filter });
      if (matches.degraded !== undefined) output.note(`Degraded: ${matches.degraded}`);
      if (matches.length > 0 && matches.every(({ score }) => score < noneBelow)) {
        output.note(
          `No likely match: a request would use none of these, because all scores are below ${noneBelow}.`,
        );
      }
      output.result(
        matches.map(({ tool, score }) => ({ ...brief(tool), score, meant: score >= noneBelow })),
        matches.length === 0
          ? "Nothing found."
          : table(
              ["score", "name", "origin", "evidence", "description"],
              matches.map(({ tool, score }) => [
                score.toFixed(3),
                `${tool.name} v${tool.version}`,
                tool.origin ?? "own",
                evidenceMark(tool),
                shorten(purposeOf(tool), 70),
              ]),
            ),
      );
    });
  });

  withCommonFlags(
    tools
      .command("show")
      .description("show a tool with its source, its dependencies, its callers and its usage")
      .argument("<name>", "its name")
      .option(
        "--tool-version <number>",
        "a version of the tool (default: the current one)",
        integer,
      ),
  ).action(async (name: string, flags: CommonFlags & { toolVersion?: number }) => {
    await withHome(flags, async ({ engine, output }) => {
      const tool = await engine.tools.get(name, flags.toolVersion);
      const shown = await surroundings(engine, tool);
      output.result({ ...tool, ...shown }, page(tool, shown));
    });
  });

  withCommonFlags(
    tools
      .command("run")
      .description("call a tool in the sandbox; the call is traced and counted")
      .argument("<name>", "its name")
      .option("--args <json>", "its arguments: a JSON array, or an object by name", "[]")
      .option(
        "--tool-version <number>",
        "a version of the tool (default: the current one)",
        integer,
      ),
  ).action(async (name: string, flags: CommonFlags & { args: string; toolVersion?: number }) => {
    await withSession(flags, async ({ engine, output, signal }) => {
      const tool = await engine.tools.get(name, flags.toolVersion);
      const given = parseArguments(flags.args);
      const calls = engine.directCalls(`tools run ${name}`);
      // A person who types the call approves it by that.
      const ask: AskPerson = async () => {
        output.note(`${name} needs a person's approval: running this command counts as approval.`);
        return { decision: "approved", by: "the person at the command line" };
      };
      const outcome = await calls.call(tool, given, ask, signal).finally(calls.end);
      if (outcome.status === "failed") {
        const { code = "CALL_FAILED", reason, execution } = outcome;
        if (execution === undefined) throw new InputError(code, reason);
        output.result(execution, reason);
        process.exitCode = EXIT.failed;
        return;
      }
      output.result(outcome, JSON.stringify(outcome.output));
      const warning = tool.origin === undefined ? evidenceWarning(tool) : undefined;
      if (warning !== undefined) output.note(warning);
      if (!isPending(outcome.output)) return;
      const named = byName(parameterNames(tool), given);
      const { id } = await engine.lastingCalls.leave(tool, named, outcome.output, signal);
      output.note(`The result is pending. To see what it waits for: toolwright request show ${id}`);
    });
  });
}

interface Surroundings {
  readonly dependencies: readonly Dependency[];
  readonly dependants: readonly { readonly name: string; readonly version: number }[];
  readonly reviews: readonly Review[];
}

async function surroundings(engine: Home, tool: Tool): Promise<Surroundings> {
  const { dependantsOf, dependenciesOf, reviewsOf } = await import("../../../toolstore/index.ts");
  return {
    dependencies: await dependenciesOf(engine.tools, tool),
    dependants: (await dependantsOf(engine.tools, tool.name)).map(({ name, version }) => ({
      name,
      version,
    })),
    reviews: (await reviewsOf(engine.events, tool.name)).filter(
      ({ version }) => version === tool.version,
    ),
  };
}

function page(tool: Tool, { dependencies, dependants, reviews }: Surroundings): string {
  const { evaluation, lineage } = tool;
  return [
    `${tool.name} v${tool.version} (${tool.status}), release ${tool.release ?? "none"}`,
    tool.description,
    tool.signature,
    tool.origin === undefined
      ? (evidenceText(tool) ?? `held-out ${evaluation.heldOut}, training ${evaluation.train}`)
      : `a tool of ${tool.origin}${tool.effects === true ? ", which may change things there" : ""}${tool.risky === true ? "; its calls ask a person, unless approvals say otherwise" : ""}`,
    `calls: ${dependencies.map((each) => `${each.name} v${each.version}${each.pinned ? " (pinned)" : ""}`).join(", ") || "no other tool"}`,
    `called by: ${dependants.map(({ name, version }) => `${name} v${version}`).join(", ") || "no other tool"}`,
    `use: ${usageFigures(tool.usage)}`,
    ...tool.usage.lastErrors.map((error) => `  last errors: ${shorten(error, 120)}`),
    ...reviews.map(
      ({ time, action, by, reasons }) =>
        `${time.slice(0, 19)} ${action} by ${by === "person" ? "a person" : "the engine"}${reasons.length > 0 ? `: ${reasons.join(" ")}` : ""}`,
    ),
    `digest ${tool.digest}, made by ${lineage.runId ?? lineage.generator ?? "unknown"}`,
    "",
    tool.source.trimEnd(),
  ].join("\n");
}

function brief(tool: Tool) {
  const { name, version, release, status, origin, description, signature, evaluation, usage } =
    tool;
  return {
    ...{ name, version, release, status, origin, description, signature, evaluation, usage },
    ...present({ evidence: tool.evidence }),
  };
}

/** Of a tool that a score decides, not cases. */
function scoreOf({ origin, evaluation }: Tool): string {
  return origin === undefined ? `score ${evaluation.heldOut.toPrecision(4)}` : "";
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
