/** Checks whether the packages of a Python command are installed. It never installs any. */
import type { Command } from "../../src/core/command.ts";
import { describeExecution, type Execution, Limits } from "../../src/core/execution.ts";

const REQUIREMENT = /^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\s*==\s*([A-Za-z0-9.!+_-]+))?$/;

const PROBE = `import importlib.metadata, json
missing = []
for name, version in json.loads(WANTED):
    try:
        found = importlib.metadata.version(name)
        if version is not None and found != version:
            missing.append(name + "==" + version + " (" + found + " is installed)")
    except importlib.metadata.PackageNotFoundError:
        missing.append(name)
print(json.dumps(missing))
`;

/** @returns A sentence about what is missing; undefined if all packages are installed. */
export async function missingRequirements(
  command: Command,
  run: (probe: Command, limits: Limits) => Promise<Execution>,
): Promise<string | undefined> {
  const read = command.requirements.map((text) => [text, REQUIREMENT.exec(text.trim())] as const);
  const odd = read.find(([, match]) => match === null)?.[0];
  if (odd !== undefined) {
    return `the requirement "${odd}" must be a package name or name==version`;
  }
  const wanted = JSON.stringify(read.map(([, match]) => [match?.[1], match?.[2] ?? null]));
  const code = PROBE.replace("WANTED", () => JSON.stringify(wanted));
  const probe: Command = {
    ...command,
    program: { code, words: [] },
    env: {},
    requirements: [],
    output: "json",
  };
  const execution = await run(probe, Limits.parse({ timeoutMs: 30_000, memoryMiB: 128 }));
  if (execution.status !== "returned") {
    return `its requirements cannot be checked: ${describeExecution(execution)}`;
  }
  const missing = Array.isArray(execution.output) ? execution.output : [];
  return missing.length === 0
    ? undefined
    : `Python does not have ${missing.join(", ")}, and packages are never installed: use an image that has them`;
}
