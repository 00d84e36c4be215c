/** `toolwright tools`: the filters of a search, and rebuilding its index. */
import type { Command } from "commander";
import { z } from "zod";
import { InputError } from "../../core/errors.ts";
import { Language } from "../../core/execution.ts";
import type { ToolFilter } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import { checkSchema } from "../../core/schema-check.ts";
import { type CommonFlags, withCommonFlags, withHome } from "../session.ts";

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
    ...present({ languages, needs: allowed }),
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
    tools.command("reindex").description("rebuild the search index with the configured embedder"),
  ).action(async (flags: CommonFlags) => {
    await withHome(flags, async ({ engine, output, signal }) => {
      const { reindex } = engine.tools;
      if (reindex === undefined) {
        throw new InputError("USAGE", "This store has no index to rebuild.");
      }
      const { tools: count, embedded } = await reindex(signal);
      output.result(
        { tools: count, embedded },
        `Indexed ${count} versions, ${embedded} of them with vectors.`,
      );
    });
  });
}
