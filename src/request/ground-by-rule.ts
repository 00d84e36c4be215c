/**
 * Grounding by rule: turns a request into a goal that can be acted on and checked, with results of
 * similar earlier requests. Every item of the context names its source.
 */
import { InputError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import type { ToolStore } from "../core/ports.ts";
import type { Request } from "../core/request.ts";
import type { Prepared } from "../work/attempt.ts";
import type { ContextItem } from "../work/context.ts";
import { type TaskGoal, wordsOf } from "../work/goal.ts";

export interface GroundByRulePorts {
  readonly tools: ToolStore;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
}

export async function groundByRule(
  ports: GroundByRulePorts,
  request: Request,
  { task, instances }: Prepared,
): Promise<TaskGoal> {
  if (task === undefined) {
    throw new InputError(
      "REQUEST_UNCHECKABLE",
      "Expected examples (--examples FILE), a spec (--spec FILE) or a task (--task NAME) by which a " +
        "tool can be made and checked, or a model that writes them, got neither. Add one of these, or " +
        "configure a model: set TOOLWRIGHT_MODEL and OPENAI_API_KEY (for a server of your own also " +
        "TOOLWRIGHT_BASE_URL), or `model` in toolwright.config.yaml.",
    );
  }
  const words = wordsOf(request);
  const context = await pastOutcomes(ports.tools, words);
  await ports.trace([
    {
      type: "request-ground",
      data: {
        task: task.name,
        spec: { ...task.spec },
        inputs: instances.length,
        context: context.map((item) => ({ ...item })),
      },
    },
  ]);
  return { request, task, words, instances, context };
}

/** Tools with past queries similar to this request, and their success counts. */
async function pastOutcomes(tools: ToolStore, words: string): Promise<readonly ContextItem[]> {
  const matches = await tools.search({ text: words, limit: 3 });
  return matches
    .filter(({ tool }) => tool.usage.calls > 0)
    .map(({ tool }) => ({
      kind: "past-outcome",
      text: `${tool.name} version ${tool.version}: ${tool.usage.successes} of ${tool.usage.calls} calls succeeded.`,
      source: tool.lineage.runId ?? tool.name,
    }));
}
