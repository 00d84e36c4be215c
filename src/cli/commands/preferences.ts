/** `toolwright preferences`: a person's preferences for all their requests; explicit or inferred. */
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import { DEFAULT_USER, type Preference } from "../../memory/index.ts";
import { table } from "../output.ts";
import { type CommonFlags, integer, withCommonFlags, withSession } from "../session.ts";

interface PreferenceFlags extends CommonFlags {
  readonly user: string;
  readonly scope?: string;
  readonly topic?: string;
}

export function addPreferences(preferences: Command): void {
  withUser(
    preferences
      .command("add")
      .description("say one")
      .argument("<text>", "one sentence")
      .option("--scope <word>", "the kind of requests that it applies to (default: all)")
      .option("--topic <word>", "what it is about; the newest of one scope and topic is in force"),
  ).action(async (text: string, flags: PreferenceFlags) => {
    await withSession(flags, async ({ engine, output }) => {
      const { user, scope = "all", topic = null } = flags;
      const added = engine.memory().preferences.add({
        user,
        scope: filled(scope, "--scope"),
        topic: topic === null ? null : filled(topic, "--topic"),
        text: filled(text, "the preference"),
        kind: "explicit",
        confidence: 1,
        source: `said by ${user}`,
      });
      output.result(added, `Noted as ${added.id}.`);
    });
  });

  withUser(preferences.command("ls").description("list them, newest first")).action(
    async (flags: PreferenceFlags) => {
      await withSession(flags, async ({ engine, output }) => {
        const { user } = flags;
        const store = engine.memory().preferences;
        const held = new Set(store.inForce(user).map(({ id }) => id));
        const all = store.list(user).map((each) => ({ ...each, inForce: held.has(each.id) }));
        output.result(all, all.length === 0 ? `${user} has none.` : tableOf(all));
      });
    },
  );

  withUser(
    preferences
      .command("edit")
      .description("change one; it then counts as explicit")
      .argument("<id>", "its id")
      .option("--text <text>", "one sentence")
      .option("--scope <word>", "the kind of requests that it applies to")
      .option("--topic <word>", "what it is about"),
  ).action(async (id: string, flags: PreferenceFlags & { readonly text?: string }) => {
    const { user, text, scope, topic } = flags;
    if (text === undefined && scope === undefined && topic === undefined) {
      throw new InputError("USAGE", "Expected --text, --scope or --topic, got none.");
    }
    await withSession(flags, async ({ engine, output }) => {
      const edited = engine.memory().preferences.edit(user, id, {
        ...(text === undefined ? {} : { text: filled(text, "--text") }),
        ...(scope === undefined ? {} : { scope: filled(scope, "--scope") }),
        ...(topic === undefined ? {} : { topic: filled(topic, "--topic") }),
      });
      output.result(edited, `Changed ${id}.`);
    });
  });

  withUser(preferences.command("rm").description("remove one").argument("<id>", "its id")).action(
    async (id: string, flags: PreferenceFlags) => {
      await withSession(flags, async ({ engine, output }) => {
        engine.memory().preferences.remove(flags.user, id);
        output.result({ removed: id }, `Removed ${id}.`);
      });
    },
  );

  withUser(
    preferences
      .command("infer")
      .description("ask the model which preferences a person's finished requests show")
      .option("--requests <count>", "number of newest requests to read", integer, 20)
      .option("--dry-run", "only show them, store none"),
  ).action(
    async (flags: PreferenceFlags & { readonly requests: number; readonly dryRun?: boolean }) => {
      await withSession(flags, async ({ engine, output, signal }) => {
        const { user, requests, dryRun = false } = flags;
        const found = await engine.inferPreferences(user, { requests, dryRun }, signal);
        output.result(
          found,
          found.length === 0
            ? "They show no new preference."
            : found
                .map(({ text, confidence, source }) => `${text} (${confidence}, from ${source})`)
                .join("\n"),
        );
      });
    },
  );
}

function withUser(command: Command): Command {
  return withCommonFlags(command.option("--user <name>", "whose they are", DEFAULT_USER));
}

function tableOf(list: readonly (Preference & { readonly inForce: boolean })[]): string {
  return table(
    ["id", "scope", "topic", "preference", "kind", "holds"],
    list.map(({ id, scope, topic, text, kind, confidence, inForce }) => [
      id,
      scope,
      topic ?? "",
      text,
      kind === "explicit" ? kind : `${kind} ${confidence}`,
      inForce ? "yes" : "no, a newer one is",
    ]),
  );
}

function filled(text: string, what: string): string {
  if (text.trim() !== "") return text.trim();
  throw new InputError("USAGE", `Expected text as ${what}, got none.`);
}
