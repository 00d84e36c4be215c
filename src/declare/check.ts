/**
 * Checks that a schema cannot do: duplicate or unknown names, circular agents, a tool with no
 * implementation or with two, a command that its executor cannot run. Names may refer to the manifest
 * itself, to objects of earlier manifests in the home, and to stored tools.
 */
import { Ajv2020 } from "ajv/dist/2020.js";
import { agentCircle } from "../core/agent.ts";
import { EXECUTORS } from "../core/command.ts";
import { didYouMean } from "../core/text/near-miss.ts";
import type { Fault } from "./faults.ts";
import type { Entry } from "./read.ts";
import { type Body, nameOf, type Objects, type Section } from "./schema.ts";
import { programOfCommand } from "./tool.ts";

/** What the home contains in addition to manifests. */
export interface Surroundings {
  /** Names of the engine's functions and of stored tools that no manifest brought. */
  readonly tools: ReadonlySet<string>;
  /** Names of the configuration's agents. */
  readonly agents: ReadonlySet<string>;
  /** Whether a model is configured; agents without `llm` use it. */
  readonly model: boolean;
}

/** The home's objects, overridden by those of the manifest. */
export function overlaid(home: Objects, entries: readonly Entry[]): Objects {
  const merged = {
    llms: new Map(home.llms),
    agents: new Map(home.agents),
    tools: new Map(home.tools),
    tasks: new Map(home.tasks),
    runs: new Map(home.runs),
  };
  for (const { section, body } of entries) {
    (merged[section] as Map<string, Body<Section>>).set(body.name, body);
  }
  return merged;
}

export function checkManifest(
  entries: readonly Entry[],
  all: Objects,
  around: Surroundings,
): readonly Fault[] {
  return [
    ...duplicates(entries),
    ...entries.flatMap((entry) => checkEntry(entry, all, around)),
    ...circles(entries, all),
  ];
}

function duplicates(entries: readonly Entry[]): readonly Fault[] {
  const seen = new Map<string, Fault>();
  return entries.flatMap(({ section, body: { name }, fault }) => {
    // Agents and tools share one set of names, because both are called by name.
    const space = section === "agents" || section === "tools" ? "callable" : section;
    const here = fault(["name"], "DUPLICATE_NAME", "");
    const before = seen.get(`${space} ${name}`);
    if (before === undefined) {
      seen.set(`${space} ${name}`, here);
      return [];
    }
    const message = `"${name}" is already defined at ${before.file}:${before.line}: rename one of them.`;
    return [{ ...here, message }];
  });
}

const UNKNOWN = {
  llm: "UNKNOWN_LLM",
  tool: "UNKNOWN_TOOL",
  agent: "UNKNOWN_AGENT",
  task: "UNKNOWN_TASK",
} as const;

function checkEntry(entry: Entry, all: Objects, around: Surroundings): readonly Fault[] {
  const { fault } = entry;
  const missing = (
    path: readonly PropertyKey[],
    what: keyof typeof UNKNOWN,
    name: string,
    known: Iterable<string>,
  ): Fault => {
    const names = [...known].sort();
    const expected = names.join(", ") || "none, because there are none";
    const message = `There is no ${what} "${name}"${didYouMean(name, names)}: expected one of ${expected}.`;
    return fault(path, UNKNOWN[what], message);
  };
  switch (entry.section) {
    case "llms":
      return [];
    case "runs": {
      const { task } = entry.body;
      return all.tasks.has(task) ? [] : [missing(["task"], "task", task, all.tasks.keys())];
    }
    case "tasks": {
      const { agent } = entry.body;
      const known = new Set([...all.agents.keys(), ...around.agents]);
      return known.has(agent) ? [] : [missing(["agent"], "agent", agent, known)];
    }
    case "agents": {
      const { name, llm, tools } = entry.body;
      const agents = new Set([...all.agents.keys(), ...around.agents]);
      const callables = new Set([...all.tools.keys(), ...around.tools]);
      return [
        ...(around.agents.has(name) || around.tools.has(name) ? [taken(entry)] : []),
        ...(llm === undefined || all.llms.has(llm)
          ? []
          : [missing(["llm"], "llm", llm, all.llms.keys())]),
        ...(llm === undefined && !around.model && all.llms.size === 0
          ? [
              fault(
                ["name"],
                "NO_LLM",
                `"${name}" has no llm, and none is configured: add one to llms, or set TOOLWRIGHT_MODEL.`,
              ),
            ]
          : []),
        ...tools.flatMap((reference, index) => {
          const wanted = nameOf(reference);
          if (typeof reference === "object" && "agent" in reference) {
            return agents.has(wanted) ? [] : [missing(["tools", index], "agent", wanted, agents)];
          }
          if (callables.has(wanted)) return [];
          return [
            agents.has(wanted)
              ? fault(
                  ["tools", index],
                  "AGENT_AS_TOOL",
                  `"${wanted}" is an agent: write "agent: ${wanted}".`,
                )
              : missing(["tools", index], "tool", wanted, callables),
          ];
        }),
      ];
    }
    case "tools":
      return checkTool(entry, around);
  }
}

type EntryOf<S extends Section> = Extract<Entry, { section: S }>;

function taken({ body: { name }, fault }: EntryOf<"agents" | "tools">): Fault {
  return fault(
    ["name"],
    "NAME_TAKEN",
    `"${name}" is already in use in this home, outside of manifests: choose another name.`,
  );
}

function checkTool(entry: EntryOf<"tools">, around: Surroundings): readonly Fault[] {
  const { body, fault } = entry;
  const { name, description, builtin, executor, parameters } = body;
  const faults: Fault[] = [];
  if (around.agents.has(name) || around.tools.has(name)) faults.push(taken(entry));
  const named = EXECUTORS.filter((each) => executor?.[each] !== undefined);
  if ((builtin === undefined) === (executor === undefined)) {
    const message = `Expected either builtin or executor, got ${builtin === undefined ? "neither" : "both"}.`;
    faults.push(fault(["name"], "ONE_OF", message));
  } else if (executor !== undefined && named.length !== 1) {
    const message = `Expected one of ${EXECUTORS.join(", ")}, got ${named.join(" and ") || "none"}.`;
    faults.push(fault(["executor"], "ONE_OF", message));
  }
  if (executor !== undefined && description === undefined) {
    const message = "Expected a description, got none. Add one: a model chooses tools by it.";
    faults.push(fault(["name"], "MISSING_FIELD", message));
  }
  const schema = schemaFault(parameters);
  if (schema !== undefined) faults.push(fault(["parameters"], "BAD_SCHEMA", schema));
  for (const each of named) {
    const read = programOfCommand(each, executor?.[each]?.command ?? "");
    if (typeof read === "string") {
      faults.push(fault(["executor", each, "command"], "BAD_COMMAND", read));
    }
  }
  return faults;
}

function schemaFault(schema: Body<"tools">["parameters"]): string | undefined {
  const { type, properties } = schema;
  if (type !== "object") return 'Expected the JSON Schema of an object, with "type: object".';
  if (
    properties !== undefined &&
    (properties === null || typeof properties !== "object" || Array.isArray(properties))
  ) {
    return "Expected properties as a mapping of names to schemas.";
  }
  try {
    const { $id: _, $schema: __, ...plain } = schema;
    new Ajv2020({ strict: false, validateFormats: false }).compile(plain);
    return undefined;
  } catch (error) {
    return `Expected a JSON Schema (2020-12): ${(error as Error).message}.`;
  }
}

/** Circular chains among the manifest's agents, reported where the chain begins. */
function circles(entries: readonly Entry[], all: Objects): readonly Fault[] {
  const agents = [...all.agents.values()].map(({ name, tools }) => ({
    name,
    tools: tools.flatMap((each) =>
      typeof each === "object" && "agent" in each ? [each.agent] : [],
    ),
  }));
  const circle = agentCircle(agents);
  if (circle === undefined) return [];
  const entry = entries.find(
    ({ section, body }) => section === "agents" && circle.includes(body.name),
  );
  const message = `${circle.join(" -> ")} is a circular chain of agents: remove one of these references.`;
  return entry === undefined ? [] : [entry.fault(["tools"], "AGENT_CIRCLE", message)];
}
