/**
 * Properties that hold for every input. They are checked on the tool's outputs for the given inputs,
 * and on inputs built from its own outputs.
 */

import type { Ask } from "../ask/ask.ts";
import type { Execution } from "../core/execution.ts";
import { type Json, sameJson } from "../core/json.ts";
import type { ToolStore } from "../core/ports.ts";
import type { TaskInstance } from "../core/task.ts";
import type { Tool } from "../core/tool.ts";
import type { Property } from "./authored.ts";
import { answerCases, ROUNDING, type TestBrief } from "./test-author.ts";

/** An input that breaks a property, with the tool's output for it. */
export interface Violation {
  readonly property: Property;
  readonly args: readonly Json[];
  readonly output: Json;
}

export interface PropertyPorts {
  readonly tools: Pick<ToolStore, "list">;
  readonly call: (tool: Tool, inputs: readonly TaskInstance[]) => Promise<readonly Execution[]>;
}

interface Pair {
  readonly args: readonly Json[];
  readonly output: Json;
}

/** @returns The first violation of each property; none for a property that cannot be checked. */
export async function violations(
  { tools, call }: PropertyPorts,
  tool: Tool,
  properties: readonly Property[],
  inputs: readonly (readonly Json[])[],
  executions: readonly Execution[],
): Promise<readonly Violation[]> {
  const pairs = pairsOf(inputs, executions);
  const again = async (by: Tool, made: readonly (readonly Json[])[]): Promise<readonly Pair[]> =>
    pairsOf(
      made,
      made.length === 0
        ? []
        : await call(
            by,
            made.map((input) => ({ input })),
          ),
    );
  const found: Violation[] = [];
  const add = (property: Property, pair: Pair | undefined): void => {
    if (pair !== undefined) found.push({ property, ...pair });
  };
  for (const property of properties) {
    switch (property.kind) {
      case "bounds": {
        const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = property;
        const outOfBounds = ({ output }: Pair): boolean =>
          typeof output === "number" &&
          (output < minimum - ROUNDING || output > maximum + ROUNDING);
        add(property, pairs.find(outOfBounds));
        break;
      }
      case "idempotent": {
        const twice = await again(
          tool,
          pairs.map(({ output }) => [output]),
        );
        add(
          property,
          twice.find(({ args, output }) => !sameJson(args[0] as Json, output, ROUNDING)),
        );
        break;
      }
      case "symmetric": {
        const swapped = await again(
          tool,
          pairs.map(({ args }) => args.toReversed()),
        );
        add(
          property,
          swapped.find(({ args, output }) => {
            const other = pairs.find((pair) => sameJson([...pair.args], args.toReversed()));
            return other !== undefined && !sameJson(other.output, output, ROUNDING);
          }),
        );
        break;
      }
      case "inverse": {
        const inverse = (await tools.list()).find(({ name }) => name === property.tool);
        if (inverse === undefined) break;
        const back = await again(
          inverse,
          pairs.map(({ output }) => [output]),
        );
        const wrong = back.find(({ args, output }) => {
          const from = pairs.find((pair) => sameJson(pair.output, args[0] as Json));
          return from !== undefined && !sameJson(from.args[0] as Json, output, ROUNDING);
        });
        add(property, wrong && pairs.find((pair) => sameJson(pair.output, wrong.args[0] as Json)));
        break;
      }
    }
  }
  return found;
}

const INDEPENDENT_SAMPLES = [300, 301];

/**
 * The properties that a tool breaks, as sentences. If authors who have not seen the tool's answer give
 * the same answer, the property was wrong and not the tool.
 */
export async function brokenProperties(
  ask: Ask,
  brief: TestBrief,
  found: readonly Violation[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (found.length === 0) return [];
  const inputs = found.map(({ args }) => args);
  const rounds = await Promise.all(
    INDEPENDENT_SAMPLES.map((sample) =>
      answerCases(ask, brief, inputs, { sample, varied: true }, signal),
    ),
  );
  return found.flatMap(({ property, args, output }, index) => {
    const asTheTool = rounds.every((answers) => {
      const answer = answers[index];
      return answer !== undefined && sameJson(answer, output, ROUNDING);
    });
    if (asTheTool) return [];
    return [
      `Expected ${describeProperty(property)}, as its test authors agree, got ${JSON.stringify(output)} for ${JSON.stringify(args)}.`,
    ];
  });
}

function describeProperty(property: Property): string {
  switch (property.kind) {
    case "bounds":
      return `a result between ${property.minimum ?? "-infinity"} and ${property.maximum ?? "infinity"}`;
    case "idempotent":
      return "the same result when it is applied twice";
    case "symmetric":
      return "the same result when its arguments are swapped";
    case "inverse":
      return `a result that ${property.tool} maps back to the input`;
  }
}

function pairsOf(
  inputs: readonly (readonly Json[])[],
  executions: readonly Execution[],
): readonly Pair[] {
  return executions.flatMap((execution, index) =>
    execution.status === "returned"
      ? [{ args: inputs[index] as readonly Json[], output: execution.output }]
      : [],
  );
}
