/**
 * Decides who caused the end of a request, from clocks and from who killed the process. The text of
 * an error is never used, because a program can write any text.
 */
import type { Ending } from "./child.ts";
import type { SlotTask } from "./slot-types.ts";
import { completed, endsProgram, type Result } from "./wire.ts";

/** Signals from outside: code in an isolate cannot send them. */
const EXTERNAL_SIGNALS: ReadonlySet<string> = new Set([
  "SIGKILL",
  "SIGTERM",
  "SIGINT",
  "SIGHUP",
  "SIGQUIT",
]);

/**
 * @param last Whether this was the second attempt.
 * @returns One result per input; or `again` for another attempt in a new process; or `lost` if the
 * process was killed from outside twice.
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
      if (ending.by === "frame") return all(["crash", "the host sent an invalid answer"]);
      return !last && starved(ending.cpuMs, frame.timeoutMs) ? "again" : all(["time"]);
    case "died":
      if (final !== undefined && endsProgram(final)) return all();
      // The kernel kills a process that uses too much memory, with the same signal as others use.
      if (ending.memory === "grown") return all(["memory"]);
      if (ending.signal !== null && EXTERNAL_SIGNALS.has(ending.signal))
        return last ? "lost" : "again";
      // The program caused a crash only if it also crashes a new process.
      if (last && ending.memory === "said") return all(["memory"]);
      return last ? all(["crash", `the host process ended (${ending.signal ?? "exit"})`]) : "again";
  }
}

/** The machine, not the program, caused a time-out if the process got little CPU time. */
function starved(cpuMs: number | undefined, timeoutMs: number): boolean {
  return cpuMs !== undefined && cpuMs < timeoutMs / 4;
}
