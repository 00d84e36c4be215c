/** Functions that a manifest's tool may use instead of an executor. They run in the isolate. */

export interface Builtin {
  readonly description: string;
  readonly parameters: readonly [string, string];
  readonly expression: string;
}

export const BUILTINS = {
  add: { description: "Adds two numbers.", parameters: ["a", "b"], expression: "a + b" },
  subtract: {
    description: "Subtracts the second number from the first.",
    parameters: ["a", "b"],
    expression: "a - b",
  },
  multiply: { description: "Multiplies two numbers.", parameters: ["a", "b"], expression: "a * b" },
  divide: {
    description: "Divides the first number by the second, which is not 0.",
    parameters: ["a", "b"],
    expression: "a / b",
  },
} satisfies Readonly<Record<string, Builtin>>;

export type BuiltinName = keyof typeof BUILTINS;
