/** An entry of the suite: a reference function, training inputs and sealed inputs. */
import { type Json, specTask, type Task, ToolSpec } from "../../src/index.ts";

export interface Entry {
  /** Kebab case, unique within its kind. */
  readonly name: string;
  readonly signature: string;
  readonly description: string;
  /** The correct function; it runs only here and is never shown to a search. */
  readonly reference: (...args: never[]) => unknown;
  /** Argument lists of the training cases. */
  readonly train: readonly (readonly Json[])[];
  /** Argument lists of the sealed cases: other values and edge cases. */
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
        // The reference gets a copy, because it may change its arguments.
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
