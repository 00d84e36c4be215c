/**
 * Programs behind bubblewrap, which the process driver takes where the kernel refuses namespaces to
 * everybody else: here it is chosen by hand, since such a machine may not be at hand.
 */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { runProgram } from "../../sandbox/guest/run-program.ts";
import { startProcess } from "../../sandbox/process/guest.ts";
import { observeConfinement } from "../../sandbox/process/observe.ts";
import { type Confinement, findConfinement } from "../../sandbox/walls/process.ts";
import { type Language, Limits } from "../../src/core/execution.ts";

const works = spawnSync("bwrap", ["--unshare-all", "--ro-bind", "/", "/", "true"]).status === 0;
const limits = Limits.parse({ timeoutMs: 5_000, memoryMiB: 64 });
const never = new AbortController().signal;

describe.skipIf(!works)(
  `behind bubblewrap${works ? "" : " (skipped: it is not installed here, or the kernel refuses it)"}`,
  () => {
    const confinement: Confinement = {
      ...findConfinement(),
      namespaces: "bwrap",
      otherUser: false,
    };
    const run = (runtime: "node" | "python" | "shell", language: Language, source: string) => {
      const guest = startProcess(confinement, {
        runtime,
        memoryMiB: 64,
        cpuSeconds: 12,
        scratchMiB: 4,
      });
      return runProgram(
        guest,
        { program: { language, source, entry: "f" }, inputs: [[2]], limits, seed: 1 },
        never,
      );
    };

    it("a program sees no network, no file and no process of the host's, and has no capability", () => {
      expect(observeConfinement(confinement)).toMatchObject({
        networkInterfaces: ["lo"],
        readsHostFiles: false,
        writesHostFiles: false,
        capabilities: false,
        newPrivileges: false,
      });
    });

    it("each language runs, and writes to its scratch directory alone", async (context) => {
      expect(await run("node", "javascript", "function f(x) { return x + 1; }")).toMatchObject([
        { status: "returned", output: 3 },
      ]);
      const shell = 'echo kept > /tmp/a; (echo lost > /usr/a) 2>/dev/null || cat /tmp/a; echo "$1"';
      expect(await run("shell", "shell", shell)).toMatchObject([
        { status: "returned", output: "kept\n2" },
      ]);
      context.skip(confinement.interpreters.python === undefined, "no Python 3 on this machine");
      const python =
        "import os\ndef f(x):\n    os.kill(1, 0)\n    return [x + 1, os.getpid() < 100]";
      expect(await run("python", "python", python)).toMatchObject([
        { status: "returned", output: [3, true] },
      ]);
    });

    it("a program that hangs is ended with all that it started", async () => {
      const seconds = `4${String(process.pid).padStart(7, "0")}`;
      const guest = startProcess(confinement, {
        runtime: "shell",
        memoryMiB: 64,
        cpuSeconds: 12,
        scratchMiB: 4,
      });
      const source = `setsid sleep ${seconds} & sleep ${seconds}`;
      const job = {
        program: { language: "shell" as const, source, entry: "f" },
        inputs: [[]],
        limits: { ...limits, timeoutMs: 400 },
        seed: 1,
      };
      expect(await runProgram(guest, job, never)).toMatchObject([{ status: "timed-out" }]);
      const left = () =>
        spawnSync("pgrep", ["-f", `sleep ${seconds}`], { encoding: "utf8" }).stdout;
      await expect.poll(left, { timeout: 5_000 }).toBe("");
    });
  },
);
