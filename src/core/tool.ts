/**
 * ToolSpec: what a tool must do. Tool: one version of an implementation.
 */
import { z } from "zod";
import { Evidence } from "./evidence.ts";
import { Language, Limits, type Program, ToolLink } from "./execution.ts";
import { Json, JsonObject } from "./json.ts";
import { toolNameFault } from "./names.ts";
import { present } from "./present.ts";

/** A JSON Schema document (2020-12), as data. */
export const JsonSchema = JsonObject;
export type JsonSchema = z.output<typeof JsonSchema>;

const StoredName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, "a name of letters, digits and _ (at most 64)");

/** A name for a new tool. */
export const ToolName = StoredName.refine((name) => toolNameFault(name) === undefined, {
  error: ({ input }) =>
    `expected another name, got ${String(input)}: ${toolNameFault(String(input))}; write for example ${String(input)}_tool`,
});

/** One example: the function called with `args` gives `expected`. */
export const Case = z.strictObject({
  args: z.array(Json).describe("The arguments, in the order of the parameters."),
  expected: Json.describe("The result of the function for these arguments."),
});
export type Case = z.output<typeof Case>;

/** What a tool needs besides its arguments. If it needs anything, a person must approve it. */
const ToolCapabilities = z.object({
  network: z.array(z.string()).default([]).describe("Hosts that it may call. Empty: no network."),
  files: z.boolean().default(false).describe("Whether it reads or writes files."),
  model: z.boolean().default(false).describe("Whether it uses a language model."),
});

/**
 * What a tool must do, as a user writes it.
 *
 * `parameters` is the JSON Schema of an object whose properties are the parameters in order.
 */
export const ToolSpec = z.strictObject({
  name: ToolName.describe("Name of the function, and of the tool."),
  description: z
    .string()
    .min(1)
    .describe("What it does, for people, for models and for the search."),
  signature: z
    .string()
    .min(1)
    .describe(
      "Its TypeScript signature: `function name(a: number, b: string[]): number` or `name(a: number): number`.",
    ),
  parameters: JsonSchema.exactOptional().describe(
    "JSON Schema of an object whose properties are the parameters in order. Default: from the signature.",
  ),
  result: JsonSchema.exactOptional().describe(
    "JSON Schema of the result. Default: from the signature.",
  ),
  cases: z.array(Case).min(1).describe("Examples that the search sees."),
  heldOut: z
    .array(Case)
    .exactOptional()
    .describe(
      "Sealed examples: they decide registration and never reach a prompt or a search. Default: some of the cases are held out.",
    ),
  seeds: z
    .array(z.string().min(1))
    .exactOptional()
    .describe("Programs to start from: each defines the function."),
  limits: Limits.partial()
    .strict()
    .exactOptional()
    .describe("Limits for one run of the program over all its inputs."),
  tolerance: z
    .number()
    .min(0)
    .exactOptional()
    .describe("Distance (relative and absolute) within which numbers count as equal. 0 is exact."),
  language: Language.extract(["javascript", "typescript", "python", "shell"])
    .exactOptional()
    .describe(
      "The language of the program. Python and shell need a model to write it and a sandbox that runs it. Default: JavaScript or TypeScript.",
    ),
  uses: z
    .array(z.union([ToolName.transform((name): ToolLink => ({ name })), ToolLink]))
    .exactOptional()
    .describe(
      "Stored tools that it may call by their names. An entry is a name, or `{ name, version }` to pin a version.",
    ),
  capabilities: ToolCapabilities.strict()
    .exactOptional()
    .describe(
      "What it needs besides its arguments. A person must approve the tool before it is used.",
    ),
});
export type ToolSpec = z.output<typeof ToolSpec>;

export const ToolStatus = z.enum(["candidate", "active", "deprecated"]);
export type ToolStatus = z.output<typeof ToolStatus>;

/** Counts of live calls. Rates are derived, never stored. */
export const ToolUsage = z.object({
  calls: z.int().min(0).default(0),
  successes: z.int().min(0).default(0),
  /** Sum over calls; the mean is totalMs / calls. */
  totalMs: z.number().min(0).default(0),
  costUsd: z.number().min(0).default(0),
  lastErrors: z.array(z.string()).default([]),
  /** Texts of requests that it served: the most important input of retrieval. Newest last, at most 30. */
  queries: z.array(z.string()).default([]),
  /** Wall clock of the latest calls in milliseconds, at most 100; used for percentiles. */
  latencies: z.array(z.number().min(0)).exactOptional(),
  /** What people reported: for these arguments it gives another result than the expected one. */
  reported: z.array(Case).exactOptional(),
  /** Ids of the latest calls that had one, at most 100: a call that is reported twice counts once. */
  counted: z.array(z.string()).exactOptional(),
});
export type ToolUsage = z.output<typeof ToolUsage>;

/** The origin of a tool. */
const Lineage = z.object({
  runId: z.string().exactOptional(),
  requestId: z.string().exactOptional(),
  specDigest: z.string().exactOptional(),
  /** Digests of its parent programs. */
  parents: z.array(z.string()).default([]),
  generator: z.string().exactOptional(),
});

/** Its scores before it was registered. Higher is better. */
const ToolEvaluation = z.object({
  train: z.number(),
  heldOut: z.number(),
  /** Named figures for people, e.g. excess over a bound, in percent. */
  measures: z.record(z.string(), z.number()).default({}),
});

export const Tool = z.object({
  name: StoredName,
  /** 1, 2, ...: gapless per name. */
  version: z.int().min(1),
  /** SHA-256 over name, signature, source, language, entry, and the tools that it uses, if any. */
  digest: z.string(),
  /**
   * Semantic version. Compared with the previous release, another signature is a new major version,
   * other behaviour on the known cases a new minor version, anything else a new patch.
   */
  release: z.string().exactOptional(),
  description: z.string(),
  signature: z.string(),
  parameters: JsonSchema,
  result: JsonSchema,
  language: Language,
  source: z.string(),
  entry: z.string(),
  /** Stored tools that the source calls by their names. */
  uses: z.array(ToolLink).exactOptional(),
  limits: Limits,
  capabilities: ToolCapabilities,
  cases: z.array(Case),
  /** The task that scores its artefact, if it is not scored by cases. */
  task: z.string().exactOptional(),
  evaluation: ToolEvaluation,
  /** Absent for a tool of an older version or of somebody else: nothing is known. */
  evidence: Evidence.exactOptional(),
  lineage: Lineage,
  /** The owner, if it is not the engine: `mcp:` and the server's name. */
  origin: z.string().exactOptional(),
  /** It may change something outside: it is called only on purpose, never as a trial. */
  effects: z.boolean().exactOptional(),
  /** Its owner says that it can destroy something or that it reaches other systems. */
  risky: z.boolean().exactOptional(),
  status: ToolStatus,
  usage: ToolUsage,
  /** ISO 8601. */
  createdAt: z.string(),
});
export type Tool = z.output<typeof Tool>;

/** Stands in a description between what was asked and what was tested. */
export const EVIDENCE_MARK = "\n\n";

/** What a tool is for: its description without what was tested. */
export function purposeOf({
  description,
  evidence,
}: Pick<Tool, "description" | "evidence">): string {
  const end = evidence === undefined ? -1 : description.lastIndexOf(EVIDENCE_MARK);
  return end < 0 ? description : description.slice(0, end);
}

/** The program of a tool, for a sandbox. */
export function programOf({
  language,
  source,
  entry,
  uses,
}: Pick<Tool, "language" | "source" | "entry" | "uses">): Program {
  return { language, source, entry, ...present({ uses }) };
}

/**
 * Whether a call may change something outside, as far as it is known. Such a tool is never run on
 * inputs that nobody requested.
 */
export function actsOutside({
  effects = false,
  capabilities,
}: Pick<Tool, "effects" | "capabilities">): boolean {
  return effects || capabilities.network.length > 0 || capabilities.files;
}

/** The names of a tool's parameters, in order. */
export function parameterNames({ parameters }: Pick<Tool, "parameters">): readonly string[] {
  const { properties } = parameters;
  return properties !== null && typeof properties === "object" ? Object.keys(properties) : [];
}
