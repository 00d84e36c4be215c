/** `toolwright tools`: adding, approving, retiring and restoring tools. */
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import { present } from "../../core/present.ts";
import type { Task } from "../../core/task.ts";
import type { Home } from "../../engine/engine.ts";
import { EXIT, table } from "../output.ts";
import { type CommonFlags, integer, withCommonFlags, withHome } from "../session.ts";

interface VersionFlags extends CommonFlags {
  readonly toolVersion?: number;
  readonly reason?: string;
}

const VERSION = ["--tool-version <number>", "a version of the tool"] as const;

export function addToolReview(tools: Command): void {
  withCommonFlags(
    tools
      .command("add")
      .description("register a tool that you wrote, through the same gate as an evolved one")
      .argument(
        "<spec>",
        "its spec file: name, description, signature, cases, and what it uses or needs",
      )
      .option("--source <file>", "its source file (default: the first seed of the spec)"),
  ).action(async (file: string, flags: CommonFlags & { source?: string }) => {
    const { loadSpecTask, readText } = await import("../../tasks/tasks.ts");
    const task = await loadSpecTask(file);
    const source = flags.source === undefined ? firstSeed(task) : await readText(flags.source);
    await withHome(flags, async ({ engine, output, signal }) => {
      const result = await add(engine, task, source, signal);
      const tool = result.status === "refused" ? undefined : result.tool;
      const name = tool === undefined ? task.name : `${tool.name} v${tool.version}`;
      output.result(
        { ...result, tool: tool === undefined ? undefined : { ...tool, source: undefined } },
        [
          result.status === "waiting"
            ? `${name} needs approval: toolwright tools approve ${task.name}`
            : `${name}: ${result.status}.`,
          ...result.reasons,
        ].join("\n"),
      );
      if (result.status === "refused") process.exitCode = EXIT.failed;
    });
  });

  withCommonFlags(
    tools.command("pending").description("list versions that need a person's approval"),
  ).action(async (flags: CommonFlags) => {
    await withHome(flags, async ({ engine, output }) => {
      const { waitingForApproval } = await import("../../../toolstore/index.ts");
      const waiting = await waitingForApproval(engine.tools);
      output.result(
        waiting.map(({ name, version, digest, description, capabilities, origin }) => ({
          name,
          version,
          digest,
          description,
          capabilities,
          ...present({ origin }),
        })),
        waiting.length === 0
          ? "Nothing waits."
          : table(
              ["name", "version", "needs", "description"],
              waiting.map(({ name, version, capabilities, origin, description }) => [
                name,
                String(version),
                origin === undefined ? needs(capabilities) : `${origin}, a changed definition`,
                description.slice(0, 60),
              ]),
            ),
      );
    });
  });

  withCommonFlags(
    tools
      .command("approve")
      .description("approve a pending version")
      .argument("<name>", "its name")
      .option(...VERSION, integer)
      .option("--reason <text>", "why"),
  ).action(async (name: string, { toolVersion, reason, ...flags }: VersionFlags) => {
    await withHome(flags, async ({ engine, output, signal }) => {
      const { approve } = await import("../../../toolstore/index.ts");
      const tool = await approve(ports(engine), name, chosen(toolVersion, reason), signal);
      output.result(
        { name, version: tool.version, status: tool.status },
        `${name} v${tool.version} is ${tool.status}.`,
      );
    });
  });

  withCommonFlags(
    tools
      .command("reject")
      .description("reject a pending version; it stays in the history")
      .argument("<name>", "its name")
      .option(...VERSION, integer)
      .requiredOption("--reason <text>", "why"),
  ).action(async (name: string, flags: VersionFlags & { readonly reason: string }) => {
    const { toolVersion, reason } = flags;
    await withHome(flags, async ({ engine, output }) => {
      const { reject } = await import("../../../toolstore/index.ts");
      const options = { ...chosen(toolVersion, reason), reason };
      const tool = await reject(ports(engine), name, options);
      output.result(
        { name, version: tool.version, status: tool.status, reason },
        `${name} v${tool.version} is rejected: ${reason}`,
      );
    });
  });

  withCommonFlags(
    tools
      .command("deprecate")
      .description("deprecate a tool: searches no longer find it, but it can be called by name")
      .argument("<name>", "its name")
      .option(...VERSION, integer)
      .option("--reason <text>", "why"),
  ).action(async (name: string, { toolVersion, reason, ...flags }: VersionFlags) => {
    await withHome(flags, async ({ engine, output }) => {
      const { review } = await import("../../../toolstore/index.ts");
      const tool = await engine.tools.get(name, toolVersion);
      const { version } = tool;
      const reasons = reason === undefined ? [] : [reason];
      const decision = { action: "deprecate", to: "deprecated", reasons, by: "person" } as const;
      await review(ports(engine), tool, decision);
      output.result({ name, version, status: "deprecated" }, `${name} v${version} is deprecated.`);
    });
  });

  withCommonFlags(
    tools
      .command("restore")
      .description("restore a tool that was deprecated, rejected or retired")
      .argument("<name>", "its name")
      .option(...VERSION, integer)
      .option("--reason <text>", "why"),
  ).action(async (name: string, { toolVersion, reason, ...flags }: VersionFlags) => {
    await withHome(flags, async ({ engine, output }) => {
      const { restore } = await import("../../../toolstore/index.ts");
      const tool = await restore(ports(engine), name, chosen(toolVersion, reason));
      output.result(
        { name, version: tool.version, status: tool.status },
        `${name} v${tool.version} is ${tool.status}.`,
      );
    });
  });

  withCommonFlags(
    tools
      .command("retire")
      .description("deprecate tools that are rarely used; nothing is deleted")
      .option("--dry-run", "only list them")
      .option("--grace-days <days>", "keep younger tools", integer, 30),
  ).action(async (flags: CommonFlags & { dryRun?: boolean; graceDays: number }) => {
    if (!(flags.graceDays >= 0)) {
      throw new InputError("USAGE", "Expected --grace-days as a number of days of at least 0.");
    }
    await withHome(flags, async ({ engine, output }) => {
      const { retireUnused } = await import("../../../toolstore/index.ts");
      const { retired, least } = await retireUnused(ports(engine), {
        events: engine.events,
        now: Date.now(),
        graceMs: flags.graceDays * 86_400_000,
        dryRun: flags.dryRun === true,
      });
      const verb = flags.dryRun === true ? "would be retired" : "retired";
      output.result(
        { retired, least, dryRun: flags.dryRun === true },
        retired.length === 0
          ? `Nothing to retire: the rule requires ${least.toFixed(2)} successful calls.`
          : retired.map(({ name, reason }) => `${name} ${verb}: ${reason}`).join("\n"),
      );
    });
  });
}

function ports(engine: Home) {
  const { tools: store, openTrace, newId, sandbox } = engine;
  return { store, openTrace, newId, sandbox };
}

function chosen(version: number | undefined, reason: string | undefined) {
  return {
    ...present({ version, reason }),
  };
}

function firstSeed(task: Task): string {
  // The first seed of a spec's task is the null program, so the second is the spec's first.
  const seed = task.kernel.seeds[1];
  if (seed === undefined) {
    throw new InputError(
      "BAD_SPEC",
      "Expected a source: give --source FILE, or put the program into the spec as the first seed.",
    );
  }
  return seed;
}

/** The spec's cases judge it, including the held-out ones. */
async function add(engine: Home, task: Task, source: string, signal: AbortSignal) {
  const { registerTool } = await import("../../../toolstore/index.ts");
  const { seed } = engine.config;
  const train = task.instances("train", seed);
  const instances = [...task.instances("sealed", seed), ...train];
  const made = task.tool(source);
  return registerTool(
    { ...ports(engine), sandbox: await engine.sandbox() },
    {
      ...made,
      limits: task.limits,
      capabilities: made.capabilities ?? { network: [], files: false, model: false },
      cases: train.flatMap(({ input, expected }) =>
        expected === undefined ? [] : [{ args: [...input], expected }],
      ),
      lineage: { parents: [], generator: "written by hand" },
      createdAt: new Date().toISOString(),
    },
    {
      inputs: instances.map(({ input }) => input),
      judge: (executions) => engine.evaluator.evaluate(task, instances, executions),
      floor: task.target ?? 1,
      ...present({ resolution: task.resolution }),
    },
    signal,
  );
}

function needs({
  network,
  files,
  model,
}: {
  readonly network: readonly string[];
  readonly files: boolean;
  readonly model: boolean;
}): string {
  return [
    ...(network.length > 0 ? [`network: ${network.join(" ")}`] : []),
    ...(files ? ["files"] : []),
    ...(model ? ["model"] : []),
  ].join(", ");
}
