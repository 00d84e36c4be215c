/** `toolwright get`: lists declared objects and the state of their runs. */
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import type { Body } from "../../declare/schema.ts";
import type { Engine } from "../../engine/engine.ts";
import { table } from "../output.ts";
import { type RunRow, runRows, statusOf, statusWord } from "../run-rows.ts";
import { type CommonFlags, withCommonFlags, withSession } from "../session.ts";
import { addGetEvents } from "./get-events.ts";

interface ListFlags extends CommonFlags {
  readonly output?: string;
}

export function addGet(get: Command): void {
  get.enablePositionalOptions();

  withListFlags(get.command("runs").description("requests and their delegated runs, newest first"))
    .option("--status <status>", "only this status, e.g. running or WAITING_FEEDBACK")
    .action(async (flags: ListFlags & { readonly status?: string }) => {
      const status = flags.status === undefined ? undefined : statusOf(flags.status);
      if (flags.status !== undefined && status === undefined) {
        throw new InputError(
          "USAGE",
          `Expected --status pending, running, waiting, succeeded, failed or canceled, got "${flags.status}".`,
        );
      }
      await listed(flags, async (engine, wide) => {
        const rows = (await runRows(engine)).filter(
          (row) => status === undefined || row.status === status,
        );
        return { value: rows, text: runTable(rows, wide) };
      });
    });

  addGetEvents(get);

  withListFlags(
    get.command("tools").description("stored tools, including those of manifests"),
  ).action((flags: ListFlags) =>
    listed(flags, async ({ tools }, wide) => {
      const list = await tools.list();
      return {
        value: list.map(({ name, version, status, origin, language, description }) => ({
          name,
          version,
          status,
          origin: origin ?? "own",
          language,
          description,
        })),
        text: table(
          ["NAME", "VERSION", "STATUS", "ORIGIN", ...(wide ? ["LANGUAGE", "DESCRIPTION"] : [])],
          list.map(({ name, version, status, origin, language, description }) => [
            name,
            String(version),
            status,
            origin ?? "own",
            ...(wide ? [language, description] : []),
          ]),
        ),
      };
    }),
  );

  withListFlags(
    get.command("agents").description("agents of manifests and of the configuration"),
  ).action((flags: ListFlags) =>
    listed(flags, async ({ manifests, config }, wide) => {
      const own = new Set(config.agents.map(({ name }) => name));
      const agents = manifests.config().agents.map((agent) => ({
        ...agent,
        origin: own.has(agent.name) ? "configuration" : "manifest",
      }));
      return {
        value: agents,
        text: table(
          ["NAME", "LLM", "TOOLS", "ORIGIN", ...(wide ? ["DESCRIPTION"] : [])],
          agents.map(({ name, model, tools, origin, description }) => [
            name,
            model.replace(/^llm:/, ""),
            tools.join(", "),
            origin,
            ...(wide ? [description] : []),
          ]),
        ),
      };
    }),
  );

  withListFlags(get.command("llms").description("language models of manifests")).action(
    (flags: ListFlags) =>
      listed(flags, async ({ manifests }) => {
        const llms = [...manifests.objects().llms.values()];
        return {
          value: llms,
          text: table(
            ["NAME", "PROVIDER", "MODEL", "ENDPOINT"],
            llms.map(({ name, provider, model, base_url }: Body<"llms">) => [
              name,
              provider,
              model,
              base_url ?? "default",
            ]),
          ),
        };
      }),
  );

  withListFlags(get.command("tasks").description("tasks of manifests")).action((flags: ListFlags) =>
    listed(flags, async ({ manifests }, wide) => {
      const tasks = [...manifests.objects().tasks.values()];
      return {
        value: tasks,
        text: table(
          ["NAME", "AGENT", "MESSAGE"],
          tasks.map(({ name, agent, user_message }) => [
            name,
            agent,
            wide ? user_message : user_message.slice(0, 60),
          ]),
        ),
      };
    }),
  );
}

function withListFlags(command: Command): Command {
  return withCommonFlags(command).option("-o, --output <form>", "wide, or json (same as --json)");
}

async function listed(
  flags: ListFlags,
  list: (engine: Engine, wide: boolean) => Promise<{ value: unknown; text: string }>,
): Promise<void> {
  const { output: form } = flags;
  if (form !== undefined && form !== "wide" && form !== "json") {
    throw new InputError("USAGE", `Expected -o wide or -o json, got "${form}".`);
  }
  const json = flags.json === true || form === "json";
  await withSession({ ...flags, json }, async ({ engine, output }) => {
    const { value, text } = await list(engine, form === "wide");
    output.result(value, text);
  });
}

function runTable(rows: readonly RunRow[], wide: boolean): string {
  return table(
    [
      ...["RUN NAME", "AGENT", "STATUS", "TASK", "ID", "DEPTH"],
      ...(wide ? ["STARTED", "ENDED", "CAUSE"] : []),
    ],
    rows.map((row) => [
      row.name,
      row.agent ?? "",
      statusWord(row.status),
      row.task ?? "",
      row.id,
      String(row.depth),
      ...(wide ? [row.startedAt, row.endedAt ?? "", row.cause.slice(0, 80)] : []),
    ]),
  );
}
