/** Runs the command line as a user does, on a home of its own. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const compileCache = fileURLToPath(
  new URL("../../node_modules/.cache/toolwright", import.meta.url),
);

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly interruptAfterMs?: number;
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

export function workplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "toolwright-cli-"));
  const home = join(folder, "home");
  const run: Workplace["run"] = (args, { interruptAfterMs, killAfterMs, environment = {} } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(
        process.execPath,
        ["--disable-warning=ExperimentalWarning", main, ...args],
        {
          cwd: folder,
          env: {
            PATH: process.env.PATH ?? "",
            TOOLWRIGHT_HOME: home,
            // As the launcher does: starting costs half.
            NODE_COMPILE_CACHE: compileCache,
            ...environment,
          },
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
      child.on("error", reject);
      if (interruptAfterMs !== undefined) setTimeout(() => child.kill("SIGINT"), interruptAfterMs);
      if (killAfterMs !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterMs);
      child.on("close", (status) =>
        resolve({
          status,
          stdout: Buffer.concat(out).toString(),
          stderr: Buffer.concat(err).toString(),
        }),
      );
    });
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
