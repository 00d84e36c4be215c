/** Converts the tagged strings of the realms to results. */
import type { Result } from "./wire.ts";

/** @param tagged One letter and a text, see `candidateRealm`. */
export function resultOf(tagged: string, wallMs: number, outputBytes: number): Result {
  const text = tagged.slice(1);
  switch (tagged[0]) {
    case "r":
      return Buffer.byteLength(text) > outputBytes
        ? ["bad", `the output is larger than ${outputBytes} bytes`]
        : ["r", text, rounded(wallMs)];
    case "t":
      return thrown(tagged, wallMs);
    case "b":
      return ["bad", text];
    default:
      return ["crash", "the host sent an invalid result"];
  }
}

/** Name, message and, if the stack contains them, line and column in the program. */
export function thrown(tagged: string, wallMs: number): Result {
  const [message = "", stack = ""] = tagged.slice(1).split("\0", 2);
  const place = /<anonymous>:(\d+):(\d+)/.exec(stack);
  const where = place === null ? "" : ` (line ${place[1]}, column ${place[2]})`;
  return ["threw", message + where, rounded(wallMs)];
}

function rounded(ms: number): number {
  return Math.max(0, Math.round(ms * 1000) / 1000);
}
