/**
 * The channel to a host process: frames are written to its descriptor 3 and read from its descriptor
 * 4; it also observes stderr and the end of the process. A frame that is too long or not JSON is
 * reported as `undefined`, and reading stops.
 */
import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { frameReader, frameText } from "../inside/frames.ts";
import type { FromHost } from "./wire.ts";

const START_MS = 20_000;
const STDERR_BYTES = 8_192;

export interface Channel {
  readonly ready: Promise<void>;
  alive(): boolean;
  write(body: string): void;
  kill(): void;
  onEnd(listener: (end: { signal: string | null; outOfMemory: boolean }) => void): () => void;
  /** One listener at a time. `limit`: the longest frame that is read. */
  listen(limit: number, onMessage: (message: FromHost | undefined) => void): void;
}

/** Kills the process and its wrappers: the whole process group. */
export function endHost(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** @param child A process that has just been started as the leader of a process group. */
export function openChannel(child: ChildProcess): Channel {
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
  // An ended child breaks its pipes; the `close` event reports its end.
  input.on("error", () => undefined);
  output.on("error", () => undefined);

  const read = frameReader(
    () => limit,
    (value) => listener((value ?? undefined) as FromHost | undefined),
    () => {
      listener(undefined);
      // Nothing after it can be read, so no later request may wait for an answer.
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
      // The candidate cannot write to stderr: this message comes from V8.
      const outOfMemory = /out of memory|OOM|allocation failed|Failed to reserve/i.test(stderr);
      ended = { signal, outOfMemory };
      clearTimeout(timer);
      reject(
        new Error(`the host process ended before it was ready (${why}): ${stderr.slice(0, 500)}`),
      );
      for (const each of [...endings]) each(ended);
    };
    child.on("error", (error) => finish(null, error.message));
    // A wrapper killed before it has set up the confinement would leave the host running.
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
