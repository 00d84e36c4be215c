/**
 * Whose doing the end of a request was. Told by who ended the process and by clocks, never by the
 * text of an error: a program can write any text.
 */
import type { Ending } from "./child.ts";
import type { SlotTask } from "./slot-types.ts";
import { completed, endsProgram, type Result } from "./wire.ts";

/** Signals that come from outside: nothing in an isolate can send one. */
const FOREIGN: ReadonlySet<string> = new Set(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]);

/**
 * @param last Whether this was the second try already.
 * @returns One result per input; or `again`, for a try in a fresh process; or `lost`, when the
 * process was ended by somebody else once more.
 */
export function judge(
  ending: Ending,
  results: readonly Result[],
  { frame, inputs }: SlotTask,
  last: boolean,
): Result[] | "again" | "lost" {
  const all = (...more: readonly Result[]): Result[] => completed([...results, ...more], inputs);
  const final = results.at(-1);
  switch (ending.kind) {
    case "done":
      if (final?.[0] === "time" && !last && starved(ending.cpuMs, frame.timeoutMs)) return "again";
      return all().length === inputs ? all() : all(["crash", "the host answered too few inputs"]);
    case "killed":
      if (final !== undefined && endsProgram(final)) return all();
      if (ending.by === "memory") return all(["memory"]);
      if (ending.by === "frame") return all(["crash", "the host wrote what is no answer"]);
      return !last && starved(ending.cpuMs, frame.timeoutMs) ? "again" : all(["time"]);
    case "died":
      if (final !== undefined && endsProgram(final)) return all();
      // The kernel ends a process that has grown, by the same signal as anybody else would.
      if (ending.memory === "grown") return all(["memory"]);
      if (ending.signal !== null && FOREIGN.has(ending.signal)) return last ? "lost" : "again";
      // A crash is the program's only if it crashes a fresh process too.
      if (last && ending.memory === "said") return all(["memory"]);
      return last ? all(["crash", `the host process ended (${ending.signal ?? "exit"})`]) : "again";
  }
}

/** A time-out of a process that barely ran is the machine's doing. */
function starved(cpuMs: number | undefined, timeoutMs: number): boolean {
  return cpuMs !== undefined && cpuMs < timeoutMs / 4;
}
