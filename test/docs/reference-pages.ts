/** The generated pages: what stands in them comes from the code that it describes. */
import { Command, type Option } from "commander";
import { z } from "zod";
import { PROMPTS } from "../../src/ask/prompts/book.ts";
import { wholeProgram } from "../../src/cli/program.ts";
import { type JsonSchemaDocument, jsonSchemaOf } from "../../src/cli/schemas.ts";
import { withCommonFlags } from "../../src/cli/session.ts";
import { CALL_EVENTS } from "../../src/core/events/call.ts";
import { EVOLUTION_EVENTS } from "../../src/core/events/evolution.ts";
import { JOURNAL_EVENTS } from "../../src/core/events/journal.ts";
import { MODEL_EVENTS } from "../../src/core/events/model.ts";
import { PLAN_EVENTS } from "../../src/core/events/plan.ts";
import { REQUEST_EVENTS } from "../../src/core/events/request.ts";
import { TOOL_EVENTS } from "../../src/core/events/tool.ts";
import { CONFIG_VARIABLES } from "../../src/engine/config-variables.ts";
import { code, type KeyRow, rowsBelow, table } from "./schema-table.ts";

const MADE = "<!-- Made by `npm run docs`. Change the code that it describes, not this file. -->";

/** Pages by their path from the root. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    ["docs/reference/configuration.md", configuration()],
    ["docs/reference/environment.md", environment()],
    ["docs/reference/tool-spec.md", toolSpec()],
    ["docs/reference/apply-manifest.md", applyManifest()],
    ["docs/reference/experiment-manifest.md", experimentManifest()],
    ["docs/reference/events.md", eventsPage()],
    ["docs/prompts.md", prompts()],
  ]);
}

function page(...parts: readonly string[]): string {
  return `${[MADE, ...parts].join("\n\n")}\n`;
}

const HEAD = ["key", "type", "default", "meaning"];
const cells = ({ key, type, default: given, meaning }: KeyRow): readonly string[] => [
  code(key),
  type,
  given,
  meaning,
];

function keyTable(schema: JsonSchemaDocument, path = ""): string {
  return table(HEAD, rowsBelow(schema, path).map(cells));
}

function sectionOf(schema: JsonSchemaDocument, name: string): JsonSchemaDocument {
  const found = schema.properties?.[name];
  if (found === undefined || typeof found === "boolean") throw new Error(`no section ${name}`);
  return found;
}

function configuration(): string {
  const schema = jsonSchemaOf("config");
  const rows = rowsBelow(schema);
  const topOf = ({ key }: KeyRow): string => /^\w+/.exec(key)?.[0] ?? key;
  const byTop = Map.groupBy(rows, topOf);
  const setBy = (key: string): string =>
    [
      ...CONFIG_VARIABLES.filter(({ sets }) => sets.join(".") === key).map(({ name }) => name),
      ...flagsOf(key),
    ]
      .map(code)
      .join(", ");
  const full = (list: readonly KeyRow[]): string =>
    table(
      [...HEAD, "set by"],
      list.map((row) => [...cells(row), setBy(row.key)]),
    );
  const single = [...byTop.values()].filter((list) => list.length === 1).flat();
  const sections = [...byTop].filter(([, list]) => list.length > 1);
  return page(
    "# Configuration",
    "Settings come from, in this order: flags, environment variables, `toolwright.config.json`, `.yaml` or `.yml` " +
      "in the folder, the same file in the home, defaults. What comes first wins. Unknown keys are refused.",
    "`toolwright schema config > toolwright.schema.json` prints the schema for editors: " +
      "see [editor support](../editors.md). The variables have [a page of their own](environment.md).",
    "## Single settings",
    full(single),
    ...sections.flatMap(([name, [first, ...rest]]) => [
      `## \`${name}\``,
      first?.meaning ?? "",
      name === "roles"
        ? "The keys of a role are those of [`model`](#model), all of them optional."
        : full(rest),
    ]),
  );
}

const program = await wholeProgram();

/** Flags that every command has, and those that set a budget: they have the names of their settings. */
function flagsOf(key: string): readonly string[] {
  const visit = (command: Command): readonly Option[] => [
    ...command.options,
    ...command.commands.flatMap(visit),
  ];
  const common = withCommonFlags(new Command()).options;
  const budgets = visit(program).filter(({ long }) => long?.startsWith("--budget-"));
  const named = [...common, ...budgets].filter((option) => option.attributeName() === key);
  return [...new Set(named.map(({ long }) => long ?? ""))];
}

/** Variables that set nothing of the configuration. A test finds those that are missing here. */
const OTHER_VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ["OPENAI_API_KEY", "The key of the model's endpoint, unless `apiKeyEnv` names another variable."],
  [
    "ANTHROPIC_API_KEY",
    "The key of a model of an `apply` manifest with `provider: anthropic`, unless `api_key_env` names another variable.",
  ],
  ["QDRANT_API_KEY", "The key of the Qdrant server, unless `store.apiKeyEnv` names another one."],
  ["TOOLWRIGHT_MCP_TOKEN", "The token that clients of `toolwright mcp` over HTTP have to send."],
  ["TOOLWRIGHT_DEBUG", "Set to anything: an unexpected error prints its stack."],
  [
    "DOCKER_HOST",
    "Address of the container engine. Default: that of Docker's current context, else the usual sockets.",
  ],
  ["DOCKER_CONTEXT", "The context of Docker to use, if `DOCKER_HOST` is not set."],
  ["DOCKER_CONFIG", "Folder of Docker's configuration and contexts. Default: `~/.docker`."],
  ["DOCKER_TLS_VERIFY", "Set to anything: TLS to the engine, its certificate checked."],
  ["DOCKER_TLS", "Set to anything: TLS to the engine, its certificate not checked."],
  ["DOCKER_CERT_PATH", "Folder with `ca.pem`, `cert.pem` and `key.pem` for TLS."],
  ["XDG_RUNTIME_DIR", "Where the sockets of a rootless Docker or Podman are looked for."],
  ["NODE_COMPILE_CACHE", "Where compiled code is cached. Default: below `node_modules`."],
  ["TOOLWRIGHT_FAILPOINT", "For tests alone: the process ends at a named write."],
];

/** For the test that compares them with what the source reads. */
export const DOCUMENTED_VARIABLES: readonly string[] = [
  ...CONFIG_VARIABLES.map(({ name }) => name),
  ...OTHER_VARIABLES.map(([name]) => name),
];

function environment(): string {
  const meanings = new Map(rowsBelow(jsonSchemaOf("config")).map((row) => [row.key, row.meaning]));
  return page(
    "# Environment variables",
    "An empty variable counts as not set. A flag outranks a variable, and a variable a file. " +
      "Where two variables set one key, the later one in this table wins.",
    "## Settings",
    table(
      ["variable", "sets", "meaning"],
      CONFIG_VARIABLES.map(({ name, sets, needs, implies }) => [
        code(name),
        `[${code(sets.join("."))}](configuration.md)`,
        [
          meanings.get(sets.join(".")) ?? "",
          ...(needs === undefined ? [] : [`Only together with ${code(needs)}.`]),
          ...Object.entries(implies ?? {}).map(
            ([key, value]) =>
              `Without another word in a file, ${code(`${sets[0]}.${key}`)} is then ${code(value)}.`,
          ),
        ].join(" "),
      ]),
    ),
    "## Other variables",
    table(
      ["variable", "meaning"],
      OTHER_VARIABLES.map(([name, meaning]) => [code(name), meaning]),
    ),
  );
}

function toolSpec(): string {
  return page(
    "# Tool spec",
    "A file in YAML or JSON that says what a tool shall do. `toolwright evolve --spec FILE` searches a program for it, " +
      "`toolwright request WORDS --spec FILE` registers and calls it too. In code the same object is the first argument of `evolve`.",
    "`toolwright schema spec` prints the schema for editors: see [editor support](../editors.md).",
    keyTable(jsonSchemaOf("spec")),
    "Give eight or more cases. Without `heldOut` and with at least eight cases some of them are kept back and decide registration.",
  );
}

function applyManifest(): string {
  const schema = jsonSchemaOf("manifest");
  return page(
    "# Manifest of `apply`",
    "`toolwright apply -f FILE` takes language models, tools, agents, tasks and runs from YAML, all of it or nothing. " +
      "A file holds any number of documents, each with any of these sections. What is applied twice changes nothing.",
    "`toolwright schema manifest` prints the schema for editors: see [editor support](../editors.md).",
    ...Object.keys(schema.properties ?? {}).flatMap((name) => {
      const section = sectionOf(schema, name);
      return [`## \`${name}\``, section.description ?? "", keyTable(section, name)];
    }),
  );
}

function experimentManifest(): string {
  return page(
    "# Manifest of an experiment",
    "`toolwright experiment run FILE` runs the grid of a manifest: tasks x strategies x generators x models x seeds x budgets, " +
      "with its baselines. `-o key=value` overrides a field. The manifests that ship stand in `experiments/manifests`.",
    "`toolwright schema experiment` prints the schema for editors: see [editor support](../editors.md).",
    keyTable(jsonSchemaOf("experiment")),
  );
}

function eventsPage(): string {
  const groups: readonly (readonly [title: string, events: Readonly<Record<string, z.ZodType>>])[] =
    [
      ["Requests", REQUEST_EVENTS],
      ["Plans", PLAN_EVENTS],
      ["Tools", TOOL_EVENTS],
      ["Calls", CALL_EVENTS],
      ["Models", MODEL_EVENTS],
      ["Evolutions", EVOLUTION_EVENTS],
      ["Journal", JOURNAL_EVENTS],
    ];
  return page(
    "# Events",
    "Everything that the engine does is an event of a run: `toolwright traces show RUN` prints them. Each has a type, " +
      "`data`, and for some types `volatile` (what may differ between equal runs, such as times and ids) and `link` " +
      "(the run that it opens or refers to). A field with `?` may be absent. Readers pass over types that they do not know. " +
      "Events of earlier versions are brought into this shape when they are read.",
    ...groups.flatMap(([title, events]) => [
      `## ${title}`,
      ...Object.entries(events).flatMap(([type, schema]) => eventParts(type, schema)),
    ]),
  );
}

function eventParts(type: string, schema: z.ZodType): readonly string[] {
  const { properties, ...rest } = z.toJSONSchema(schema, { unrepresentable: "any" });
  const { type: _, ...parts } = properties ?? {};
  const rows = rowsBelow({ ...rest, properties: parts });
  return [
    `### \`${type}\``,
    schema.description ?? "",
    table(
      ["field", "type", "meaning"],
      rows
        .filter(({ key }) => key.includes(".") || key === "link")
        .map(({ key, type: kind, default: given, meaning }) => [
          code(given === "required" ? key : `${key}?`),
          kind,
          meaning,
        ]),
    ),
  ];
}

function prompts(): string {
  return page(
    "# Prompts",
    "Every text that is sent to a model is a named template with a version. You can read and replace each of them.",
    "```sh\ntoolwright prompts ls          # names, versions, what each is for\ntoolwright prompts show plan   # the text with its variables\n```",
    "To replace one, write its text into a file and name the file in the configuration:",
    '```yaml\n# toolwright.config.yaml\nprompts: { plan: "./my-plan.txt" }\n```',
    "A text holds messages under lines `=== system ===` and `=== user ===`. `{{name}}` stands for a variable; " +
      "`{{#name}}...{{/name}}` stands only where the variable is not empty. A variable that the prompt does not have is an error " +
      "before anything runs. The trace keeps the name and the version of each prompt that was sent; a replaced text has the version `custom`.",
    ...PROMPTS.templates.flatMap(({ name, version, description, variables }) => [
      `## \`${name}\``,
      `${description} Version ${version}.`,
      table(
        ["variable", "meaning"],
        Object.entries(variables).map(([variable, meaning]) => [code(variable), meaning]),
      ),
    ]),
  );
}
