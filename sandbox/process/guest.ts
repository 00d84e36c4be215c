/**
 * A live guest with a supervisor as a child of this process, and a program inside the host's
 * confinement. Its folder is deleted afterwards.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeArguments, type Runtime, supervisorSetup } from "../guest/commands.ts";
import type { GuestEnd, LiveGuest } from "../guest/run-program.ts";
import { guestStream } from "../guest/stream.ts";
import { encodeFrame } from "../inside/frames.ts";
import { joining, type MemoryGroup, memoryGroup } from "../walls/memory-group.ts";
import { type Confinement, confine, PROGRAM_FOLDER } from "../walls/process.ts";
import { installFilter } from "../walls/seccomp.ts";

export interface ProcessShape {
  readonly runtime: Runtime;
  readonly memoryMiB: number;
  readonly cpuSeconds: number;
  readonly scratchMiB: number;
}

// Memory of the interpreter and of the commands in front of it, before the program's first line.
const OVERHEAD_MIB = { node: 128, typed: 160, python: 48, shell: 16 } as const;
const SUPERVISOR_HEAP_MIB = 256;

/** Starts a guest for one program. No program runs before a job is sent. */
export function startProcess(confinement: Confinement, shape: ProcessShape): LiveGuest {
  const { runtime, memoryMiB, cpuSeconds, scratchMiB } = shape;
  const { interpreters, namespaces, setpriv } = confinement;
  const home = mkdtempSync(join(tmpdir(), "toolwright-process-"));
  const scratch = join(home, "scratch");
  const root = join(home, "root");
  mkdirSync(scratch, { mode: 0o755 });
  mkdirSync(root, { mode: 0o755 });
  const privateRoot = namespaces !== "none";
  const residentMiB = memoryMiB + OVERHEAD_MIB[runtime];
  const group = memoryGroup(residentMiB);
  const setup = supervisorSetup({
    runtime,
    session: false,
    interpreters: { python: "python3", shell: "sh", ...interpreters },
    memoryMiB,
    scratch,
    inside: privateRoot ? "/tmp" : scratch,
    scriptFolder: privateRoot ? PROGRAM_FOLDER : scratch,
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
          // Node and Python limit their own private memory; a shell's children have no such limit.
          dataMiB: shell ? memoryMiB + 16 : null,
          fileMiB: scratchMiB,
          // Python installs the filter itself. Under Node's permission model, a program cannot make
          // arbitrary system calls.
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
      // The folder may still be a mount point of ending processes; from here it is empty.
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
      if (group !== undefined) removeWhenEmpty(group);
      // Without namespaces, a program of the same user may have killed it.
      resolve({ outOfMemory: false, lost: privateRoot, reason });
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
  child.stdin.on("error", () => undefined); // It has ended; `ended` reports that.
  const incoming = guestStream(end);
  child.stdout.on("data", incoming.read);

  const ready = incoming.ready("process", ended).catch((error: unknown) => {
    end();
    throw error;
  });
  ready.catch(() => undefined);

  return {
    ready,
    ended,
    send: (value) => void child.stdin.write(encodeFrame(value)),
    onFrame: incoming.onFrame,
    kill: async () => {
      // The supervisor kills its program's group first; if it does not, both are killed from here.
      if (child.stdin.writable) child.stdin.write(encodeFrame({ kind: "stop" }));
      const timer = setTimeout(end, 60);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Killed processes may still be in the group for a moment. */
function removeWhenEmpty(group: MemoryGroup, attempts = 50): void {
  if (group.remove() || attempts === 0) return;
  setTimeout(() => removeWhenEmpty(group, attempts - 1), 20).unref();
}
