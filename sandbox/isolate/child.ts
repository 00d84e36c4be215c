/**
 * One host process seen from the thread that owns it: start, one request at a time, watchdogs, end.
 *
 * The watchdogs here decide. The limits inside the isolate are the polite first step: a native that
 * never polls for interrupts, or an allocation that no limit sees, is ended by SIGKILL from here.
 */
import { spawn } from "node:child_process";
import { type Line, openLine } from "./line.ts";
import { type ProcessWatch, watchProcess } from "./watch.ts";
import type { FromHost } from "./wire.ts";

const POLL_MS = 20;

export interface ChildOptions {
  /** Words before node, and whether they stay in front of it as a process. */
  readonly prefix: readonly string[];
  readonly direct: boolean;
  readonly host: string;
  readonly readable: readonly string[];
}

/** How a request ended. */
export type Ending =
  | { readonly kind: "done"; readonly cpuMs: number }
  /** Ended from here. */
  | {
      readonly kind: "killed";
      readonly by: "clock" | "memory" | "cancel" | "frame";
      readonly cpuMs?: number;
    }
  /** Ended by itself or by somebody else. `grown`: it was large; `said`: it names memory as the cause. */
  | {
      readonly kind: "died";
      readonly signal: string | null;
      readonly memory: "grown" | "said" | "no";
    };

export interface Watch {
  /** Milliseconds until the clock ends it. */
  readonly limitMs: number;
  /** Whether they are counted again from every frame: a batch reports its programs as it goes. */
  readonly renewed: boolean;
  /** Growth of resident memory over its size before the request, in MiB. */
  readonly growthMiB: number;
  readonly frameBytes: number;
  readonly canceled: () => boolean;
}

export interface Child {
  readonly pid: number;
  readonly alive: boolean;
  /** Sends text that needs no answer. */
  send(body: string): void;
  request(body: string, watch: Watch, onMessage: (message: FromHost) => void): Promise<Ending>;
  kill(): void;
}

/** The words that start a host process with every layer round it. */
export function hostCommand({ prefix, host, readable }: ChildOptions): readonly string[] {
  return [
    ...prefix,
    process.execPath,
    // Isolates of isolated-vm and Node's own snapshot do not go together.
    "--no-node-snapshot",
    // An isolate lives for milliseconds: what helper threads compile for it comes too late and
    // costs half as much CPU again as the program.
    "--single-threaded",
    // A candidate is called some ten thousand times in all: V8's last compiler costs more than it
    // gains there (a third of the batch lane's time). Harnesses live longer and still reach it.
    "--invocation-count-for-turbofan=50000",
    // Hashes with the snapshot's own seed: whoever makes them collide spends his own time, and each
    // isolate is there a tenth of a millisecond sooner.
    "--no-rehash-snapshot",
    "--permission",
    "--allow-addons",
    ...readable.map((path) => `--allow-fs-read=${path}`),
    host,
  ];
}

/** All that a host process has for an environment. */
export const HOST_ENVIRONMENT = { TZ: "UTC", LANG: "C" };

/**
 * Starts a host process.
 *
 * @param onLife Called with the pid when the process is there, with 0 when it has ended.
 * @throws Error when it cannot be started or does not report in time.
 */
export async function startChild(
  options: ChildOptions,
  onLife: (pid: number) => void,
): Promise<Child> {
  const words = hostCommand(options);
  const child = spawn(words[0] as string, words.slice(1), {
    cwd: "/",
    // A group of its own: it is ended as one, and the interrupt of a terminal is the engine's.
    detached: true,
    env: HOST_ENVIRONMENT,
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
  });
  const line = openLine(child);
  // Absent if the program could not be started at all, which `ready` tells.
  onLife(child.pid ?? 0);
  line.onEnd(() => onLife(0));
  await line.ready;
  if (!line.alive()) throw new Error("the host process ended as it got ready");
  const pid = child.pid as number;
  const watch = watchProcess(pid, options.direct);
  line.onEnd(() => watch.close());
  return {
    pid,
    get alive() {
      return line.alive();
    },
    send: (body) => line.write(body),
    request: (body, limits, onMessage) => serve(line, watch, body, limits, onMessage),
    kill: () => line.kill(),
  };
}

function serve(
  line: Line,
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
      line.kill();
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
      forget();
      line.listen(0, () => undefined);
      resolve(ending);
    };
    const forget = line.onEnd(({ signal, outOfMemory }) => {
      if (killer !== undefined) {
        settle({ kind: "killed", by: killer, ...(cpuMs === undefined ? {} : { cpuMs }) });
      } else {
        const grown = before !== undefined && highest - before > growthMiB / 2;
        settle({ kind: "died", signal, memory: grown ? "grown" : outOfMemory ? "said" : "no" });
      }
    });
    line.listen(frameBytes, (message) => {
      if (killer !== undefined) return;
      if (message === undefined) return kill("frame");
      if (renewed) deadline = performance.now() + limitMs;
      if (message.a === "done") settle({ kind: "done", cpuMs: message.cpuMs });
      else onMessage(message);
    });
    line.write(body);
  });
}
