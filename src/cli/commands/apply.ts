/** `toolwright apply`: applies a manifest of models, agents, tools, tasks and runs, all or nothing. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import { decodeText } from "../../core/text/decode.ts";
import type { ManifestFile } from "../../declare/read.ts";
import { type CommonFlags, collect, withCommonFlags, withSession } from "../session.ts";

interface ApplyFlags extends CommonFlags {
  readonly file: readonly string[];
  readonly dryRun?: boolean;
  readonly allowUnavailable?: boolean;
}

export function addApply(command: Command): void {
  withCommonFlags(
    command
      .requiredOption(
        "-f, --file <path>",
        "a YAML file, a folder of them, or - for standard input (repeatable)",
        collect,
        [],
      )
      .option("--dry-run", "only check everything and report what would change")
      .option("--allow-unavailable", "also apply runs whose tools cannot run on this machine"),
  ).action(async (flags: ApplyFlags) => {
    const files = (await Promise.all(flags.file.map(filesOf))).flat();
    await withSession(flags, async ({ engine, output, signal }) => {
      const { dryRun = false, allowUnavailable = false } = flags;
      const applied = await engine.manifests.apply(files, { dryRun, allowUnavailable }, signal);
      for (const { tool, reason } of applied.unavailable) {
        output.note(`TOOL_UNAVAILABLE ${tool}: ${reason}.`);
      }
      for (const { tool, text } of applied.remarks) output.note(`${tool}: ${text}.`);
      const { objects, submitted } = applied;
      output.result(
        { dryRun, ...applied },
        [
          ...objects.map(({ section, name, change }) => `${section}/${name} ${change}`),
          ...(dryRun ? ["Nothing was applied: a dry run."] : []),
        ].join("\n"),
      );
      if (submitted.length > 0) {
        output.note("To run the requests: toolwright worker. To see them: toolwright get runs.");
      }
    });
  });
}

async function filesOf(path: string): Promise<readonly ManifestFile[]> {
  try {
    if (path === "-") return [{ name: "-", text: decodeText(await buffer(process.stdin)) }];
    if (!(await stat(path)).isDirectory())
      return [{ name: path, text: decodeText(await readFile(path)) }];
    const names = (await readdir(path)).filter((name) => /\.(ya?ml|json)$/.test(name)).sort();
    if (names.length === 0) {
      throw new InputError(
        "NO_MANIFEST",
        `Expected files that end in .yaml, .yml or .json in ${path}, got none.`,
      );
    }
    return await Promise.all(
      names.map(async (name) => {
        const file = join(path, name);
        return { name: file, text: decodeText(await readFile(file)) };
      }),
    );
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(
      "UNREADABLE_FILE",
      `Expected a manifest or a folder of them at ${path}, got: ${(cause as Error).message}.`,
      { cause },
    );
  }
}
