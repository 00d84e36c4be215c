/**
 * One supervisor as a child of this process, with a program behind the host's confinement, as a live
 * guest. Its folder is removed after it.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeArguments, type Runtime, supervisorSetup } from "../guest/commands.ts";
import { type GuestEnd, guestLost, type LiveGuest } from "../guest/run-program.ts";
import { encodeFrame, frameReader } from "../inside/frames.ts";
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
const MAX_FRAME_BYTES = 256 << 20;
const READY_MS = 30_000;

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

  let listener: (frame: unknown) => void = () => undefined;
  let heard = false;
  const early: unknown[] = [];
  let becomeReady: (facts: { sealed: boolean }) => void = () => undefined;
  const readyFrame = new Promise<{ sealed: boolean }>((resolve) => {
    becomeReady = resolve;
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
  child.stdout.on(
    "data",
    frameReader(
      MAX_FRAME_BYTES,
      (frame) => {
        const { kind, sealed } = frame as { kind?: unknown; sealed?: unknown };
        if (kind === "ready") becomeReady({ sealed: sealed === true });
        else if (heard) listener(frame);
        else early.push(frame);
      },
      end,
    ),
  );

  const ready = (async () => {
    const first = await Promise.race([
      readyFrame,
      ended,
      new Promise<null>((resolve) => setTimeout(resolve, READY_MS, null).unref()),
    ]);
    if (first !== null && "sealed" in first) return first;
    end();
    const said = early[0] as { reason?: unknown } | undefined;
    const reason = typeof said?.reason === "string" ? said.reason : first?.reason;
    throw guestLost("process", reason ?? `no answer within ${READY_MS} ms`);
  })();
  ready.catch(() => undefined);

  return {
    ready,
    ended,
    send: (value) => void child.stdin.write(encodeFrame(value)),
    onFrame: (next) => {
      listener = next;
      heard = true;
      for (const frame of early.splice(0)) next(frame);
    },
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
