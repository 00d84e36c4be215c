/** `toolwright sandbox run`: runs programs in the sandbox and prints the results. */
import { extname } from "node:path";
import type { Command } from "commander";
import { type Block, fencedBlocks, languageOf } from "../../../sandbox/blocks.ts";
import { DRIVERS, sandboxByName } from "../../../sandbox/by-name.ts";
import { InputError } from "../../core/errors.ts";
import { describeExecution, Limits } from "../../core/execution.ts";
import type { Json } from "../../core/json.ts";
import type { Sandbox } from "../../core/ports.ts";
import { checkSchema } from "../../core/schema-check.ts";
import { readText } from "../../tasks/tasks.ts";
import { parseJsonFlag } from "../json-flag.ts";
import { createOutput, EXIT, type Output } from "../output.ts";
import {
  type CommonFlags,
  collect,
  integer,
  type Session,
  withCommonFlags,
  withSession,
} from "../session.ts";
import {
  type BlockResult,
  putFiles,
  runBlocks,
  runCells,
  takeFiles,
  textOf,
} from "./sandbox-blocks.ts";

interface RunFlags extends CommonFlags {
  readonly entry: string;
  readonly args: string;
  readonly timeoutMs: number;
  readonly memoryMib: number;
  readonly outputBytes: number;
  readonly driver?: string;
  readonly session?: string;
  readonly put: readonly string[];
  readonly files?: string;
  readonly fileBytes: number;
}

const MARKDOWN = [".md", ".markdown"];

export function addSandbox(sandbox: Command): void {
  addImage(sandbox);
  const defaults = Limits.parse({});
  withCommonFlags(
    sandbox
      .command("run")
      .description("call a function of a file, or run a Markdown file's code blocks in order")
      .argument("<file>", "JavaScript, TypeScript, Python, shell, or Markdown with fenced blocks")
      .option("--entry <name>", "the function to call", "main")
      .option("--args <json>", "its arguments, a JSON array", "[]")
      .option("--timeout-ms <ms>", "time limit per block", integer, defaults.timeoutMs)
      .option("--memory-mib <mib>", "memory", integer, defaults.memoryMiB)
      .option("--output-bytes <bytes>", "size of the result's JSON", integer, defaults.outputBytes)
      .option(
        "--driver <name>",
        `${DRIVERS.join(", ")}, or the path of a module (default: the configured one for the language)`,
      )
      .option(
        "--session <name>",
        "run as cells of a container session: blocks of a language share variables and files",
      )
      .option(
        "--put <file>",
        "session: a file to copy into its scratch directory (repeatable)",
        collect,
        [],
      )
      .option("--files <folder>", "session: folder to copy its files to at the end")
      .option("--file-bytes <bytes>", "session: maximum size of a copied file", integer, 1_000_000),
  ).action(async (file: string, flags: RunFlags) => {
    const markdown = MARKDOWN.includes(extname(file).toLowerCase());
    const text = await readText(file);
    const { blocks, others } = markdown ? blocksOf(file, text) : fileBlock(file, text);
    const args = parseArgs(flags.args);
    const limits = parseLimits(flags);
    checkFlags(flags);
    await withSession(flags, async (session) => {
      const { output } = session;
      for (const line of others) output.note(`line ${line}: the block's language cannot be run`);
      if (flags.session !== undefined) await runInSession(flags, blocks, limits, session);
      else {
        await withDriver(flags.driver, session, async (driver) => {
          if (markdown) {
            const options = { entry: flags.entry, args, limits, seed: session.engine.config.seed };
            const show = showBlock(output);
            report(output, await runBlocks(driver, blocks, options, show, session.signal));
          } else await runFile(driver, flags.entry, blocks, args, limits, session);
        });
      }
    });
  });
}

/** The named driver, which is closed afterwards, or the engine's own. */
async function withDriver(
  name: string | undefined,
  { engine }: Session,
  work: (driver: Sandbox) => Promise<void>,
): Promise<void> {
  if (name === undefined) return work(await engine.sandbox());
  // Naming the process driver here accepts its weaker isolation.
  const driver = await sandboxByName(name, 1, { accept: "weaker-isolation" });
  try {
    await work(driver);
  } finally {
    await driver.close();
  }
}

async function runFile(
  driver: Sandbox,
  entry: string,
  blocks: readonly Block[],
  args: readonly Json[],
  limits: Limits,
  { engine, output, signal }: Session,
): Promise<void> {
  for (const { language, source } of blocks) {
    const [execution] = await driver.run(
      { program: { language, source, entry }, inputs: [args], limits, seed: engine.config.seed },
      signal,
    );
    if (execution === undefined) return;
    const returned = execution.status === "returned";
    output.result(
      execution,
      returned ? JSON.stringify(execution.output) : describeExecution(execution),
    );
    process.exitCode = returned ? EXIT.done : EXIT.failed;
  }
}

async function runInSession(
  flags: RunFlags,
  blocks: readonly Block[],
  limits: Limits,
  { output, signal }: Session,
): Promise<void> {
  const name = flags.session ?? "";
  const { containerSandbox } = await import("../../../sandbox/container/container.ts");
  // All programs run in the session, so no container is started in advance.
  const driver = await containerSandbox({ concurrency: 1, warm: 0 });
  try {
    await putFiles(driver, name, blocks, flags.put, limits, signal);
    const results = await runCells(driver, name, blocks, limits, showBlock(output), signal);
    report(output, results);
    if (flags.files === undefined) return;
    const to = { folder: flags.files, most: flags.fileBytes };
    const { written, left } = await takeFiles(driver, name, blocks, to, limits, signal);
    for (const path of written) output.note(`wrote ${path}`);
    for (const reason of left) output.note(reason);
  } finally {
    await driver.close();
  }
}

/** Prints blocks as they finish, for people; with --json all of them at the end. */
function showBlock(output: Output): (result: BlockResult) => void {
  return (result) => {
    const { language, line, stderr } = result;
    output.note(`${language}, line ${line}: ${result.execution.status}`);
    if (stderr !== "") output.note(stderr.trimEnd());
    const text = textOf(result).replace(/\n$/, "");
    if (!output.json && text !== "") output.result(undefined, text);
  };
}

function report(output: Output, results: readonly BlockResult[]): void {
  if (output.json) output.result(results, "");
  const good = results.every(({ execution }) => execution.status === "returned");
  process.exitCode = good ? EXIT.done : EXIT.failed;
}

function blocksOf(file: string, text: string) {
  const found = fencedBlocks(text);
  if (found.blocks.length > 0) return found;
  throw new InputError(
    "NO_BLOCKS",
    `Expected ${file} to hold fenced code blocks marked js, ts, python or sh, found none${found.others.length > 0 ? ` among ${found.others.length} others` : ""}.`,
  );
}

function fileBlock(file: string, source: string) {
  const language = languageOf(extname(file).slice(1));
  if (language === undefined) {
    throw new InputError(
      "UNKNOWN_LANGUAGE",
      `Expected a file ending in .js, .mjs, .cjs, .ts, .mts, .py, .sh or ${MARKDOWN.join(", ")}, got ${file}.`,
    );
  }
  // Windows' line ends become part of a shell's words.
  const text = language === "shell" ? source.replaceAll("\r\n", "\n") : source;
  return { blocks: [{ language, source: text, line: 1 }] as const, others: [] as const };
}

function checkFlags({ entry, session, driver, put, files, fileBytes }: RunFlags): void {
  const wrong = (message: string): never => {
    throw new InputError("USAGE", message);
  };
  if (!/^[A-Za-z_$][\w$]*$/.test(entry)) wrong(`Expected --entry to be a name, got "${entry}".`);
  if (session === undefined) {
    if (put.length > 0 || files !== undefined)
      wrong("Expected --session together with --put or --files: only a session keeps files.");
  } else if (driver !== undefined && driver !== "container") {
    wrong(`Only the container driver has sessions, got --driver ${driver}. Remove --driver.`);
  }
  if (!Number.isInteger(fileBytes) || fileBytes < 1 || fileBytes > 64_000_000) {
    wrong(`Expected --file-bytes to be an integer from 1 to 64000000, got ${fileBytes}.`);
  }
}

function addImage(sandbox: Command): void {
  sandbox
    .command("image")
    .description("the container driver's image")
    .command("build")
    .description("build it from this machine's own Node, Python and shell; no registry is used")
    .option("--json", "print only one JSON document on stdout")
    .action(async (flags: { readonly json?: boolean }) => {
      const { buildSandboxImage } = await import("../../../sandbox/container/image/build.ts");
      const { connectEngine } = await import("../../../sandbox/container/engine.ts");
      const built = await buildSandboxImage({ engine: await connectEngine() });
      createOutput(flags.json === true).result(built, JSON.stringify(built));
    });
}

function parseArgs(text: string): readonly Json[] {
  const value = parseJsonFlag("--args", text);
  if (Array.isArray(value)) return value as readonly Json[];
  throw new InputError(
    "USAGE",
    `Expected --args to be a JSON array of arguments, got ${typeof value}.`,
  );
}

function parseLimits({ timeoutMs, memoryMib, outputBytes }: RunFlags): Limits {
  const checked = checkSchema(Limits, { timeoutMs, memoryMiB: memoryMib, outputBytes });
  if (checked.ok) return checked.data;
  const flags: Readonly<Record<string, string>> = {
    timeoutMs: "--timeout-ms",
    memoryMiB: "--memory-mib",
    outputBytes: "--output-bytes",
  };
  const faults = checked.faults.map(({ path, message }) => `${flags[String(path[0])]}: ${message}`);
  throw new InputError("USAGE", `The limits do not fit. ${faults.join("; ")}.`);
}
