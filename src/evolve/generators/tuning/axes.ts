/**
 * The axes and special cases of a kernel for library forms. Numeric features and parameters with a
 * range are axes; boolean features, or parameters at the high end of their range, are special cases.
 */
import type { Kernel, KernelParameter } from "../../../core/task.ts";
import { featureTrees } from "../../syntax/features.ts";
import { forEachChild, type Node } from "../../syntax/tree.ts";

export interface Axis {
  /** An expression over the parameters. */
  readonly source: string;
  readonly low: number;
  readonly high: number;
  /** A declared feature of the kernel, not a parameter. */
  readonly declared: boolean;
  /** The parameters that it depends on. */
  readonly parameters: ReadonlySet<string>;
}

/** Features first: a declared feature is more useful than a parameter. */
export function axesOf(kernel: Kernel): readonly Axis[] {
  const axes: Axis[] = [];
  for (const { feature, tree } of featureTrees(kernel)) {
    if (feature.type !== "number" || !isWide(feature.range)) continue;
    const [low, high] = feature.range;
    axes.push({ source: feature.source, low, high, declared: true, parameters: namesIn(tree) });
  }
  for (const { name, type, range } of kernel.parameters) {
    if (type !== "number" || !isWide(range)) continue;
    axes.push({
      source: name,
      low: range[0],
      high: range[1],
      declared: false,
      parameters: new Set([name]),
    });
  }
  return axes;
}

/**
 * Tests for cases with a separate value: the kernel's boolean features. If there are none: a parameter
 * of the axes at the high end of its range (an unused bin, an empty tank). If another parameter has
 * the same high end, the test compares with that parameter.
 */
export function specialCases(kernel: Kernel, axes: readonly Axis[]): readonly string[] {
  const declared = kernel.features.filter(({ type }) => type === "boolean");
  if (declared.length > 0) return declared.slice(0, 3).map(({ source }) => source);
  const used = kernel.parameters.filter(
    ({ name, type, range }) =>
      type === "number" && isWide(range) && axes.some(({ parameters }) => parameters.has(name)),
  );
  const bounded = used.flatMap((parameter) => {
    const bound = kernel.parameters.find(
      (other) => other !== parameter && sharesEnd(parameter, other),
    );
    return bound === undefined ? [] : [`${parameter.name} >= ${bound.name}`];
  });
  if (bounded.length > 0) return bounded.slice(0, 2);
  return used.slice(0, 2).map(({ name, range }) => `${name} >= ${range?.[1]}`);
}

function sharesEnd(parameter: KernelParameter, other: KernelParameter): boolean {
  return (
    other.type === "number" &&
    parameter.range?.[1] !== undefined &&
    parameter.range[1] === other.range?.[1] &&
    (other.range[0] ?? 0) > parameter.range[0]
  );
}

function isWide(
  range: readonly [low: number, high: number] | undefined,
): range is readonly [low: number, high: number] {
  return (
    range !== undefined &&
    Number.isFinite(range[0]) &&
    Number.isFinite(range[1]) &&
    range[0] < range[1]
  );
}

function namesIn(tree: Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: Node): void => {
    if (node.type === "Identifier") names.add(node.name);
    forEachChild(node, visit);
  };
  visit(tree);
  return names;
}
