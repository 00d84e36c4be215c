/**
 * The JSON Schemas of the files that people write, for editors and for the reference, generated from
 * the engine's zod schemas (input side: before defaults and transforms).
 */
import { z } from "zod";
import { Manifest as ExperimentManifest } from "../../experiments/manifest/schema.ts";
import { Config } from "../core/config.ts";
import { ToolSpec } from "../core/tool.ts";
import { SECTIONS } from "../declare/schema.ts";

const DeclaredManifest = z.strictObject({
  llms: z.array(SECTIONS.llms).exactOptional().describe("Language models."),
  tools: z.array(SECTIONS.tools).exactOptional().describe("Commands and builtins that are tools."),
  agents: z.array(SECTIONS.agents).exactOptional().describe("Sub-agents with their tools."),
  tasks: z.array(SECTIONS.tasks).exactOptional().describe("What an agent can be asked."),
  runs: z.array(SECTIONS.runs).exactOptional().describe("Tasks that are carried out, once each."),
});

/** One file of a manifest. With includes, another file may contain the name. */
const Experiment = ExperimentManifest.partial({ name: true }).extend({
  include: z
    .array(z.string().min(1))
    .exactOptional()
    .describe("Manifests whose fields count where this one has none."),
});

const FILES = {
  config: { title: "Toolwright configuration", schema: Config },
  spec: { title: "Toolwright tool spec", schema: ToolSpec },
  manifest: { title: "Toolwright manifest for `apply`", schema: DeclaredManifest },
  experiment: { title: "Toolwright experiment manifest", schema: Experiment },
} as const satisfies Readonly<Record<string, { title: string; schema: z.ZodType }>>;

export type SchemaName = keyof typeof FILES;
export const SCHEMA_NAMES = Object.keys(FILES) as readonly SchemaName[];

const DIALECT = "https://json-schema.org/draft/2020-12/schema";

export type JsonSchemaDocument = z.core.JSONSchema.BaseSchema;

/** @returns A complete document (2020-12), the same on every machine. */
export function jsonSchemaOf(name: SchemaName): JsonSchemaDocument {
  const { title, schema } = FILES[name];
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      // The default is the number of cores of this machine.
      if (zodSchema === Config.shape.workers) delete jsonSchema.default;
    },
  });
  return { $schema: DIALECT, $id: `urn:toolwright:schema:${name}`, title, ...rest };
}
