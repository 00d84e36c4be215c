/** How long a model needs for a reply at least, by its latest replies. */

export interface ReplyTimes {
  add(ms: number): void;
  /** Whether no recent reply came within this time. Unknown counts as possible. */
  tooLong(leftMs: number): boolean;
}

/** Latest replies that are compared. */
const LATEST = 16;
/** A single slow reply, e.g. while the server loads the model, must not rule out the others. */
const FEWEST = 2;

export function replyTimes(): ReplyTimes {
  const latest: number[] = [];
  return {
    add(ms) {
      latest.push(ms);
      if (latest.length > LATEST) latest.shift();
    },
    tooLong: (leftMs) => latest.length >= FEWEST && Math.min(...latest) > leftMs,
  };
}
