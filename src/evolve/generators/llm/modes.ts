/**
 * The modes of a question: which prompt, about which parents, and how its reply becomes a program.
 */
import { present } from "../../../core/present.ts";
import type { Random } from "../../../core/random.ts";
import { type PromptOverrides, type RenderedPrompt, renderPrompt } from "../../prompts/prompts.ts";
import type { Parent, ProposeContext } from "../generator.ts";
import { bestShot } from "./best-shot.ts";
import { applyDiff, graft, hasEdits, regionNote } from "./diff.ts";
import { extractFunction } from "./extract.ts";
import { askForeign, foreignLanguage } from "./foreign.ts";
import type { LlmMode, Question } from "./question.ts";
import { asComments, differencesOf, feedbackOf, fitnessText, taskVariables } from "./variables.ts";

export const LLM_MODES: readonly LlmMode[] = [
  "best-shot",
  "rewrite",
  "diff",
  "crossover",
  "reflect",
];

/** A random mode that is possible with these parents. Weights at or below 0 are never drawn. */
export function drawMode(
  weights: Readonly<Partial<Record<LlmMode, number>>>,
  parents: readonly Parent[],
  context: ProposeContext,
  random: Random,
): LlmMode {
  const distinct = new Set(parents.map(({ digest }) => digest)).size;
  const possible = LLM_MODES.map((mode) => {
    if (mode === "crossover" && distinct < 2) return 0;
    if (mode === "reflect" && !parents.some((parent) => feedbackOf(parent, context) !== ""))
      return 0;
    return Math.max(0, weights[mode] ?? 0);
  });
  // Best-shot is always possible, also with one parent and without feedback.
  if (!possible.some((weight) => weight > 0)) return "best-shot";
  return LLM_MODES[random.weighted(possible)] ?? "best-shot";
}

/** Its own line ends a code block; one that begins a block names a language. */
const CLOSING_FENCE = ["\n```\n"];

/** Whether a parent is a placeholder: there is nothing in it to show, to improve or to reflect on. */
export function isBlank(
  { source }: Pick<Parent, "source">,
  { task: { kernel, language } }: ProposeContext,
): boolean {
  const { seeds, placeholders = 0 } = kernel;
  return foreignLanguage(language) === undefined && seeds.slice(0, placeholders).includes(source);
}

/** Asks plainly for the function. @param parents Blank ones. */
export function askFirst(
  parents: readonly Parent[],
  context: ProposeContext,
  options: { readonly overrides: PromptOverrides; readonly capabilities: string },
): Question {
  const { kernel } = context.task;
  const { entry } = kernel;
  const names = kernel.parameters.map(({ name }) => name);
  const { description, signature, examples, capabilities } = taskVariables(
    context,
    options.capabilities,
  );
  const variables = { entry, ...present({ description, signature, examples, capabilities }) };
  return {
    mode: "first",
    prompt: renderPrompt("first", variables, options.overrides),
    parents: unique(parents),
    stop: CLOSING_FENCE,
    read(reply) {
      const extracted = extractFunction(reply, entry, names);
      return extracted.status === "found"
        ? { status: "edited", source: extracted.source }
        : extracted;
    },
  };
}

/**
 * @param parents At least one. Modes that show one parent take a random one; `reflect` takes one with
 * feedback.
 */
export function ask(
  mode: LlmMode,
  parents: readonly Parent[],
  context: ProposeContext,
  options: {
    readonly overrides: PromptOverrides;
    readonly capabilities: string;
    readonly random: Random;
  },
): Question {
  const { kernel, language } = context.task;
  const foreign = foreignLanguage(language);
  if (foreign !== undefined) return askForeign(foreign, parents, context, options);
  const { entry } = kernel;
  const names = kernel.parameters.map(({ name }) => name);
  const common = taskVariables(context, options.capabilities);
  const render = (name: string, more: Readonly<Record<string, string>>): RenderedPrompt =>
    renderPrompt(name, { ...common, ...more }, options.overrides);
  const extracted = (reply: string, version?: number): ReturnType<typeof extractFunction> =>
    extractFunction(reply, entry, names, present({ version }));

  if (mode === "best-shot") {
    const shot = bestShot(context.task, parents);
    const top = [...parents].sort((left, right) => left.fitness - right.fitness).at(-1);
    return {
      mode,
      prompt: render("best-shot", {
        functions: shot.functions,
        header: shot.header,
        next: shot.next,
        examples: asComments(common.examples ?? ""),
        features: asComments(common.features ?? ""),
      }),
      parents: unique(parents),
      read: (reply) =>
        graft(top?.source ?? "", reply, extracted(reply, shot.version), entry, names.length),
    };
  }
  if (mode === "crossover") {
    const [second, first] = [...new Map(parents.map((parent) => [parent.digest, parent])).values()]
      .sort((left, right) => left.fitness - right.fitness)
      .slice(-2);
    if (first !== undefined && second !== undefined) {
      return {
        mode,
        prompt: render("crossover", {
          program: first.source.trimEnd(),
          fitness: fitnessText(first.fitness),
          otherProgram: second.source.trimEnd(),
          otherFitness: fitnessText(second.fitness),
          differences: differencesOf(first, second),
          region: regionNote(first.source),
        }),
        parents: [first.digest, second.digest],
        read: (reply) => graft(first.source, reply, extracted(reply), entry, names.length),
      };
    }
  }
  const feedback = new Map(parents.map((parent) => [parent, feedbackOf(parent, context)]));
  const faulty = parents.filter((parent) => feedback.get(parent) !== "");
  const parent = options.random.pick(mode === "reflect" && faulty.length > 0 ? faulty : parents);
  const shown = {
    program: parent.source.trimEnd(),
    fitness: fitnessText(parent.fitness),
    feedback: feedback.get(parent) ?? "",
    region: regionNote(parent.source),
  };
  return mode === "diff"
    ? {
        mode,
        prompt: render("diff", shown),
        parents: [parent.digest],
        // A rewrite is accepted too if the reply has no edits.
        read: (reply) => {
          const edited = applyDiff(parent.source, reply, entry, names.length);
          if (edited.status === "edited" || hasEdits(reply)) return edited;
          const rewritten = graft(parent.source, reply, extracted(reply), entry, names.length);
          return rewritten.status === "edited" ? rewritten : edited;
        },
      }
    : {
        mode,
        prompt: render(mode === "reflect" ? "reflect" : "rewrite", shown),
        parents: [parent.digest],
        read: (reply) => graft(parent.source, reply, extracted(reply), entry, names.length),
      };
}

function unique(parents: readonly Parent[]): string[] {
  return [...new Set(parents.map(({ digest }) => digest))];
}
