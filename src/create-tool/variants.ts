/**
 * A person's few examples show what is wanted, but not how general it must be. If a model is configured,
 * a test author adds variants: other argument values, confirmed by other authors, some of them sealed.
 */

import type { Ask } from "../ask/ask.ts";
import { isOutage, ModelError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";
import type { Task, TaskInstance } from "../core/task.ts";
import type { ToolSpec } from "../core/tool.ts";
import { type AuthoredCase, type AuthoredTask, wrapAuthored } from "./authored.ts";
import { caseFault } from "./spec-from-words.ts";
import { writeCases } from "./test-author.ts";

export interface VariantPorts {
  readonly ask: Ask;
  readonly trace: (events: readonly NewEvent[]) => Promise<void>;
  readonly taskOf: (spec: ToolSpec) => Task;
  readonly testAuthors: number;
  readonly seed: number;
}

/** Minimum number of agreed variants before some are held out. */
const ENOUGH = 3;

/**
 * @returns The task with variants; undefined if it needs none (it has sealed cases or is scored by
 *   artefact) or none are agreed on. Then the examples alone decide, as without a model.
 */
export async function withVariants(
  { ask, trace, taskOf, testAuthors, seed }: VariantPorts,
  task: Task,
  words: string,
  signal: AbortSignal,
): Promise<AuthoredTask | undefined> {
  if (task.harness !== undefined || task.target === undefined) return undefined;
  if (task.instances("sealed", seed).length > 0) return undefined;
  const examples = task.instances("train", seed).flatMap(casesOf);
  const { name, description, signature } = task.spec;
  try {
    const written = await writeCases(
      ask,
      { name, description, signature, words, examples },
      { most: testAuthors, enough: ENOUGH },
      caseFault(taskOf, task.spec),
      signal,
    );
    const { authors, cases, properties, dropped } = written;
    await trace([
      {
        type: "cases-write",
        data: {
          authors,
          kept: cases.length,
          properties: properties.map((property) => ({ ...property })),
          dropped: dropped.map(({ args, reason }) => ({ args: [...args], reason })),
        },
      },
    ]);
    if (cases.length < ENOUGH) return undefined;
    const scope = {
      ...task.spec,
      generality: "general",
      language: "typescript",
      constants: [],
      reasons: ["A person's examples decide what it is."],
      flags: [],
    } as const;
    return wrapAuthored(task, { cases: [...examples, ...cases], properties, scope, calls: [] });
  } catch (error) {
    if (!(error instanceof ModelError) || isOutage(error)) throw error;
    await trace([
      { type: "cases-write", data: { authors: testAuthors, kept: 0, error: error.code } },
    ]);
    return undefined;
  }
}

function casesOf({ input, expected }: TaskInstance): AuthoredCase[] {
  return expected === undefined ? [] : [{ args: [...input], expected, by: "user", votes: 1 }];
}
