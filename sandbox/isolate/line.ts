/**
 * The line to a host process: frames out on its descriptor 3, in from 4, its last words on stderr,
 * and its end. A frame that is too long or no JSON is told as `undefined`, and is the last one.
 */
import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { frameReader, frameText } from "../inside/frames.ts";
import type { FromHost } from "./wire.ts";

const START_MS = 20_000;
const STDERR_BYTES = 8_192;

export interface Line {
  readonly ready: Promise<void>;
  alive(): boolean;
  write(body: string): void;
  kill(): void;
  onEnd(listener: (end: { signal: string | null; outOfMemory: boolean }) => void): () => void;
  /** One listener at a time. `limit`: the longest frame that is read. */
  listen(limit: number, onMessage: (message: FromHost | undefined) => void): void;
}

/** Ends the process and whatever wraps it: the group that it leads. */
export function endHost(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The line of a process that has just been started, as the leader of a group. */
export function openLine(child: ChildProcess): Line {
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

  const read = frameReader(
    () => limit,
    (value) => listener((value ?? undefined) as FromHost | undefined),
    () => {
      listener(undefined);
      // Nothing that follows can be read: no later request may wait for it.
      endHost(child.pid);
    },
  );
  output.on("data", read);

  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      endHost(child.pid);
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
    // A wrapper that somebody ends before its walls stand would leave the host behind.
    child.on("exit", () => endHost(child.pid));
    child.on("close", (code, signal) => finish(signal, signal ?? `exit ${code}`));
  });

  return {
    ready,
    alive: () => ended === undefined && child.exitCode === null && child.signalCode === null,
    write: (body) => void input.write(frameText(body)),
    kill: () => endHost(child.pid),
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
