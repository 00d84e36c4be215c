/**
 * The features that a kernel declares, as trees. They are leaves of the search and appear in the source
 * as expressions, with the program's own names for the entry's parameters.
 */
import type { Kernel, KernelFeature } from "../../core/task.ts";
import { type Expression, type Node, parseExpression, printNode, transform } from "./tree.ts";

export interface FeatureTree {
  readonly feature: KernelFeature;
  readonly tree: Expression;
  readonly text: string;
}

const features = new WeakMap<Kernel, readonly FeatureTree[]>();

export function featureTrees(kernel: Kernel): readonly FeatureTree[] {
  let trees = features.get(kernel);
  if (trees === undefined) {
    trees = kernel.features.map((feature) => {
      const tree = parseExpression(feature.source);
      return { feature, tree, text: printNode(tree) };
    });
    features.set(kernel, trees);
  }
  return trees;
}

/** The text of the numeric feature that equals a binary expression, in the kernel's own names. */
export function featureName(node: Expression, kernel: Kernel): string | undefined {
  for (const { feature, tree, text } of featureTrees(kernel)) {
    if (feature.type === "number" && sameTree(tree, node)) return text;
  }
  return undefined;
}

/** A feature with the names that a program gives to the entry's parameters. */
export function withParameterNames(
  tree: Expression,
  kernel: Kernel,
  names: readonly string[],
): Expression {
  const renamed = kernel.parameters.some(({ name }, index) => names[index] !== name);
  if (!renamed) return tree;
  return transform(tree, (node: Node) => {
    if (node.type !== "Identifier") return undefined;
    const index = kernel.parameters.findIndex(({ name }) => name === node.name);
    const name = names[index];
    return name === undefined ? undefined : { type: "Identifier", name };
  });
}

/** Equality of the few node types that occur in features; false for any other type. */
function sameTree(left: Node, right: Node): boolean {
  if (left.type === "Identifier") return right.type === "Identifier" && left.name === right.name;
  if (left.type === "Literal") return right.type === "Literal" && left.value === right.value;
  if (left.type === "UnaryExpression") {
    return (
      right.type === "UnaryExpression" &&
      left.operator === right.operator &&
      sameTree(left.argument, right.argument)
    );
  }
  if (left.type === "BinaryExpression") {
    return (
      right.type === "BinaryExpression" &&
      left.operator === right.operator &&
      sameTree(left.left, right.left) &&
      sameTree(left.right, right.right)
    );
  }
  return false;
}
