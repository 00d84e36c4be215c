/** `toolwright traces replay`: whether a run comes out of its trace as it was written down. */
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
      .description("do an evolution run again out of its trace, without a model, and compare")
      .argument("<run>", "its id, or the beginning of it")
      .argument("[task]", "the path of its task module, where it is not one of experiments/")
      .option("--spec <file>", "the spec that it was made of, instead"),
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
        const said = {
          identical: `${id}: identical, all ${events} events.`,
          "identical-search": `${id}: identical up to event ${matched} of ${events}, the end of its search, which the clock decided.`,
          differs: `${id}: differs at event ${first?.seq} of ${events}.\n  recorded: ${short(first?.recorded)}\n  replayed: ${short(first?.replayed)}`,
        };
        output.result(report, said[status]);
        if (status === "differs") process.exitCode = EXIT.failed;
      });
    },
  );
}

/** What a request had its tool evolved for: its examples, its spec or its task, as it brought them. */
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
