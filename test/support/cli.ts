/**
 * Runs the command line as a user does, on a home of its own.
 *
 * A command runs in this process, with a folder, an environment and streams of its own: loading the
 * program once costs less than loading it for every command. It gets a real process where a test is
 * about that (the command is killed, or `apart` asks for it), and beside another that runs here.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommandLine } from "../../src/cli/command-line.ts";

export const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
export const compileCache = fileURLToPath(
  new URL("../../node_modules/.cache/toolwright", import.meta.url),
);

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** A process of its own, whatever else. */
  readonly apart?: boolean;
  readonly interruptAfterMs?: number;
  /** For the engine's own process, once the promise resolves. */
  readonly signalWhen?: readonly [Promise<unknown>, NodeJS.Signals];
  /** Interrupts it once it has printed enough. */
  readonly interruptWhen?: (stdout: string) => boolean;
  /** The same for what it has told people. */
  readonly interruptWhenTold?: (stderr: string) => boolean;
  /** SIGKILL for the engine's own process, after so long. */
  readonly killAfterMs?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Workplace {
  readonly folder: string;
  /** Writes a file and gives its path. */
  file(name: string, content: string): string;
  run(args: readonly string[], options?: RunOptions): Promise<CliResult>;
  /** Runs with --json and parses stdout, which must be one document and nothing else. */
  json(
    args: readonly string[],
    options?: RunOptions,
  ): Promise<{ readonly status: number | null; readonly value: unknown }>;
  remove(): void;
}

/** @param all Options of every command that says nothing else. */
export function workplace(all: RunOptions = {}): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "toolwright-cli-"));
  const run: Workplace["run"] = (args, given = {}) => {
    const options = { ...all, ...given };
    const { apart = false, interruptAfterMs, interruptWhen, interruptWhenTold } = options;
    const { killAfterMs, signalWhen } = options;
    const { environment } = options;
    const env = {
      PATH: process.env.PATH ?? "",
      TOOLWRIGHT_HOME: join(folder, "home"),
      // As the launcher does: starting costs half.
      NODE_COMPILE_CACHE: compileCache,
      ...environment,
    };
    const dies = killAfterMs !== undefined || "TOOLWRIGHT_FAILPOINT" in env;
    const signaled = [interruptAfterMs, interruptWhen, interruptWhenTold, signalWhen].some(
      (how) => how !== undefined,
    );
    return apart || dies || signaled || busy
      ? runApart(args, folder, env, options)
      : runHere(args, folder, env);
  };
  return {
    folder,
    file(name, content) {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    run,
    async json(args, options) {
      const { status, stdout } = await run([...args, "--json"], options);
      return { status, value: JSON.parse(stdout) as unknown };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function runApart(
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  { interruptAfterMs, interruptWhen, interruptWhenTold, killAfterMs, signalWhen }: RunOptions,
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", main, ...args],
      { cwd, env, stdio: ["ignore", "pipe", "pipe"] },
    );
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let told = false;
    child.stdout.on("data", (chunk: Buffer) => {
      out.push(chunk);
      if (interruptWhen?.(Buffer.concat(out).toString()) === true) child.kill("SIGINT");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err.push(chunk);
      // Once: a second one ends the process at once.
      if (told || interruptWhenTold?.(Buffer.concat(err).toString()) !== true) return;
      told = true;
      child.kill("SIGINT");
    });
    child.on("error", reject);
    if (interruptAfterMs !== undefined) setTimeout(() => child.kill("SIGINT"), interruptAfterMs);
    if (killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    void signalWhen?.[0].then(() => child.kill(signalWhen[1]));
    child.on("close", (status) =>
      resolve({
        status,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      }),
    );
  });
}

let busy = false;

async function runHere(
  args: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<CliResult> {
  busy = true;
  const { env, argv, exitCode } = process;
  const cwd = process.cwd();
  const [out, stdout] = taken(process.stdout);
  const [err, stderr] = taken(process.stderr);
  process.env = environment;
  process.argv = [process.execPath, main, ...args];
  process.chdir(folder);
  process.exitCode = 0;
  try {
    await runCommandLine(args);
    return { status: Number(process.exitCode), stdout: out(), stderr: err() };
  } finally {
    Object.assign(process, { env, argv, exitCode });
    process.chdir(cwd);
    stdout();
    stderr();
    busy = false;
  }
}

/** Takes what is written to a stream. @returns What came so far; how to give the stream back. */
function taken(stream: NodeJS.WriteStream): readonly [() => string, () => void] {
  const { write } = stream;
  let text = "";
  stream.write = ((chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    const written = rest.at(-1);
    if (typeof written === "function") process.nextTick(written);
    return true;
  }) as typeof stream.write;
  return [
    () => text,
    () => {
      stream.write = write;
    },
  ];
}
