/** What passes between the engine's thread and the thread of a slot, by structured clone. */
import type { Program } from "../../src/core/execution.ts";
import type { Frame, Result } from "./wire.ts";

/** Places in the shared seats: how many slots sit, whether the pool closes, then a pid a slot. */
export const SEATS = { taken: 0, closing: 1, first: 2 } as const;

export interface SlotSetup {
  readonly prefix: readonly string[];
  readonly direct: boolean;
  readonly host: string;
  readonly readable: readonly string[];
  readonly recycleAfter: number;
  /** Shared, see `SEATS`. */
  readonly seats: Int32Array;
}

export interface SlotTask {
  readonly programs: readonly Program[];
  /** Whether programs of the total grammar may share an isolate. */
  readonly together: boolean;
  /** Number of inputs. */
  readonly inputs: number;
  readonly frame: Frame;
  /** UTF-8 of the texts that `frame` names by key; shared memory, so that passing it costs nothing. */
  readonly texts: readonly { readonly key: string; readonly bytes: Uint8Array }[];
  /** Shared: above 0 once the caller has canceled. */
  readonly cancel: Int32Array;
}

export type SlotAnswer =
  | { readonly status: "done"; readonly programs: readonly (readonly Result[])[] }
  | { readonly status: "canceled" }
  | { readonly status: "lost"; readonly reason: string };
