/** Runs the command line as a user does, on a home of its own. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../../src/cli/launch.mjs", import.meta.url));

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Workplace {
  readonly folder: string;
  /** Writes a file and gives its path. */
  file(name: string, content: string): string;
  run(
    args: readonly string[],
    options?: { readonly interruptAfterMs?: number },
  ): Promise<CliResult>;
  /** Runs with --json and parses stdout, which must be one document and nothing else. */
  json(
    args: readonly string[],
  ): Promise<{ readonly status: number | null; readonly value: unknown }>;
  remove(): void;
}

export function workplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "toolwright-cli-"));
  const home = join(folder, "home");
  const run: Workplace["run"] = (args, { interruptAfterMs } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [launcher, ...args], {
        cwd: folder,
        env: { PATH: process.env.PATH ?? "", TOOLWRIGHT_HOME: home },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
      child.on("error", reject);
      if (interruptAfterMs !== undefined) setTimeout(() => child.kill("SIGINT"), interruptAfterMs);
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
    async json(args) {
      const { status, stdout } = await run([...args, "--json"]);
      return { status, value: JSON.parse(stdout) as unknown };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
