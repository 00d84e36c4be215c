/** `toolwright sandbox run`: one program in the sandbox, its Execution as the answer. */
import { extname } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { DRIVERS, sandboxByName } from "../../../sandbox/by-name.ts";
import { InputError } from "../../core/errors.ts";
import { describeExecution, type Language, Limits } from "../../core/execution.ts";
import type { Json } from "../../core/json.ts";
import { createOutput, EXIT } from "../output.ts";
import { type CommonFlags, integer, withCommonFlags, withSession } from "../session.ts";
import { readText } from "../tasks.ts";

interface RunFlags extends CommonFlags {
  readonly entry: string;
  readonly args: string;
  readonly timeoutMs: number;
  readonly memoryMib: number;
  readonly outputBytes: number;
  readonly driver?: string;
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  ".js": "javascript",
  ".mjs": "javascript",
  ".cjs": "javascript",
  ".ts": "typescript",
  ".mts": "typescript",
  ".py": "python",
  ".sh": "shell",
};

export function addSandbox(program: Command): void {
  const sandbox = program.command("sandbox").description("run programs that nobody has read");
  addImage(sandbox);
  const defaults = Limits.parse({});
  withCommonFlags(
    sandbox
      .command("run")
      .description("call a function of a file in the sandbox and print what became of it")
      .argument(
        "<file>",
        "JavaScript or TypeScript; Python and shell in the container and process drivers",
      )
      .option("--entry <name>", "the function that is called", "main")
      .option("--args <json>", "its arguments, a JSON array", "[]")
      .option("--timeout-ms <ms>", "wall clock", integer, defaults.timeoutMs)
      .option("--memory-mib <mib>", "memory", integer, defaults.memoryMiB)
      .option("--output-bytes <bytes>", "size of the result's JSON", integer, defaults.outputBytes)
      .option(
        "--driver <name>",
        `${DRIVERS.join(", ")}, or the path of a driver of your own (default: the configured one)`,
      ),
  ).action(async (file: string, flags: RunFlags) => {
    const source = await readText(file);
    const language = LANGUAGES[extname(file).toLowerCase()];
    if (language === undefined) {
      throw new InputError(
        "UNKNOWN_LANGUAGE",
        `Expected a file ending in ${Object.keys(LANGUAGES).join(", ")}, got ${file}.`,
      );
    }
    const args = parseArgs(flags.args);
    const limits = parseLimits(flags);
    await withSession(flags, async ({ engine, output, signal }) => {
      // Who names the process driver here has chosen it over the configured one.
      const driver =
        flags.driver === undefined
          ? await engine.sandbox()
          : await sandboxByName(flags.driver, 1, { accept: "weaker-isolation" });
      const [execution] = await driver.run(
        {
          program: { language, source, entry: flags.entry },
          inputs: [args],
          limits,
          seed: engine.config.seed,
        },
        signal,
      );
      if (flags.driver !== undefined) await driver.close();
      if (execution === undefined) return;
      const returned = execution.status === "returned";
      output.result(
        execution,
        returned ? JSON.stringify(execution.output) : describeExecution(execution),
      );
      process.exitCode = returned ? EXIT.done : EXIT.failed;
    });
  });
}

function addImage(sandbox: Command): void {
  sandbox
    .command("image")
    .description("the container driver's image")
    .command("build")
    .description("build it out of this machine's own Node, Python and shell; no registry is asked")
    .option("--json", "print one JSON document on stdout and nothing else")
    .action(async (flags: { readonly json?: boolean }) => {
      const { buildSandboxImage } = await import("../../../sandbox/image/build.ts");
      const { connectEngine } = await import("../../../sandbox/container/engine.ts");
      const built = await buildSandboxImage({ engine: await connectEngine() });
      createOutput(flags.json === true).result(built, JSON.stringify(built));
    });
}

export function parseArgs(text: string): readonly Json[] {
  const wanted = "Expected --args to be a JSON array of arguments";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(
      "USAGE",
      `${wanted}, got text that does not parse: ${(error as Error).message}.`,
    );
  }
  if (!Array.isArray(value)) throw new InputError("USAGE", `${wanted}, got ${typeof value}.`);
  return value as readonly Json[];
}

function parseLimits({ timeoutMs, memoryMib, outputBytes }: RunFlags): Limits {
  const parsed = Limits.safeParse({ timeoutMs, memoryMiB: memoryMib, outputBytes });
  if (parsed.success) return parsed.data;
  throw new InputError("USAGE", `The limits do not fit. ${z.prettifyError(parsed.error)}`);
}
