/**
 * Runs the fenced blocks of a Markdown file in order: each as a separate program on the driver of its
 * language, or as cells of a named session that share variables and files.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, resolve, sep } from "node:path";
import { type Block, type ScriptOutput, scriptOf } from "../../../sandbox/blocks.ts";
import type { ContainerSandbox } from "../../../sandbox/container/container.ts";
import { InputError } from "../../core/errors.ts";
import { describeExecution, type Execution, type Limits } from "../../core/execution.ts";
import type { Json } from "../../core/json.ts";
import type { Sandbox } from "../../core/ports.ts";
import { stripTypes } from "../../core/strip-types.ts";

/** Result of one block. */
export interface BlockResult {
  readonly language: Block["language"];
  readonly line: number;
  readonly execution: Execution;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOfBlocks {
  readonly entry: string;
  readonly args: readonly Json[];
  readonly limits: Limits;
  readonly seed: number;
}

/** Stops after the first block that fails, because later blocks may depend on it. */
export async function runBlocks(
  sandbox: Sandbox,
  blocks: readonly Block[],
  { entry, args, limits, seed }: RunOfBlocks,
  onResult: (result: BlockResult) => void,
  signal: AbortSignal,
): Promise<readonly BlockResult[]> {
  return inOrder(blocks, onResult, async (block) => {
    const program = scriptOf(block, entry);
    if ("refused" in program) return failed({ status: "refused", reason: program.refused });
    const [execution] = await sandbox.run({ program, inputs: [args], limits, seed }, signal);
    if (execution === undefined) throw new Error("a sandbox gave no execution for its input");
    if (execution.status !== "returned" || block.language === "shell") return failed(execution);
    const { value, printed } = execution.output as unknown as ScriptOutput;
    return { execution: { ...execution, output: value as Json }, stdout: printed, stderr: "" };
  });
}

/** As cells: the blocks of a language share one interpreter, which ends with the command. */
export async function runCells(
  sandbox: ContainerSandbox,
  name: string,
  blocks: readonly Block[],
  limits: Limits,
  onResult: (result: BlockResult) => void,
  signal: AbortSignal,
): Promise<readonly BlockResult[]> {
  return inOrder(blocks, onResult, async ({ language, source }) => {
    const plain = language === "typescript" ? stripTypes(source) : undefined;
    if (plain?.status === "failed") return failed({ status: "refused", reason: plain.reason });
    const session = sessionOf(sandbox, name, language, limits);
    const cell = await session.run(plain?.text ?? source, limits, signal);
    const { execution, stdout, stderr } = cell;
    return { execution, stdout, stderr };
  });
}

/** Each language has its own interpreter in the session; JavaScript uses TypeScript's. */
function sessionOf(
  sandbox: ContainerSandbox,
  name: string,
  language: Block["language"],
  { memoryMiB }: Limits,
) {
  const spoken = language === "typescript" ? "javascript" : language;
  return sandbox.session(`${name} ${spoken}`, spoken, memoryMiB);
}

/** Copies files into the scratch directory of each session, under their own names. */
export async function putFiles(
  sandbox: ContainerSandbox,
  name: string,
  blocks: readonly Block[],
  files: readonly string[],
  limits: Limits,
  signal: AbortSignal,
): Promise<void> {
  for (const session of sessionsOf(sandbox, name, blocks, limits)) {
    for (const file of files) {
      await session.writeFile(basename(file), await readBytes(file), signal);
    }
  }
}

/**
 * Copies the files of the sessions' scratch directories into a folder. With several sessions, each gets
 * a subfolder named after its language, because both may contain the same name.
 *
 * @param most Maximum bytes of one file; a larger one is not copied but reported.
 * @returns Paths written, and those left out with the reason.
 */
export async function takeFiles(
  sandbox: ContainerSandbox,
  name: string,
  blocks: readonly Block[],
  { folder, most }: { readonly folder: string; readonly most: number },
  limits: Limits,
  signal: AbortSignal,
): Promise<{ readonly written: readonly string[]; readonly left: readonly string[] }> {
  const written: string[] = [];
  const left: string[] = [];
  const sessions = sessionsOf(sandbox, name, blocks, limits);
  for (const session of sessions) {
    const root = resolve(folder, sessions.length > 1 ? session.language : ".");
    for (const path of await session.files(signal)) {
      const target = resolve(root, path);
      // The program chooses the names, so they are not trusted.
      if (!target.startsWith(root + sep)) {
        left.push(`${path} is outside of the folder`);
        continue;
      }
      try {
        const content = await session.readFile(path, most, signal);
        await mkdir(dirname(target), { recursive: true });
        await writeFile(target, content);
        written.push(target);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        left.push(`${path}: ${error.message}`);
      }
    }
  }
  return { written, left };
}

function sessionsOf(
  sandbox: ContainerSandbox,
  name: string,
  blocks: readonly Block[],
  limits: Limits,
) {
  return [...new Set(blocks.map(({ language }) => sessionOf(sandbox, name, language, limits)))];
}

async function inOrder(
  blocks: readonly Block[],
  onResult: (result: BlockResult) => void,
  run: (block: Block) => Promise<Pick<BlockResult, "execution" | "stdout" | "stderr">>,
): Promise<readonly BlockResult[]> {
  const results: BlockResult[] = [];
  for (const block of blocks) {
    const { language, line } = block;
    const result = { language, line, ...(await run(block)) };
    results.push(result);
    onResult(result);
    if (result.execution.status !== "returned") break;
  }
  return results;
}

function failed(execution: Execution): Pick<BlockResult, "execution" | "stdout" | "stderr"> {
  return { execution, stdout: "", stderr: "" };
}

/** The text for a person: what the block printed, then its value, if any. */
export function textOf({ execution, stdout }: BlockResult): string {
  if (execution.status !== "returned") return `${stdout}${describeExecution(execution)}\n`;
  const { output } = execution;
  if (output === null) return stdout;
  return `${stdout}${typeof output === "string" ? output : JSON.stringify(output)}\n`;
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new InputError("UNREADABLE_FILE", `Cannot read ${file}: ${(cause as Error).message}.`, {
      cause,
    });
  }
}
