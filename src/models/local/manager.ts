/**
 * Shares the memory of this machine among local models: a model is loaded when it is needed, the one
 * that was used least recently is unloaded when room is needed, and two that do not fit together are
 * never loaded together. Calls of one model wait in its queue, first come, first served.
 */
import { ConfigError } from "../../core/errors.ts";
import { type Limiter, limiter } from "../../core/limiter.ts";
import { present } from "../../core/present.ts";
import type { LoadedModel, LocalFile, LocalRuntime } from "./runtime.ts";

export interface ModelManager {
  /**
   * Loads the model if necessary and runs `work` when its turn has come.
   *
   * @throws ConfigError LOCAL_MODEL_TOO_LARGE if it does not fit even alone, LOCAL_MODEL_UNREADABLE.
   */
  use<T>(
    file: LocalFile,
    work: (model: LoadedModel) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  /** Unloads what is not in use. */
  close(): Promise<void>;
}

export interface ManagerOptions {
  /** Most bytes that all loaded models may take together. Default: what is free. */
  readonly memoryBytes?: number;
}

interface Entry {
  readonly bytes: number;
  readonly model: LoadedModel;
  /** The model answers one call at a time. */
  readonly turn: Limiter;
  /** Calls that run or wait. While there is one, the model stays loaded. */
  users: number;
  /** Order of the latest call. */
  used: number;
}

export function modelManager(
  runtime: LocalRuntime,
  { memoryBytes = Number.POSITIVE_INFINITY }: ManagerOptions = {},
): ModelManager {
  const loaded = new Map<string, Entry>();
  // One at a time and in order: a model that waits for room is not overtaken for ever.
  const admission = limiter(1);
  let calls = 0;
  let released = Promise.withResolvers<void>();

  const release = (entry: Entry): void => {
    entry.users--;
    if (entry.users > 0) return;
    released.resolve();
    released = Promise.withResolvers();
  };

  const unload = async ([key, entry]: readonly [string, Entry]): Promise<void> => {
    loaded.delete(key);
    await entry.model.unload();
  };

  const taken = (): number => [...loaded.values()].reduce((sum, { bytes }) => sum + bytes, 0);

  const makeRoom = async (file: LocalFile, bytes: number, signal: AbortSignal): Promise<void> => {
    for (;;) {
      signal.throwIfAborted();
      const room = Math.min(memoryBytes - taken(), await runtime.free());
      if (bytes <= room) return;
      const idle = [...loaded]
        .filter(([, { users }]) => users === 0)
        .sort(([, one], [, other]) => one.used - other.used)[0];
      if (idle !== undefined) await unload(idle);
      else if (loaded.size === 0) throw tooLarge(file, bytes, room);
      else await settled(released.promise, signal);
    }
  };

  const admit = async (file: LocalFile, signal: AbortSignal): Promise<Entry> => {
    const key = JSON.stringify([file.path, file.contextTokens]);
    const known = loaded.get(key);
    const entry = known ?? (await enter(key, file, signal));
    entry.users++;
    entry.used = ++calls;
    return entry;
  };

  const enter = async (key: string, file: LocalFile, signal: AbortSignal): Promise<Entry> => {
    const bytes = await runtime.estimate(file);
    await makeRoom(file, bytes, signal);
    const model = await runtime.load(file, signal);
    const entry: Entry = { bytes, model, turn: limiter(1), users: 0, used: 0 };
    loaded.set(key, entry);
    return entry;
  };

  return {
    async use(file, work, signal) {
      const entry = await admission(() => admit(file, signal), signal);
      try {
        return await entry.turn(() => work(entry.model), signal);
      } finally {
        release(entry);
      }
    },
    close: () =>
      admission(async () => {
        for (const each of [...loaded]) if (each[1].users === 0) await unload(each);
      }),
  };
}

/** Rejects when the signal is aborted first. */
async function settled(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function tooLarge({ path, contextTokens }: LocalFile, bytes: number, room: number): ConfigError {
  return new ConfigError(
    "LOCAL_MODEL_TOO_LARGE",
    `Expected room for ${mebibytes(bytes)} (${path} with a context of ${contextTokens} tokens), got ${mebibytes(room)}. Take a smaller model, lower model.contextTokens, or raise model.memoryMiB if it is set.`,
    { facts: { bytes, ...present({ room: Number.isFinite(room) ? room : undefined }) } },
  );
}

function mebibytes(bytes: number): string {
  return `${Math.max(0, Math.round(bytes / 2 ** 20))} MiB`;
}
