/** `toolwright tools`: what a search may be narrowed to, and its index made anew. */
import type { Command } from "commander";
import { z } from "zod";
import { InputError } from "../../core/errors.ts";
import { Language } from "../../core/execution.ts";
import type { ToolFilter } from "../../core/ports.ts";
import { checkSchema } from "../../core/schema-check.ts";
import { type CommonFlags, withCommonFlags, withSession } from "../session.ts";

export interface SearchFlags {
  readonly limit: number;
  readonly language?: readonly string[];
  readonly needs?: readonly string[];
  readonly origin?: readonly string[];
}

const Needs = z.array(z.enum(["network", "files", "model", "none"]));

/** @throws InputError USAGE naming the flag. */
export function filterOf({ language, needs, origin }: SearchFlags): ToolFilter {
  const languages = checked("--language", z.array(Language), language);
  const allowed = checked("--needs", Needs, needs)?.filter((need) => need !== "none");
  return {
    ...(languages === undefined ? {} : { languages }),
    ...(allowed === undefined ? {} : { needs: allowed }),
    ...(origin === undefined
      ? {}
      : { origins: origin.map((name) => (name === "own" ? "" : name)) }),
  };
}

function checked<T>(flag: string, schema: z.ZodType<T>, value: unknown): T | undefined {
  if (value === undefined) return undefined;
  const read = checkSchema(schema, value);
  if (read.ok) return read.data;
  throw new InputError("USAGE", `${flag}: ${read.faults[0]?.message}.`);
}

export function addReindex(tools: Command): void {
  withCommonFlags(
    tools
      .command("reindex")
      .description("make the search index anew, with the embedder that is configured now"),
  ).action(async (flags: CommonFlags) => {
    await withSession(flags, async ({ engine, output, signal }) => {
      const { reindex } = engine.tools;
      if (reindex === undefined) {
        throw new InputError("USAGE", "This store keeps no index that could be made anew.");
      }
      const { tools: count, embedded } = await reindex(signal);
      output.result(
        { tools: count, embedded },
        `Indexed ${count} versions, ${embedded} of them with vectors.`,
      );
    });
  });
}
