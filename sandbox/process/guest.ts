/**
 * One supervisor as a child of this process, with a program behind the host's confinement, as a live
 * guest. Its folder is removed after it.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeArguments, type Runtime, supervisorSetup } from "../guest/commands.ts";
import { mailbox } from "../guest/mailbox.ts";
import type { GuestEnd, LiveGuest } from "../guest/run-program.ts";
import { encodeFrame } from "../inside/frames.ts";
import { joining, type MemoryGroup, memoryGroup } from "../walls/memory-group.ts";
import { CAGE_PROGRAM, type Confinement, confine } from "../walls/process.ts";
import { installFilter } from "../walls/seccomp.ts";

export interface ProcessShape {
  readonly runtime: Runtime;
  readonly memoryMiB: number;
  readonly cpuSeconds: number;
  readonly scratchMiB: number;
}

// What the interpreter and the commands in front of it take before the program's first line.
const OVERHEAD_MIB = { node: 128, typed: 160, python: 48, shell: 16 } as const;
const SUPERVISOR_HEAP_MIB = 256;

/** Starts a guest for one program. Its program cannot begin before a job comes. */
export function startProcess(confinement: Confinement, shape: ProcessShape): LiveGuest {
  const { runtime, memoryMiB, cpuSeconds, scratchMiB } = shape;
  const { interpreters, namespaces, setpriv } = confinement;
  const home = mkdtempSync(join(tmpdir(), "toolwright-process-"));
  const scratch = join(home, "scratch");
  const root = join(home, "root");
  mkdirSync(scratch, { mode: 0o755 });
  mkdirSync(root, { mode: 0o755 });
  const caged = namespaces !== "none";
  const residentMiB = memoryMiB + OVERHEAD_MIB[runtime];
  const group = memoryGroup(residentMiB);
  const setup = supervisorSetup({
    runtime,
    session: false,
    interpreters: { python: "python3", shell: "sh", ...interpreters },
    memoryMiB,
    scratch,
    inside: caged ? "/tmp" : scratch,
    scriptFolder: caged ? CAGE_PROGRAM : scratch,
    residentMiB,
    memoryGroup: group?.folder ?? null,
    pythonPrelude: confinement.filter ? installFilter({ memoryFiles: group !== undefined }) : "",
    nodeExtra: ["--permission"],
    wrap: (command, role) => {
      const shell = role === "candidate" && runtime === "shell";
      const confined = confine(
        confinement,
        command,
        {
          cpuSeconds,
          // Node and Python hold their own private memory; a shell's children have no such limit.
          dataMiB: shell ? memoryMiB + 16 : null,
          fileMiB: scratchMiB,
          // Python installs the filter itself. Node's permission model leaves a program no way to
          // make a system call of its own.
          filtered: shell,
        },
        { root, program: scratch, scratchMiB },
      );
      return role === "candidate" && group !== undefined ? joining(group, confined) : confined;
    },
  });
  const command = [
    ...(setpriv ? ["setpriv", "--pdeathsig=KILL"] : []),
    process.execPath,
    ...nodeArguments("supervisor", SUPERVISOR_HEAP_MIB),
    JSON.stringify(setup),
  ];
  const [file = "", ...rest] = command;
  const child = spawn(file, rest, {
    cwd: scratch,
    env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LANG: "C.UTF-8" },
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
  });

  const ended = new Promise<GuestEnd>((resolve) => {
    const conclude = (reason: string): void => {
      // The folder may still be a mount point of what is being ended: it is empty from out here.
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
      if (group !== undefined) removeWhenEmpty(group);
      // Without namespaces a program of the same user can have done it.
      resolve({ outOfMemory: false, lost: caged, reason });
    };
    child.on("error", (error) => conclude(error.message));
    child.on("close", (code, signal) =>
      conclude(`its supervisor ended with ${signal ?? `exit status ${code}`}`),
    );
  });
  const end = (): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
  };
  child.stdin.on("error", () => undefined); // It has ended, which `ended` says.
  const mail = mailbox(end);
  child.stdout.on("data", mail.read);

  const ready = mail.ready("process", ended).catch((error: unknown) => {
    end();
    throw error;
  });
  ready.catch(() => undefined);

  return {
    ready,
    ended,
    send: (value) => void child.stdin.write(encodeFrame(value)),
    onFrame: mail.onFrame,
    kill: async () => {
      // The supervisor ends its program's group first; where it cannot, both are ended from here.
      if (child.stdin.writable) child.stdin.write(encodeFrame({ kind: "stop" }));
      const timer = setTimeout(end, 60);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** What was ended may still be leaving its group. */
function removeWhenEmpty(group: MemoryGroup, attempts = 50): void {
  if (group.remove() || attempts === 0) return;
  setTimeout(() => removeWhenEmpty(group, attempts - 1), 20).unref();
}
