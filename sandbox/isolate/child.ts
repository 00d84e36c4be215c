/**
 * One host process seen from the thread that owns it: start, one request at a time, watchdogs, end.
 *
 * The watchdogs here decide. The limits inside the isolate are the polite first step: a native that
 * never polls for interrupts, or an allocation that no limit sees, is ended by SIGKILL from here.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { type ProcessWatch, watchProcess } from "./watch.ts";
import { encodeFrame, type FromHost } from "./wire.ts";

const POLL_MS = 20;
const START_MS = 20_000;
const STDERR_BYTES = 8_192;

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
  /** Milliseconds until the clock ends it, counted from now and again from every frame. */
  readonly silenceMs: number;
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
  const { prefix, direct, host, readable } = options;
  const words = [
    ...prefix,
    process.execPath,
    // Isolates of isolated-vm and Node's own snapshot do not go together.
    "--no-node-snapshot",
    // An isolate lives for milliseconds: what helper threads compile for it comes too late and
    // costs half as much CPU again as the program.
    "--single-threaded",
    "--permission",
    "--allow-addons",
    ...readable.map((path) => `--allow-fs-read=${path}`),
    host,
  ];
  const child = spawn(words[0] as string, words.slice(1), {
    cwd: "/",
    env: { TZ: "UTC", LANG: "C" },
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
  });
  const line = wire(child);
  // Absent if the program could not be started at all, which `ready` tells.
  onLife(child.pid ?? 0);
  line.onEnd(() => onLife(0));
  await line.ready;
  const pid = child.pid as number;
  const watch = watchProcess(pid, direct);
  line.onEnd(() => watch.close());
  return {
    pid,
    get alive() {
      return line.alive();
    },
    send: (body) => line.write(body),
    request: (body, limits, onMessage) => serve(line, watch, body, limits, onMessage),
    kill: () => void child.kill("SIGKILL"),
  };
}

interface Line {
  readonly ready: Promise<void>;
  alive(): boolean;
  write(body: string): void;
  kill(): void;
  onEnd(listener: (end: { signal: string | null; outOfMemory: boolean }) => void): () => void;
  /** One listener at a time. `limit`: the longest frame that is read. */
  listen(limit: number, onMessage: (message: FromHost | undefined) => void): void;
}

function wire(child: ChildProcess): Line {
  const input = child.stdio[3] as Duplex;
  const output = child.stdio[4] as Duplex;
  const endings = new Set<(end: { signal: string | null; outOfMemory: boolean }) => void>();
  let stderr = "";
  let ended: { signal: string | null; outOfMemory: boolean } | undefined;
  let limit = 1_000;
  let listener: (message: FromHost | undefined) => void = () => undefined;

  child.stderr?.setEncoding("latin1").on("data", (text: string) => {
    if (stderr.length < STDERR_BYTES) stderr += text.slice(0, STDERR_BYTES);
  });
  // A child that is gone breaks its pipes; its end is told by `close`.
  input.on("error", () => undefined);
  output.on("error", () => undefined);

  let parts: Buffer[] = [];
  let held = 0;
  output.on("data", (chunk: Buffer) => {
    parts.push(chunk);
    held += chunk.length;
    for (;;) {
      if (held < 4) return;
      const joined = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, held);
      parts = [joined];
      const length = joined.readUInt32BE(0);
      if (length > limit) return listener(undefined);
      if (held < 4 + length) return;
      parts = [joined.subarray(4 + length)];
      held -= 4 + length;
      listener(parsed(joined.toString("utf8", 4, 4 + length)));
    }
  });

  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the host process did not report within ${START_MS} ms: ${stderr}`));
    }, START_MS);
    listener = (message) => {
      if (message?.a !== "ready") return;
      clearTimeout(timer);
      resolve();
    };
    const finish = (signal: string | null, why: string): void => {
      if (ended !== undefined) return;
      // The candidate cannot write here: this is V8's own last word.
      const outOfMemory = /out of memory|OOM|allocation failed|Failed to reserve/i.test(stderr);
      ended = { signal, outOfMemory };
      clearTimeout(timer);
      reject(
        new Error(`the host process ended before it was ready (${why}): ${stderr.slice(0, 500)}`),
      );
      for (const each of [...endings]) each(ended);
    };
    child.on("error", (error) => finish(null, error.message));
    child.on("close", (code, signal) => finish(signal, signal ?? `exit ${code}`));
  });

  return {
    ready,
    alive: () => ended === undefined && child.exitCode === null && child.signalCode === null,
    write: (body) => void input.write(encodeFrame(body)),
    kill: () => void child.kill("SIGKILL"),
    onEnd: (each) => {
      if (ended !== undefined) each(ended);
      else endings.add(each);
      return () => endings.delete(each);
    },
    listen: (longest, onMessage) => {
      limit = longest;
      listener = onMessage;
    },
  };
}

function parsed(text: string): FromHost | undefined {
  try {
    return JSON.parse(text) as FromHost;
  } catch {
    return undefined; // Not what a host writes: the caller ends the process.
  }
}

function serve(
  line: Line,
  watch: ProcessWatch,
  body: string,
  { silenceMs, growthMiB, frameBytes, canceled }: Watch,
  onMessage: (message: FromHost) => void,
): Promise<Ending> {
  return new Promise((resolve) => {
    const before = watch.residentMiB();
    const cpuBefore = watch.cpuMs();
    let highest = before ?? 0;
    let deadline = performance.now() + silenceMs;
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
      deadline = performance.now() + silenceMs;
      if (message.a === "done") settle({ kind: "done", cpuMs: message.cpuMs });
      else onMessage(message);
    });
    line.write(body);
  });
}
