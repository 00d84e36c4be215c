/** The commands that a supervisor starts for a language, with the guest's text as an argument. */
import type { Language } from "../../src/core/execution.ts";
import { linkGuest } from "../inside/link.ts";
import type { SupervisorSetup } from "../inside/supervise-common.ts";
import { PYTHON_CANDIDATE, PYTHON_CELLS } from "../python/python.ts";

export interface Interpreters {
  readonly node: string;
  readonly python: string;
  readonly shell: string;
}

/** The kind of guest: languages with the same kind share a pool. `typed` preloads the type stripper. */
export type Runtime = "node" | "typed" | "python" | "shell";

export function runtimeOf(language: Language): Runtime {
  if (language === "python" || language === "shell") return language;
  return language === "typescript" ? "typed" : "node";
}

/**
 * Node's arguments for a guest. Code generation from strings is disabled, so that an object leaked
 * into the program's realm cannot be used to run code in Node's own realm.
 */
export function nodeArguments(
  role: "candidate" | "harness" | "cells" | "supervisor",
  memoryMiB: number,
  extra: readonly string[] = [],
): readonly string[] {
  return [
    `--max-old-space-size=${Math.max(8, memoryMiB)}`,
    ...(role === "cells" ? [] : ["--disallow-code-generation-from-strings"]),
    ...extra,
    "--input-type=module",
    "--eval",
    linkGuest(role),
  ];
}

/** The setup of a supervisor for one program or one session. */
export function supervisorSetup({
  runtime,
  session,
  interpreters,
  memoryMiB,
  scratch,
  inside = scratch,
  scriptFolder = scratch,
  residentMiB,
  memoryGroup = null,
  pythonPrelude = "",
  wrap = (command) => command,
  nodeExtra = [],
}: {
  readonly runtime: Runtime;
  readonly session: boolean;
  readonly interpreters: Interpreters;
  readonly memoryMiB: number;
  /** The supervisor's folder. */
  readonly scratch: string;
  /** Path of the same folder inside the program's root. */
  readonly inside?: string;
  readonly scriptFolder?: string;
  readonly residentMiB: number | null;
  /** Folder of the control group that limits the program's memory, if there is one. */
  readonly memoryGroup?: string | null;
  /** Runs before a Python program's first line. */
  readonly pythonPrelude?: string;
  readonly wrap?: (command: readonly string[], role: "candidate" | "harness") => readonly string[];
  readonly nodeExtra?: readonly string[];
}): SupervisorSetup {
  const { node, python, shell } = interpreters;
  const pythonText = pythonPrelude + (session ? PYTHON_CELLS : PYTHON_CANDIDATE);
  const script = [node, ...nodeArguments(session ? "cells" : "candidate", memoryMiB, nodeExtra)];
  const command = {
    node: script,
    typed: [...script, "typed"],
    // No site packages, no bytecode files; the guest removes the working folder from sys.path.
    python: [python, "-S", "-s", "-B", "-c", pythonText],
    shell: [shell],
  }[runtime];
  return {
    role:
      runtime === "shell" ? (session ? "shell-session" : "shell") : session ? "session" : "program",
    candidate: wrap(command, "candidate"),
    stepwise: runtime === "python",
    harness: wrap(
      [node, ...nodeArguments("harness", Math.max(256, memoryMiB), nodeExtra)],
      "harness",
    ),
    scratch,
    scriptFolder,
    environment: {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      HOME: inside,
      TMPDIR: inside,
      LANG: "C.UTF-8",
      TZ: "UTC",
      PYTHONHASHSEED: "0",
    },
    residentMiB,
    memoryGroup,
  };
}
