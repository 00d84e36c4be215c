/** `toolwright request ls|show|resume` and `toolwright worker`: showing and resuming requests. */
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import { present } from "../../core/present.ts";
import { RequestStatus } from "../../core/request.ts";
import type { RequestPage, RequestSummary } from "../../journal/list.ts";
import { EXIT, table } from "../output.ts";
import { attemptOn, attemptOnce, report, tellFailure } from "../request-attempt.ts";
import { viewText, waitsAsJson } from "../request-text.ts";
import { type CommonFlags, count, withCommonFlags, withSession } from "../session.ts";

interface ListFlags extends CommonFlags {
  readonly status?: string;
  readonly limit: number;
  readonly before?: string;
  readonly after?: string;
}

export function addRequestViews(request: Command): void {
  withCommonFlags(request.command("ls").description("requests of this home, newest first"))
    .option("--status <status>", "only those, e.g. WAITING_FEEDBACK, or DAMAGED")
    .option("--limit <count>", "maximum number of requests", count, 50)
    .option("--before <request>", "only requests submitted before this one")
    .option("--after <request>", "only requests submitted after this one")
    .action(async (flags: ListFlags) => {
      const { limit, before, after } = flags;
      const page: RequestPage = {
        // One more than is shown, to know if there are others.
        limit: limit + 1,
        ...(flags.status === undefined ? {} : { status: listedStatus(flags.status) }),
        ...present({ before, after }),
      };
      await withSession(flags, async ({ engine, output }) => {
        const found = await engine.requests.list(page);
        const upwards = after !== undefined && before === undefined;
        const views = upwards ? found.slice(-limit || found.length) : found.slice(0, limit);
        output.result(
          views.map((view) => ({
            id: view.id,
            status: view.status,
            cause: view.cause,
            live: view.live,
            objective: view.objective,
            waits: view.waits.length,
            dueAt: view.dueAt ?? null,
          })),
          table(
            ["request", "status", "waits for", "objective"],
            views.map(({ id, status, waits, dueAt, objective }) => [
              id,
              status,
              waits.length > 0 ? waits.map(({ name }) => name).join(", ") : (dueAt ?? ""),
              objective.slice(0, 60),
            ]),
          ),
        );
        for (const { id, status, cause } of views) {
          if (status === "DAMAGED") output.note(`${id} is damaged. ${cause}`);
        }
        const edge = upwards ? views[0] : views.at(-1);
        if (found.length > limit && edge !== undefined) {
          const others = upwards ? `--after ${edge.id}` : `--before ${edge.id}`;
          output.note(`There are more: toolwright request ls ${others} (or a larger --limit).`);
        }
      });
    });

  withCommonFlags(
    request
      .command("show")
      .description("one request: status, plan, steps, and questions with how to answer them")
      .argument("<id>", "the request"),
  ).action(async (id: string, flags: CommonFlags) => {
    await withSession(flags, async ({ engine, output }) => {
      const { requests } = engine;
      const view = await requests.view(id);
      output.result({ ...view, waits: waitsAsJson(requests, view) }, viewText(requests, view));
    });
  });

  withCommonFlags(
    request
      .command("resume")
      .description("resume one request, or all that can continue now")
      .argument("[id]", "the request")
      .option("--all", "all due requests"),
  ).action(async (id: string | undefined, flags: CommonFlags & { readonly all?: boolean }) => {
    if ((id === undefined) === (flags.all !== true)) {
      throw new InputError("USAGE", "Expected a request's id or --all, got neither or both.");
    }
    await withSession(flags, async (session) => {
      const { engine, output } = session;
      if (id !== undefined) {
        report(engine.requests, await attemptOn(session, id), output);
        return;
      }
      const ends: { requestId: string; status: string }[] = [];
      for (const due of await engine.requests.due()) {
        try {
          const { requestId, status } = await attemptOnce(session, due);
          ends.push({ requestId, status });
        } catch (error) {
          if (session.signal.aborted) throw error;
          process.exitCode = tellFailure(output, due, error);
          ends.push({ requestId: due, status: (await engine.requests.summary(due)).status });
        }
      }
      output.result(
        ends,
        ends.length === 0
          ? "No request can continue now."
          : table(
              ["request", "status"],
              ends.map(({ requestId, status }) => [requestId, status]),
            ),
      );
    });
  });
}

/** @throws InputError USAGE */
function listedStatus(word: string): RequestSummary["status"] {
  const status = word.toUpperCase();
  const known = RequestStatus.safeParse(status);
  if (known.success) return known.data;
  if (status === "DAMAGED") return status;
  const all = [...RequestStatus.options, "DAMAGED"].join(", ");
  throw new InputError("USAGE", `--status: expected one of ${all}, got "${word}".`);
}

/** `toolwright worker`: runs requests until it is stopped. */
export function addWorker(command: Command): void {
  withCommonFlags(
    command
      .option("--concurrency <count>", "concurrent requests (default: 4)", Number)
      .option("--until-idle", "end when no request is due"),
  ).action(
    async (
      flags: CommonFlags & { readonly concurrency?: number; readonly untilIdle?: boolean },
    ) => {
      const { concurrency = 4 } = flags;
      if (!Number.isInteger(concurrency) || concurrency < 1) {
        throw new InputError("USAGE", `Expected --concurrency of at least 1, got ${concurrency}.`);
      }
      const { work } = await import("../../journal/worker.ts");
      await withSession(flags, async (session) => {
        const { engine, output, signal } = session;
        output.note(`Working on ${engine.config.home}. Ctrl-C stops it.`);
        let attempts = 0;
        await work(
          engine.events,
          async (id) => {
            const { status } = await attemptOnce(session, id);
            attempts++;
            output.note(`${id}: ${status}`);
          },
          {
            concurrency,
            untilIdle: flags.untilIdle === true,
            onError: (id, error) => {
              if (!signal.aborted) tellFailure(output, id, error);
            },
          },
          signal,
        );
        output.result({ lives: attempts }, `Made ${attempts} attempts.`);
        process.exitCode = EXIT.done;
      });
    },
  );
}
