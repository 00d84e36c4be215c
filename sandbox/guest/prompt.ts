/** The capabilities of the drivers that run real interpreters, as text for a model's prompt. */
import type { Language } from "../../src/core/execution.ts";

const INSTRUCTIONS: Readonly<Record<Language, string>> = {
  javascript:
    "javascript: define a function with the entry's name. No require, no import, no timers, no console; Math.random is seeded and the clock is fixed.",
  typescript:
    "typescript: like javascript; types are removed, not checked. No enums or namespaces.",
  python:
    "python: Python 3 with only its standard library; define a function with the entry's name. Results are None, bool, int, float, str, list, tuple and dict with string keys.",
  shell:
    "shell: a POSIX sh script with the usual text tools. Arguments are passed as $1, $2, ... and as a JSON list on standard input; the printed output is the result (as JSON if it parses, otherwise as text); any exit status other than 0 is a failure.",
  mcp: "mcp: tools of MCP servers are called, not written.",
  command: "",
};

export function capabilityPrompt({
  languages,
  scratch,
  sessions,
  network = false,
}: {
  readonly languages: readonly Language[];
  readonly scratch: string;
  readonly sessions: boolean;
  readonly network?: boolean;
}): string {
  return [
    "Code runs in a sandbox:",
    ...languages.map((language) => `- ${INSTRUCTIONS[language]}`),
    "- Arguments and results are JSON. NaN, Infinity, undefined, promises and cyclic values are not valid results.",
    `- ${network ? "Do not rely on the network" : "No network"}, and no packages. Files: ${scratch}.`,
    ...(sessions
      ? [
          "- Sessions: cells of one session share variables and files; stopping a cell deletes them.",
        ]
      : []),
    "- Time, memory and the length of a result are limited; code that exceeds a limit is stopped.",
  ].join("\n");
}
