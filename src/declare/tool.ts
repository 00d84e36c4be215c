/** A manifest's tool as a stored tool. Its source is its definition, so a change makes a new version. */
import { type Command, EXECUTORS } from "../core/command.ts";
import { Limits } from "../core/execution.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import { signatureText } from "../core/text/signature.ts";
import { type JsonSchema, parameterNames, type Tool } from "../core/tool.ts";
import { BUILTINS } from "./builtins.ts";
import type { Body } from "./schema.ts";
import { shellWords } from "./words.ts";

/** `Tool.origin` of tools from manifests. */
export const ORIGIN = "manifest";

export type ToolDraft = Omit<Tool, "version" | "digest" | "status">;

export function toolOfManifest(body: Body<"tools">, createdAt: string): ToolDraft {
  const { name, timeout_ms: timeoutMs, memory_mib: memoryMiB } = body;
  const rest = {
    name,
    entry: name,
    limits: Limits.parse({ timeoutMs, memoryMiB }),
    capabilities: { network: [], files: false, model: false },
    cases: [],
    evaluation: { train: 0, heldOut: 0, measures: {} },
    lineage: { parents: [], generator: ORIGIN },
    origin: ORIGIN,
    usage: { calls: 0, successes: 0, totalMs: 0, costUsd: 0, lastErrors: [], queries: [] },
    createdAt,
  };
  if (body.builtin !== undefined) {
    const { description, parameters: names, expression } = BUILTINS[body.builtin];
    const text = body.description ?? description;
    const parameters: JsonSchema = {
      type: "object",
      properties: Object.fromEntries(names.map((each) => [each, { type: "number" }])),
      required: [...names],
      additionalProperties: false,
    };
    const result: JsonSchema = { type: "number" };
    return {
      ...rest,
      description: text,
      signature: signatureText(name, parameters, result),
      parameters,
      result,
      language: "javascript",
      source: `// ${text.replace(/\s+/g, " ")}\nfunction ${name}(${names.join(", ")}) { return ${expression}; }\n`,
    };
  }
  const { description = name, parameters } = body;
  const command = commandOf(body);
  // The description is part of the definition: a changed description is a new version too.
  const definition = { ...command, description, schema: parameters } as unknown as Json;
  return {
    ...rest,
    description,
    signature: signatureText(name, parameters, {}),
    parameters,
    result: {},
    language: "command",
    source: JSON.stringify(JSON.parse(canonicalJson(definition)), null, 2),
  };
}

/** The command of the tool's executor; a builtin has none. */
export function commandOf(body: Body<"tools">): Command | undefined {
  const { executor = {}, parameters } = body;
  for (const each of EXECUTORS) {
    const given = executor[each];
    if (given === undefined) continue;
    const { command, env, output } = given;
    const program = programOfCommand(each, command);
    return {
      executor: each,
      ...("image" in given && given.image !== undefined ? { image: given.image } : {}),
      command,
      ...(typeof program === "object" ? { program } : {}),
      requirements: "requirements" in given ? given.requirements : [],
      env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.slice(1)])),
      output,
      parameters: [...parameterNames({ parameters })],
    };
  }
  return undefined;
}

const PROGRAMS = {
  python: { words: /^python(3(\.\d+)?)?$/, flag: /^-c$/, form: 'python -c "..."' },
  local_nodejs: { words: /^node(js)?$/, flag: /^(-e|--eval)$/, form: 'node -e "..."' },
} as const;

/**
 * The program in an interpreter's command line; the arguments become its variables.
 *
 * @returns undefined for an executor that runs a shell; the fault for a command of another form.
 */
export function programOfCommand(
  executor: Command["executor"],
  command: string,
): Command["program"] | string {
  if (executor === "docker" || executor === "local_bash") return undefined;
  const { words: name, flag, form } = PROGRAMS[executor];
  const read = shellWords(command);
  if (read.status === "failed") {
    return `Expected ${form}, got a command in which ${read.reason}: use the executor docker or local_bash for a shell.`;
  }
  const [first = "", second = "", code, ...words] = read.words;
  if (name.test(first) && flag.test(second) && code !== undefined) return { code, words };
  return `Expected ${form}, got "${command.trim().slice(0, 60)}": use the executor docker or local_bash for other commands.`;
}
