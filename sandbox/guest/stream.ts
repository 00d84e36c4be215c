/**
 * The host's end of a guest's stream: the first frame reports that the guest is ready; the others are
 * buffered until a listener is set.
 */
import { frameReader } from "../inside/frames.ts";
import { type GuestEnd, guestLost, type LiveGuest } from "./run-program.ts";

const MAX_FRAME_BYTES = 256 << 20;
const READY_MS = 30_000;

export interface GuestStream extends Pick<LiveGuest, "onFrame"> {
  /** Call it with each chunk of the stream. */
  readonly read: (chunk: Buffer) => void;
  /**
   * Resolves with the first frame's data.
   *
   * @throws SandboxUnavailableError if the guest ends earlier, or sends nothing for 30 seconds.
   */
  ready(driver: string, ended: Promise<GuestEnd>): Promise<Facts>;
}

interface Facts {
  readonly sealed: boolean;
}

/** @param onBroken Called once if the stream is not made of frames; reading stops then. */
export function guestStream(onBroken: () => void): GuestStream {
  let listener: ((frame: unknown) => void) | undefined;
  const early: unknown[] = [];
  const { promise: first, resolve: becomeReady } = Promise.withResolvers<Facts>();

  const onFrame = (frame: unknown): void => {
    const { kind, sealed } = (frame ?? {}) as { kind?: unknown; sealed?: unknown };
    if (kind === "ready") becomeReady({ sealed: sealed === true });
    else if (listener === undefined) early.push(frame);
    else listener(frame);
  };

  return {
    read: frameReader(MAX_FRAME_BYTES, onFrame, onBroken),
    onFrame(next) {
      listener = next;
      for (const frame of early.splice(0)) next(frame);
    },
    async ready(driver, ended) {
      const silent = Promise.withResolvers<undefined>();
      const timer = setTimeout(silent.resolve, READY_MS, undefined).unref();
      const facts = await Promise.race([first, ended, silent.promise]);
      clearTimeout(timer);
      if (facts !== undefined && "sealed" in facts) return facts;
      const said = (early[0] as { reason?: unknown } | undefined)?.reason;
      const reason = typeof said === "string" ? said : facts?.reason;
      throw guestLost(driver, reason ?? `no answer within ${READY_MS} ms`);
    },
  };
}
