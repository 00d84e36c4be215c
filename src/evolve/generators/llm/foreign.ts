/**
 * Programs in languages that are not parsed here: Python, shell. The prompt requests a complete program,
 * and the program in the reply is used without changes.
 */
import type { Language } from "../../../core/execution.ts";
import type { Random } from "../../../core/random.ts";
import { withoutReasoning } from "../../../core/text/reasoning.ts";
import { type PromptOverrides, renderPrompt } from "../../prompts/prompts.ts";
import type { Parent, ProposeContext } from "../generator.ts";
import type { Edited } from "./diff.ts";
import type { Question } from "./question.ts";
import { feedbackOf, fitnessText, taskVariables } from "./variables.ts";

/** Undefined for languages that are parsed here. */
export function foreignLanguage(language: Language | undefined): "python" | "shell" | undefined {
  return language === "python" || language === "shell" ? language : undefined;
}

const TASKS = {
  python: (entry: string) => `Write a Python 3 function ${entry}, with the standard library alone.`,
  shell: (entry: string) =>
    `Write a POSIX sh script that does the work of ${entry}: arguments come as $1, $2, ..., what it prints is the result, as JSON.`,
} as const;

/** @param parents At least one; a random one is shown. */
export function askForeign(
  language: "python" | "shell",
  parents: readonly Parent[],
  context: ProposeContext,
  {
    overrides,
    capabilities,
    random,
  }: {
    readonly overrides: PromptOverrides;
    readonly capabilities: string;
    readonly random: Random;
  },
): Question {
  const { entry } = context.task.kernel;
  const parent = random.pick(parents);
  const { description, signature, examples } = taskVariables(context, capabilities);
  return {
    mode: "rewrite",
    parents: [parent.digest],
    prompt: renderPrompt(
      "write-program",
      {
        task: TASKS[language](entry),
        language,
        entry,
        description: description ?? "",
        signature: signature ?? "",
        examples: examples ?? "",
        capabilities,
        program: parent.source.trimEnd(),
        fitness: fitnessText(parent.fitness),
        feedback: feedbackOf(parent, context),
      },
      overrides,
    ),
    read: (reply) => readForeign(language, reply, entry),
  };
}

const MAX_LENGTH = 60_000;

/** The last code block that defines the entry, or the reply itself if it has no block and defines it. */
export function readForeign(language: "python" | "shell", reply: string, entry: string): Edited {
  const content = withoutReasoning(reply);
  const blocks = [...content.matchAll(/```[\w+-]*[ \t]*\n([\s\S]*?)```/g)].map(
    ([, code = ""]) => code,
  );
  const defines = (code: string): boolean =>
    language === "python"
      ? new RegExp(`^(?:async\\s+)?def\\s+${entry}\\s*\\(|^${entry}\\s*=`, "m").test(code)
      : code.trim() !== "";
  const withoutBlock =
    blocks.length === 0 && (language === "python" || content.startsWith("#!")) ? [content] : [];
  const found = [...blocks, ...withoutBlock].findLast(defines);
  if (found === undefined) {
    const reason = `the reply has no ${language} code${language === "python" ? ` that defines ${entry}` : ""}`;
    return { status: "refused", reason };
  }
  return found.length > MAX_LENGTH
    ? { status: "refused", reason: `the program is longer than ${MAX_LENGTH} characters` }
    : { status: "edited", source: `${found.trimEnd()}\n` };
}
