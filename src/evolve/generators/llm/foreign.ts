/**
 * Programs in a language that this room can not read: Python, shell. They are asked for whole, taken
 * out of the reply as they stand, and judged by what they do.
 */
import type { Language } from "../../../core/execution.ts";
import type { Random } from "../../../core/random.ts";
import { withoutReasoning } from "../../../core/text/reasoning.ts";
import { type PromptOverrides, renderPrompt } from "../../prompts/prompts.ts";
import type { Parent, ProposeContext } from "../generator.ts";
import type { Edited } from "./diff.ts";
import type { Question } from "./question.ts";
import { feedbackOf, fitnessText, taskVariables } from "./variables.ts";

/** Undefined for the languages whose syntax is known here. */
export function foreignLanguage(language: Language | undefined): "python" | "shell" | undefined {
  return language === "python" || language === "shell" ? language : undefined;
}

const TASKS = {
  python: (entry: string) => `Write a Python 3 function ${entry}, with the standard library alone.`,
  shell: (entry: string) =>
    `Write a POSIX sh script that does the work of ${entry}: arguments come as $1, $2, ..., what it prints is the result, as JSON.`,
} as const;

/** @param parents At least one; one of them, by chance, is shown. */
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

const LONGEST = 60_000;

/** The last code block that defines what was asked for; a bare reply if it does. */
export function readForeign(language: "python" | "shell", reply: string, entry: string): Edited {
  const said = withoutReasoning(reply);
  const blocks = [...said.matchAll(/```[\w+-]*[ \t]*\n([\s\S]*?)```/g)].map(
    ([, code = ""]) => code,
  );
  const defines = (code: string): boolean =>
    language === "python"
      ? new RegExp(`^(?:async\\s+)?def\\s+${entry}\\s*\\(|^${entry}\\s*=`, "m").test(code)
      : code.trim() !== "";
  const bare =
    blocks.length === 0 && (language === "python" || said.startsWith("#!")) ? [said] : [];
  const found = [...blocks, ...bare].findLast(defines);
  if (found === undefined) {
    const reason = `the reply has no ${language} code${language === "python" ? ` that defines ${entry}` : ""}`;
    return { status: "refused", reason };
  }
  return found.length > LONGEST
    ? { status: "refused", reason: `the program is longer than ${LONGEST} characters` }
    : { status: "edited", source: `${found.trimEnd()}\n` };
}
