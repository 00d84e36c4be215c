/**
 * The scope reasoner decides how general a tool must be before it is written: what is an argument, what
 * is a constant, whether a stored tool is enough, and why.
 *
 * One half works by rule and always runs: the request's literals in the tool's name, and the signatures
 * of similar stored tools. The other half is a model's judgement, which gets the findings of the rules.
 * Held-out variants show later if the tool is as general as decided.
 */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import { asked } from "../ask/asked.ts";
import { helpful } from "../ask/help.ts";
import type { NewEvent } from "../core/event.ts";
import { Language } from "../core/execution.ts";
import { Json } from "../core/json.ts";
import type { ToolMatch, ToolStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import { oneLine, quoted } from "../core/text/foreign.ts";
import { readSignature } from "../core/text/signature.ts";
import { ANY, typeText } from "../core/text/type.ts";
import { type Case, type Tool, ToolName } from "../core/tool.ts";
import { type Literal, literalsInName, literalsOf } from "./literals.ts";

export interface Scope {
  readonly name: string;
  readonly description: string;
  readonly signature: string;
  readonly generality: "general" | "specific";
  readonly language: WrittenLanguage;
  /** Values that belong in the tool for every caller. */
  readonly constants: readonly { readonly value: string; readonly why: string }[];
  readonly reasons: readonly string[];
  /** Findings of the rules, as sentences. */
  readonly flags: readonly string[];
}

export interface ScopePorts {
  readonly ask: Ask;
  readonly tools: Pick<ToolStore, "search">;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
  /** Matches with a lower score are ignored. */
  readonly noneBelow: number;
  /** Languages of the sandbox; default JavaScript and TypeScript. */
  readonly languages?: readonly Language[];
  /** Why a signature cannot be parsed; undefined if it can. */
  readonly signatureFault: (signature: string) => string | undefined;
}

/** A tool that a person or a plan asks for. */
export interface Wanted {
  /** The request as one text. */
  readonly words: string;
  readonly name?: string;
  readonly description?: string;
  readonly signature?: string;
  readonly examples?: readonly Case[];
}

export interface Scoped {
  readonly scope: Scope;
  /** Argument lists that the request itself contains. */
  readonly calls: readonly (readonly Json[])[];
  /** The stored tool that the reasoner prefers to use. */
  readonly reuse?: Tool;
}

/** Languages that a tool can be written in. */
const WrittenLanguage = Language.extract(["javascript", "typescript", "python", "shell"]);
type WrittenLanguage = z.output<typeof WrittenLanguage>;
const Value = z.unknown().transform((value) => Json.parse(value ?? null));
const why = z.string().meta({ maxLength: 300 });
const Described = z.object({
  name: ToolName,
  description: z.string().min(1).meta({ maxLength: 1_000 }),
  signature: z.string().min(1).meta({ maxLength: 300 }),
  constants: z
    .array(z.object({ value: z.string().meta({ maxLength: 500 }), why }))
    .meta({ maxItems: 12 })
    .default([]),
  generality: z.enum(["general", "specific"]),
  language: WrittenLanguage.default("typescript"),
  reasons: z.array(why).min(1).meta({ maxItems: 5 }),
  calls: z
    .array(z.array(Value).meta({ maxItems: 12 }))
    .meta({ maxItems: 10 })
    .default([]),
});
/** Where the store has similar tools: one of them may do. */
const Chosen = Described.extend({
  decision: z.enum(["new", "reuse"]),
  /** Name of the stored tool to use instead. */
  reuse: z.string().meta({ maxLength: 80 }).nullish(),
});
asked("scope", Chosen);
type Decision = z.output<typeof Described> & Partial<z.output<typeof Chosen>>;

function decisionAmong(siblings: readonly Tool[]): z.ZodType<Decision> {
  if (siblings.length === 0) return Described;
  const names = siblings.map(({ name }) => name);
  return Chosen.extend({ reuse: z.string().meta({ enum: names }).nullish() });
}

/** Number of stored tools that a new one is compared with. */
const SIBLINGS = 5;

export async function reasonScope(
  ports: ScopePorts,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Scoped> {
  const literals = literalsOf(wanted.words);
  const { name = "", signature = "", description = "" } = wanted;
  const hypothesis = `${name} ${signature} ${description}`.trim();
  const matches = await ports.tools.search({
    text: wanted.words,
    ...(hypothesis === "" ? {} : { hypotheses: [hypothesis] }),
    limit: SIBLINGS,
  });
  const siblings = matches.filter(({ score }) => score >= ports.noneBelow).map(({ tool }) => tool);

  let decision = await decide(ports, wanted, literals, siblings, [], signal);
  let flags = flagsOf(decision, literals, siblings);
  if (flags.length > 0) {
    // Reported back once. If the reasoner keeps the value then, it is on purpose; the flag stays on record.
    decision = await decide(ports, wanted, literals, siblings, flags, signal);
    flags = flagsOf(decision, literals, siblings);
  }
  const scope = scopeOf(decision, flags, matches);
  const reuse =
    decision.decision === "reuse"
      ? siblings.find((tool) => tool.name === decision.reuse)
      : undefined;
  await ports.trace([
    {
      type: "scope-decide",
      data: {
        decision: reuse === undefined ? "new" : "reuse",
        ...(reuse === undefined ? {} : { reuse: { name: reuse.name, version: reuse.version } }),
        name: scope.name,
        signature: scope.signature,
        generality: scope.generality,
        language: scope.language,
        arguments: argumentsOf(decision.signature),
        constants: [...scope.constants],
        literals: literals.map(({ text }) => text),
        siblings: siblings.map((tool) => `${tool.name} v${tool.version}: ${tool.signature}`),
        reasons: [...scope.reasons],
        flags: [...flags],
      },
    },
  ]);
  return { scope, calls: decision.calls, ...present({ reuse }) };
}

/** Asks the model. If it fails, a wish that says everything itself is taken at its word. */
async function decide(
  ports: ScopePorts,
  wanted: Wanted,
  literals: readonly Literal[],
  siblings: readonly Tool[],
  flags: readonly string[],
  signal: AbortSignal,
): Promise<Decision> {
  const asking = (): Promise<Decision> =>
    askForScope(ports, wanted, literals, siblings, flags, signal);
  const { name = "", description = "", signature = "" } = wanted;
  const complete = name !== "" && description !== "" && signature !== "";
  if (!complete || ports.signatureFault(signature) !== undefined) return asking();
  const decision = await helpful(ports.trace, "scope", "the tool as it was wished for", asking);
  return (
    decision ??
    Described.parse({
      name,
      description,
      signature,
      generality: "general",
      reasons: ["It was wished for like this, and no model decided on its scope."],
    })
  );
}

function askForScope(
  { ask, signatureFault, languages = ["javascript", "typescript"] }: ScopePorts,
  wanted: Wanted,
  literals: readonly Literal[],
  siblings: readonly Tool[],
  flags: readonly string[],
  signal: AbortSignal,
): Promise<Decision> {
  const { words, name = "", description = "", signature = "", examples = [] } = wanted;
  return ask(
    {
      role: "planner",
      prompt: "scope",
      variables: {
        words,
        wanted: [name, signature, description].filter((text) => text !== "").join("\n"),
        examples: examples.map((entry) => JSON.stringify(entry)).join("\n"),
        literals: literals.map(({ kind, text }) => `${text} (${kind})`).join("\n"),
        siblings: siblings
          .map(
            (tool) =>
              `${tool.name}: ${oneLine(tool.signature, 1_000)}  ${quoted(tool.description)}`,
          )
          .join("\n"),
        flags: flags.join("\n"),
        languages: languages.join(", "),
      },
      schema: decisionAmong(siblings).superRefine((decision, context) => {
        const fault = signatureFault(decision.signature);
        if (fault !== undefined) {
          context.addIssue({ code: "custom", path: ["signature"], message: fault });
        }
        if (!languages.includes(decision.language)) {
          const message = `the sandbox runs only ${languages.join(", ")}`;
          context.addIssue({ code: "custom", path: ["language"], message });
        }
      }),
      sample: flags.length === 0 ? 0 : 1,
    },
    signal,
  );
}

function flagsOf(
  { name, constants, signature }: Decision,
  literals: readonly Literal[],
  siblings: readonly Tool[],
): readonly string[] {
  const meant = constants.map(({ value }) => value.toLowerCase());
  const named = literalsInName(name, literals)
    .filter(({ text }) => !meant.includes(text.toLowerCase()))
    .map(
      ({ text }) =>
        `The name ${name} holds "${text}", a value of this one request. Make it an argument, or list it as a constant with a reason.`,
    );
  const clash = siblings.find(
    (tool) => tool.name === name && shape(tool.signature) !== shape(signature),
  );
  if (clash === undefined) return named;
  return [
    ...named,
    `The store has ${name} with another signature: ${clash.signature}. Take that signature, or another name.`,
  ];
}

function argumentsOf(signature: string): { name: string }[] {
  const read = readSignature(signature);
  const parameters = read.status === "read" ? read.signature.parameters : [];
  return parameters.map(({ name }) => ({ name }));
}

/** A signature without parameter names: what a caller depends on. */
function shape(signature: string): string {
  const read = readSignature(signature);
  if (read.status === "unreadable") return signature;
  const { parameters, result = ANY } = read.signature;
  const types = parameters.map(({ type, optional }) => `${typeText(type)}${optional ? "?" : ""}`);
  return `(${types.join(", ")}): ${typeText(result)}`;
}

function scopeOf(
  { name, description, signature, generality, language, constants, reasons }: Decision,
  flags: readonly string[],
  matches: readonly ToolMatch[],
): Scope {
  const taken = matches.some(
    ({ tool }) => tool.name === name && shape(tool.signature) !== shape(signature),
  );
  // A version with another signature would break existing callers of the name.
  const read = readSignature(signature);
  const arity = read.status === "read" ? read.signature.parameters.length : 0;
  const own = taken ? `${name.slice(0, 60)}_${arity}` : name;
  return {
    name: own,
    description,
    signature: own === name ? signature : signature.replace(name, own),
    generality,
    language,
    constants,
    reasons,
    flags,
  };
}
