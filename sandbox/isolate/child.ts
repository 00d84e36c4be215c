/**
 * One host process as seen by the thread that owns it: start, one request at a time, watchdogs, end.
 *
 * The watchdogs here are decisive. The limits inside the isolate are only the first step: a native
 * function that never polls for interrupts, or an allocation that no limit counts, is ended by
 * SIGKILL from here.
 */
import { spawn } from "node:child_process";
import { present } from "../../src/core/present.ts";
import { type Channel, openChannel } from "./channel.ts";
import { type ProcessWatch, watchProcess } from "./watch.ts";
import type { FromHost } from "./wire.ts";

const POLL_MS = 20;

export interface ChildOptions {
  /** Arguments before node. */
  readonly prefix: readonly string[];
  /** Whether the spawned process is the host itself, and not a wrapper around it. */
  readonly direct: boolean;
  readonly host: string;
  readonly readable: readonly string[];
}

/** How a request ended. */
export type Ending =
  | { readonly kind: "done"; readonly cpuMs: number }
  /** Killed from here. */
  | {
      readonly kind: "killed";
      readonly by: "clock" | "memory" | "cancel" | "frame";
      readonly cpuMs?: number;
    }
  /**
   * Ended by itself or killed by another process. `grown`: its memory had grown a lot; `said`: its
   * standard error names memory as the cause.
   */
  | {
      readonly kind: "died";
      readonly signal: string | null;
      readonly memory: "grown" | "said" | "no";
    };

export interface Watch {
  /** Milliseconds until the clock kills it. */
  readonly limitMs: number;
  /** Whether the clock restarts at every frame: a batch reports its programs one after another. */
  readonly renewed: boolean;
  /** Growth of resident memory over its size before the request, in MiB. */
  readonly growthMiB: number;
  readonly frameBytes: number;
  readonly canceled: () => boolean;
}

export interface Child {
  readonly pid: number;
  readonly alive: boolean;
  /** Sends a message without an answer. */
  send(body: string): void;
  request(body: string, watch: Watch, onMessage: (message: FromHost) => void): Promise<Ending>;
  kill(): void;
}

/** The command that starts a host process with every layer around it. */
export function hostCommand({ prefix, host, readable }: ChildOptions): readonly string[] {
  return [
    ...prefix,
    process.execPath,
    // isolated-vm does not work with Node's own snapshot.
    "--no-node-snapshot",
    // An isolate exists for milliseconds: code that helper threads compile for it comes too late,
    // and costs half as much CPU time as the program.
    "--single-threaded",
    // A candidate is called about ten thousand times in total: there TurboFan costs more than it
    // gains (a third of the batch lane's time). Harnesses run longer and still reach it.
    "--invocation-count-for-turbofan=50000",
    // Use the snapshot's own hash seed: a program that provokes collisions only slows itself down,
    // and each isolate starts a tenth of a millisecond sooner.
    "--no-rehash-snapshot",
    "--permission",
    "--allow-addons",
    ...readable.map((path) => `--allow-fs-read=${path}`),
    host,
  ];
}

/** The complete environment of a host process. */
export const HOST_ENVIRONMENT = { TZ: "UTC", LANG: "C" };

/**
 * Starts a host process.
 *
 * @param onPid Called with the pid after the process has started, and with 0 after it has ended.
 * @throws Error if it cannot be started or does not report in time.
 */
export async function startChild(
  options: ChildOptions,
  onPid: (pid: number) => void,
): Promise<Child> {
  const command = hostCommand(options);
  const child = spawn(command[0] as string, command.slice(1), {
    cwd: "/",
    // Its own process group: it is killed as a group, and does not get a terminal's interrupt.
    detached: true,
    env: HOST_ENVIRONMENT,
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
  });
  const channel = openChannel(child);
  // Undefined if the process could not be started; then `ready` rejects.
  onPid(child.pid ?? 0);
  channel.onEnd(() => onPid(0));
  await channel.ready;
  if (!channel.alive()) throw new Error("the host process ended when it got ready");
  const pid = child.pid as number;
  const watch = watchProcess(pid, options.direct);
  channel.onEnd(() => watch.close());
  return {
    pid,
    get alive() {
      return channel.alive();
    },
    send: (body) => channel.write(body),
    request: (body, limits, onMessage) => serve(channel, watch, body, limits, onMessage),
    kill: () => channel.kill(),
  };
}

function serve(
  channel: Channel,
  watch: ProcessWatch,
  body: string,
  { limitMs, renewed, growthMiB, frameBytes, canceled }: Watch,
  onMessage: (message: FromHost) => void,
): Promise<Ending> {
  return new Promise((resolve) => {
    const before = watch.residentMiB();
    const cpuBefore = watch.cpuMs();
    let highest = before ?? 0;
    let deadline = performance.now() + limitMs;
    let killer: "clock" | "memory" | "cancel" | "frame" | undefined;
    let cpuMs: number | undefined;

    const kill = (by: NonNullable<typeof killer>): void => {
      if (killer !== undefined) return;
      killer = by;
      const now = watch.cpuMs();
      if (now !== undefined && cpuBefore !== undefined) cpuMs = now - cpuBefore;
      channel.kill();
    };
    const timer = setInterval(() => {
      if (canceled()) return kill("cancel");
      const resident = watch.residentMiB();
      if (resident !== undefined && before !== undefined) {
        highest = Math.max(highest, resident);
        if (resident - before > growthMiB) return kill("memory");
      }
      if (performance.now() > deadline) kill("clock");
    }, POLL_MS);
    const settle = (ending: Ending): void => {
      clearInterval(timer);
      unsubscribe();
      channel.listen(0, () => undefined);
      resolve(ending);
    };
    const unsubscribe = channel.onEnd(({ signal, outOfMemory }) => {
      if (killer !== undefined) {
        settle({ kind: "killed", by: killer, ...present({ cpuMs }) });
      } else {
        const grown = before !== undefined && highest - before > growthMiB / 2;
        settle({ kind: "died", signal, memory: grown ? "grown" : outOfMemory ? "said" : "no" });
      }
    });
    channel.listen(frameBytes, (message) => {
      if (killer !== undefined) return;
      if (message === undefined) return kill("frame");
      if (renewed) deadline = performance.now() + limitMs;
      if (message.a === "done") settle({ kind: "done", cpuMs: message.cpuMs });
      else onMessage(message);
    });
    channel.write(body);
  });
}
