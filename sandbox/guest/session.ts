/**
 * A named session: cells of one language run one after another in the same interpreter process and
 * share its state. Stopping a cell loses the state, and the result reports that.
 */
import { z } from "zod";
import { InputError, SandboxUnavailableError } from "../../src/core/errors.ts";
import type { Execution, Language, Limits } from "../../src/core/execution.ts";
import { executionOf } from "./answers.ts";
import { aborted, type LiveGuest } from "./run-program.ts";

/** The result of one cell. Its value is the value of its last expression, if that is one. */
export interface Cell {
  readonly execution: Execution;
  /** Printed output; at most 256 KiB each. */
  readonly stdout: string;
  readonly stderr: string;
  /** True if the state of this and all earlier cells is lost: the next cell starts without state. */
  readonly stateLost: boolean;
  /** True if this cell started without the state of earlier cells. */
  readonly fresh: boolean;
}

export interface SandboxSession {
  readonly name: string;
  readonly language: Language;
  /** Runs a cell after the earlier ones. @throws the signal's reason; then the state is lost. */
  run(source: string, limits: Limits, signal: AbortSignal): Promise<Cell>;
  /** Paths of the regular files in its scratch directory, sorted. */
  files(signal: AbortSignal): Promise<readonly string[]>;
  /** @throws InputError FILE_REFUSED if it is missing, too large, or not a regular file. */
  readFile(path: string, maxBytes: number, signal: AbortSignal): Promise<Buffer>;
  /** @throws InputError FILE_REFUSED if it does not fit. */
  writeFile(path: string, content: Uint8Array, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const CellAnswer = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("result"), text: z.string(), stdout: z.string(), stderr: z.string() }),
  z.object({
    kind: z.literal("threw"),
    message: z.string(),
    stdout: z.string(),
    stderr: z.string(),
  }),
  z.object({ kind: z.literal("crashed"), reason: z.string() }),
  z.object({ kind: z.literal("out-of-memory") }),
]);
type CellAnswer = z.output<typeof CellAnswer>;
const FileAnswer = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("file"),
    base64: z.string().optional(),
    names: z.array(z.string()).optional(),
  }),
  z.object({ kind: z.literal("file-error"), reason: z.string() }),
]);
type FileFound = Extract<z.output<typeof FileAnswer>, { kind: "file" }>;
const FILE_MS = 10_000;

/** @param start Starts a new guest in the session role. */
export function sandboxSession(
  name: string,
  language: Language,
  memoryMiB: number,
  start: () => LiveGuest,
): SandboxSession {
  let guest: LiveGuest | undefined;
  let closed = false;
  let began = false;
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };

  const currentGuest = (): LiveGuest => {
    if (closed) {
      throw new InputError("SESSION_CLOSED", `The session "${name}" is closed. Open it again.`);
    }
    if (guest === undefined) {
      const started = start();
      guest = started;
      started.ended.then(() => {
        if (guest === started) guest = undefined;
      });
    }
    return guest;
  };
  /** The next frame, or that the guest ended, the time is up, or the caller canceled. */
  const ask = async (
    from: LiveGuest,
    request: unknown,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<{ frame: unknown } | "ended" | "time" | "abort"> => {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs, "time");
      const onAbort = (): void => resolve("abort");
      signal.addEventListener("abort", onAbort, { once: true });
      const settle = (value: { frame: unknown } | "ended"): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
        resolve(value);
      };
      from.onFrame((frame) => settle({ frame }));
      from.ended.then(() => settle("ended"));
      if (signal.aborted) onAbort();
      else from.send(request);
    });
  };
  const discard = async (old: LiveGuest): Promise<void> => {
    if (guest === old) guest = undefined;
    await old.kill();
  };

  const fileRequest = (request: object, signal: AbortSignal): Promise<FileFound> =>
    inTurn(async () => {
      signal.throwIfAborted();
      const from = currentGuest();
      await aborted(from.ready, signal);
      const answer = await ask(from, request, FILE_MS, signal);
      if (answer === "abort") throw signal.reason;
      const parsed = FileAnswer.safeParse(typeof answer === "string" ? undefined : answer.frame);
      if (!parsed.success) {
        throw new SandboxUnavailableError(
          `The session "${name}" sent no answer about its files. Run a cell to restart it.`,
        );
      }
      if (parsed.data.kind === "file-error") {
        const reason = parsed.data.reason;
        throw new InputError(
          "FILE_REFUSED",
          `The session "${name}" refused the file request: ${reason}.`,
        );
      }
      return parsed.data;
    });

  return {
    name,
    language,
    run: (source, limits, signal) =>
      inTurn(async () => {
        signal.throwIfAborted();
        const fresh = began && guest === undefined;
        const from = currentGuest();
        began = true;
        await aborted(from.ready, signal);
        const begunAt = performance.now();
        const answer = await ask(
          from,
          { kind: "cell", source, memoryMiB },
          limits.timeoutMs,
          signal,
        );
        if (answer === "abort") {
          await discard(from);
          throw signal.reason;
        }
        if (answer === "time") {
          await discard(from);
          const execution: Execution = { status: "timed-out", limitMs: limits.timeoutMs };
          return { execution, stdout: "", stderr: "", stateLost: true, fresh };
        }
        const parsed = CellAnswer.safeParse(
          answer === "ended" ? await causeOf(from) : answer.frame,
        );
        const data: CellAnswer = parsed.success
          ? parsed.data
          : { kind: "crashed", reason: "the session sent an invalid answer" };
        const wallMs = performance.now() - begunAt;
        const execution = executionOf("stdout" in data ? { ...data, wallMs } : data, limits);
        const stateLost = data.kind === "crashed" || data.kind === "out-of-memory";
        if (stateLost) await discard(from);
        const printed = "stdout" in data ? data : { stdout: "", stderr: "" };
        return {
          execution: execution ?? {
            status: "crashed",
            reason: "the session sent an invalid answer",
          },
          stdout: printed.stdout,
          stderr: printed.stderr,
          stateLost,
          fresh,
        };
      }),
    files: async (signal) => (await fileRequest({ kind: "files" }, signal)).names ?? [],
    readFile: async (path, maxBytes, signal) => {
      const answer = await fileRequest({ kind: "file", path, maxBytes }, signal);
      const content = Buffer.from(answer.base64 ?? "", "base64");
      return content.subarray(0, maxBytes);
    },
    writeFile: async (path, content, signal) => {
      const base64 = Buffer.from(content).toString("base64");
      await fileRequest({ kind: "put", path, base64 }, signal);
    },
    close: async () => {
      closed = true;
      if (guest !== undefined) await discard(guest);
    },
  };
}

async function causeOf(guest: LiveGuest): Promise<unknown> {
  const end = await guest.ended;
  return end.outOfMemory ? { kind: "out-of-memory" } : { kind: "crashed", reason: end.reason };
}
