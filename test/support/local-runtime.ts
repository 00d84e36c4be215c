/** A runtime of local models that follows a script: sizes of files, free memory, replies. */
import type { LocalRequest, LocalRuntime } from "../../src/models/local/runtime.ts";

export interface ScriptedRuntime extends LocalRuntime {
  /** `load PATH` and `unload PATH`, in order. */
  readonly log: readonly string[];
  /** What was asked of models, in order. */
  readonly asked: readonly LocalRequest[];
  /** Most bytes that were loaded at one time. */
  most(): number;
}

export interface RuntimeScript {
  /** Bytes of the machine; what is loaded is taken from it. */
  readonly free?: number;
  /** Bytes of each file. Default: 1. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Pieces of each reply, in order; the last one repeats. An error is thrown. */
  readonly replies?: readonly (readonly string[] | Error)[];
  readonly finish?: "stop" | "length";
}

export function scriptedRuntime({
  free = Number.POSITIVE_INFINITY,
  sizes = {},
  replies = [["ok"]],
  finish = "stop",
}: RuntimeScript): ScriptedRuntime {
  const log: string[] = [];
  const asked: LocalRequest[] = [];
  const loaded = new Map<string, number>();
  let most = 0;
  const taken = (): number => [...loaded.values()].reduce((sum, bytes) => sum + bytes, 0);
  const sizeOf = (path: string): number => sizes[path] ?? 1;
  return {
    log,
    asked,
    most: () => most,
    estimate: async ({ path }) => sizeOf(path),
    free: async () => free - taken(),
    async load({ path }) {
      log.push(`load ${path}`);
      loaded.set(path, sizeOf(path));
      most = Math.max(most, taken());
      return {
        async generate(request, onText, signal) {
          signal.throwIfAborted();
          const reply = replies[Math.min(asked.length, replies.length - 1)] ?? [];
          asked.push(request);
          if (reply instanceof Error) throw reply;
          for (const piece of reply) onText(piece);
          return { text: reply.join(""), finish, inputTokens: 7, outputTokens: reply.length };
        },
        async unload() {
          log.push(`unload ${path}`);
          loaded.delete(path);
        },
      };
    },
  };
}
