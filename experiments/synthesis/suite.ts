/** What an entry of the suite is: a reference, inputs to learn from, inputs to be judged by. */
import { type Json, specTask, type Task, ToolSpec } from "../../src/index.ts";

export interface Entry {
  /** Kebab case, unique within its kind. */
  readonly name: string;
  readonly signature: string;
  readonly description: string;
  /** Says what is right; it is run here alone, and never shown to a search. */
  readonly reference: (...args: never[]) => unknown;
  /** Argument lists that the search learns from. */
  readonly train: readonly (readonly Json[])[];
  /** Argument lists of the sealed cases: other values, and the edges. */
  readonly sealed: readonly (readonly Json[])[];
}

/** Tasks named `synthesis/KIND-NAME`. */
export function suite(kind: string, entries: readonly Entry[]): readonly Task[] {
  return entries.map((entry) => {
    const { name, signature, description, reference, train, sealed } = entry;
    const call = reference as (...args: unknown[]) => unknown;
    const cases = (inputs: typeof train) =>
      inputs.map((args) => ({
        args: [...args],
        // The reference gets a copy: it may sort or change what it is given.
        expected: call(...structuredClone(args)) as Json,
      }));
    const spec = ToolSpec.parse({
      name: signature.slice(0, signature.indexOf("(")),
      signature,
      description,
      cases: cases(train),
      heldOut: cases(sealed),
    });
    return { ...specTask(spec), name: `synthesis/${kind}-${name}` };
  });
}
