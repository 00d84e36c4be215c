/** `toolwright traces replay`: checks that a run can be reproduced from its trace. */
import type { Command } from "commander";
import { readEvents } from "../../core/events/read.ts";
import type { EventStore } from "../../core/ports.ts";
import type { Task } from "../../core/task.ts";
import { findRun } from "../find-run.ts";
import { EXIT } from "../output.ts";
import { type CommonFlags, withCommonFlags, withSession } from "../session.ts";

export function addTracesReplay(traces: Command): void {
  withCommonFlags(
    traces
      .command("replay")
      .description("repeat an evolution run from its trace, without a model, and compare")
      .argument("<run>", "its id or a prefix of it")
      .argument("[task]", "the path of its task module, if it is not in experiments/")
      .option("--spec <file>", "its spec file instead of a task"),
  ).action(
    async (prefix: string, path: string | undefined, flags: CommonFlags & { spec?: string }) => {
      const [{ replayedTask }, { pickTask }] = await Promise.all([
        import("../../engine/replay.ts"),
        import("./evolve.ts"),
      ]);
      await withSession(flags, async ({ engine, output, signal }) => {
        const { id, parent } = await findRun(engine.events, prefix);
        const recorded = await replayedTask(engine.events, id);
        const named = path === undefined && flags.spec === undefined ? parent : undefined;
        const task =
          (await requestedTask(engine.events, named)) ??
          (await pickTask(flags.spec === undefined ? (path ?? recorded) : undefined, flags.spec));
        const report = await engine.replay(id, task, signal);
        const { status, events, matched, first } = report;
        const texts = {
          identical: `${id}: identical, all ${events} events.`,
          "identical-search": `${id}: identical up to event ${matched} of ${events}, where the clock ended its search.`,
          differs: `${id}: differs at event ${first?.seq} of ${events}.\n  recorded: ${short(first?.recorded)}\n  replayed: ${short(first?.replayed)}`,
        };
        output.result(report, texts[status]);
        if (status === "differs") process.exitCode = EXIT.failed;
      });
    },
  );
}

/** The task for which a request evolved its tool: from its examples, its spec or its task. */
async function requestedTask(
  store: EventStore,
  parent: string | undefined,
): Promise<Task | undefined> {
  if (parent === undefined) return undefined;
  for await (const { data } of readEvents(store, parent, ["request-submit"])) {
    const { objective, work } = data;
    if (work === undefined || work.source === null) return undefined;
    const { prepare } = await import("../../tasks/request-source.ts");
    return (await prepare(work, { objective, requirements: [], constraints: [] })).task;
  }
  return undefined;
}

function short(facts: object | null | undefined): string {
  const text = facts === null || facts === undefined ? "nothing" : JSON.stringify(facts);
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
