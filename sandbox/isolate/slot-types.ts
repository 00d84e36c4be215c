/** Messages between the engine's thread and a slot's thread, passed by structured clone. */
import type { Program } from "../../src/core/execution.ts";
import type { Frame, Result } from "./wire.ts";

/** Indices in the shared memory: number of started slots, whether the pool closes, then one pid per slot. */
export const SHARED = { slots: 0, closing: 1, firstPid: 2 } as const;

export interface SlotSetup {
  readonly prefix: readonly string[];
  readonly direct: boolean;
  readonly host: string;
  readonly readable: readonly string[];
  readonly recycleAfter: number;
  /** Shared memory, see `SHARED`. */
  readonly shared: Int32Array;
}

export interface SlotTask {
  readonly programs: readonly Program[];
  /** Whether programs of the total grammar may share an isolate. */
  readonly together: boolean;
  /** Number of inputs. */
  readonly inputs: number;
  readonly frame: Frame;
  /** UTF-8 of the texts that `frame` refers to by key; in shared memory, so that passing it is free. */
  readonly texts: readonly { readonly key: string; readonly bytes: Uint8Array }[];
  /** Shared memory: above 0 after the caller has canceled. */
  readonly cancel: Int32Array;
}

export type SlotAnswer =
  | { readonly status: "done"; readonly programs: readonly (readonly Result[])[] }
  | { readonly status: "canceled" }
  | { readonly status: "lost"; readonly reason: string };
