/**
 * Plan as code: a program runs in the sandbox with the tools as async functions. A model simulates
 * functions without an implementation (Li et al., "Chain of Code", 2023).
 *
 * The program runs to a pause point. The host makes the calls that it asks for, each as a step of the
 * request, and runs it again with a longer record until it returns or throws (see bridge.ts). So a
 * program may wait for an approval or for days, over any number of process restarts, and nothing is
 * done twice.
 *
 * Holds: a program calls only the given tools, with validated arguments, within its limits; it learns
 * nothing from outside except their results. Does not hold: that it calls them sensibly.
 */
import type { Json } from "../core/json.ts";
import type { BridgeReport, BridgeStart, KnownCall } from "./bridge.ts";
import { placed, runOnce } from "./run.ts";
import { divergence, serve } from "./serve.ts";
import { type PreparedProgram, prepareProgram } from "./source.ts";
import {
  PROGRAM_LIMITS,
  type ProgramFault,
  type ProgramFigures,
  type ProgramLimits,
  type ProgramOutcome,
  type ProgramPorts,
  type ProgramRequest,
} from "./types.ts";

export async function runProgram(
  ports: ProgramPorts,
  request: ProgramRequest,
  signal: AbortSignal,
): Promise<ProgramOutcome> {
  const { steps } = ports;
  const limits = { ...PROGRAM_LIMITS, ...request.limits };
  const names = request.tools.map(({ name }) => name);
  const prepared = prepareProgram(request.code, names, request.semantic ?? []);
  const { id = "program", code, input = null } = request;
  await steps.trace("program:start", [
    {
      type: "program-start",
      data: {
        id,
        code,
        input,
        tools: names,
        gaps: prepared.status === "ready" ? prepared.gaps.map(({ signature }) => signature) : [],
      },
    },
  ]);
  const outcome = await rounds(ports, { ...request, input }, prepared, limits, signal);
  await steps.trace("program:end", [
    { type: "program-result", data: { id, ...JSON.parse(JSON.stringify(outcome)) } },
  ]);
  return outcome;
}

async function rounds(
  ports: ProgramPorts,
  request: ProgramRequest & { readonly input: Json },
  prepared: PreparedProgram,
  limits: ProgramLimits,
  signal: AbortSignal,
): Promise<ProgramOutcome> {
  const record: KnownCall[] = [];
  const answers = new Map<string, KnownCall>();
  let lines: BridgeReport["lines"] = [];
  const refused = (fault: ProgramFault, reason: string): ProgramOutcome => ({
    status: "refused",
    code: fault,
    reason,
    ...figures(),
  });
  const figures = (): ProgramFigures => ({
    calls: record.filter(({ key }) => isTool(key)).length,
    simulated: answers.size,
    lines,
  });
  const tools = new Map(request.tools.map((tool) => [tool.name, tool]));
  const isTool = (key: string): boolean => tools.has(key.slice(0, key.indexOf(" ")));

  if (prepared.status === "refused") return refused("UNREADABLE", prepared.reason);
  const { gaps } = prepared;
  const [gap] = gaps;
  if (gap !== undefined && ports.simulate === undefined) {
    return refused(
      "NO_MODEL",
      `Expected an implementation of every function, got none of ${gaps.map(({ name }) => name).join(", ")}. Write it, or configure a model that simulates it.`,
    );
  }
  const start = (): BridgeStart => ({
    tools: [...tools.keys()],
    gaps: gaps.map(({ name, later }) => ({ name, later })),
    input: request.input,
    record,
    answers: [...answers.values()],
    mostCalls: limits.calls,
    argumentChars: limits.argumentChars,
  });

  let stages = 0;
  let spentMs = 0;
  for (;;) {
    const leftMs = limits.seconds * 1_000 - spentMs;
    if (leftMs < 1) return refused("TIME", `It ran for more than ${limits.seconds} s in total.`);
    const began = performance.now();
    const run = await runOnce(ports, prepared, start(), stages, limits, leftMs, signal);
    spentMs += performance.now() - began;
    if (run.status === "failed") return refused(run.fault, run.reason);
    const { report } = run;
    lines = report.lines;
    stages = report.stage;

    if (report.diverged !== null || report.issued < record.length) {
      const at = report.diverged ?? report.issued;
      return refused("DIVERGED", divergence(record[at]?.key ?? "", at));
    }
    if (report.tooMany) {
      return refused("TOO_MANY_CALLS", `Expected at most ${limits.calls} calls, got more.`);
    }
    if (report.done !== null && !report.halted) {
      const left = [...report.asked.map(({ name }) => name), ...report.unawaited];
      if (left.length > 0) {
        const which = [...new Set(left)].join(", ");
        return refused(
          "UNAWAITED",
          `It ended while calls that are not awaited were still running: ${which}. Write await before them.`,
        );
      }
      switch (report.done.status) {
        case "returned":
          return { status: "returned", value: report.done.value, ...figures() };
        case "empty":
          return { status: "empty", made: record.filter(({ key }) => isTool(key)), ...figures() };
        case "threw":
          return { status: "threw", message: placed(report.done, prepared), ...figures() };
      }
    }
    if (report.asked.length === 0) {
      return refused("STALLED", "It waits for something that no call can provide.");
    }

    const lookUp = { tools, gaps, answers, limits, record };
    const served = await serve(ports, report, lookUp, signal);
    if (served !== undefined) return refused(served.fault, served.reason);
  }
}
