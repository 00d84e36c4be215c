/** `toolwright tools stats`: usage of the library, its savings, and candidates for retirement. */
import type { Command } from "commander";
import { usageFigures as figuresOf } from "../../../toolstore/store/stats.ts";
import type { ToolUsage } from "../../core/tool.ts";
import { table } from "../output.ts";
import { type CommonFlags, withCommonFlags, withHome } from "../session.ts";

const MONTH_MS = 30 * 86_400_000;

export function addToolStats(tools: Command): void {
  withCommonFlags(
    tools
      .command("stats")
      .description("show the library's usage, its savings, and tools that could be retired")
      .argument("[name]", "show one tool, version by version"),
  ).action(async (name: string | undefined, flags: CommonFlags) => {
    await withHome(flags, async ({ engine, output }) => {
      if (name !== undefined) {
        const versions = (await engine.tools.history(name)).map(({ version, release, usage }) => ({
          version,
          release,
          ...figuresOf(usage),
          lastErrors: usage.lastErrors,
        }));
        const rows = versions.map((each) => [
          `${each.version} (${each.release ?? "-"})`,
          String(each.calls),
          percent(each.successRate),
          milliseconds(each.meanMs),
          milliseconds(each.p95Ms),
          `$${each.costUsd.toFixed(4)}`,
          each.lastErrors.at(-1)?.slice(0, 50) ?? "",
        ]);
        const head = ["version", "calls", "succeeded", "mean", "p95", "cost", "last error"];
        output.result({ name, versions }, table(head, rows));
        return;
      }
      const { retireUnused, reuseStats, toolStats } = await import("../../../toolstore/index.ts");
      const stats = await toolStats(engine.tools);
      const reuse = await reuseStats(engine.events);
      const { tools: store, events, openTrace, newId } = engine;
      const { retired } = await retireUnused(
        { store, openTrace, newId },
        { events, now: Date.now(), graceMs: MONTH_MS, dryRun: true },
      );
      const retirable = retired.map((each) => each.name);
      const { byStatus, ...plain } = stats;
      const rows: [string, string][] = [
        ...Object.entries(plain).map(([key, value]): [string, string] => [
          words(key),
          number(value),
        ]),
        ...Object.entries(byStatus).map(([key, value]): [string, string] => [
          `current ones ${key}`,
          String(value),
        ]),
        ...Object.entries(reuse).map(([key, value]): [string, string] => [
          words(key),
          key === "shareWithoutCreation" ? percent(value) : number(value),
        ]),
        ["retirable", retirable.join(", ") || "none"],
      ];
      output.result({ ...stats, reuse, retirable }, table(["figure", "value"], rows));
    });
  });
}

/** A tool's usage in one line. */
export function usageFigures(usage: ToolUsage): string {
  const { calls, successRate, meanMs, p95Ms, costUsd } = figuresOf(usage);
  return calls === 0
    ? "none yet"
    : `${calls} calls, ${percent(successRate)} succeeded, mean ${milliseconds(meanMs)}, p95 ${milliseconds(p95Ms)}, $${costUsd.toFixed(4)}`;
}

function words(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function number(value: number | undefined): string {
  return value === undefined ? "-" : String(Number(value.toFixed(4)));
}

function percent(value: number | undefined): string {
  return value === undefined ? "-" : `${(100 * value).toFixed(1)} %`;
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? "-" : `${value.toFixed(1)} ms`;
}
