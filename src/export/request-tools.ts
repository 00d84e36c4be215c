/**
 * The tools of a request in the form that a model gets: as described in the trace, else derived from
 * their calls.
 */
import type { Json } from "../core/json.ts";
import type { RunRecord } from "../trace/read/read.ts";
import type { Step } from "../trace/read/steps.ts";
import type { ChatTool } from "./examples.ts";
import { observedSchema, signatureSchema } from "./signature.ts";

export type CallStep = Step & { kind: "call" };

/** The tools that were called or made, in order of name. */
export function toolsOf({ steps, ground, request }: RunRecord): Map<string, ChatTool> {
  const tools = new Map<string, ChatTool>();
  const called = steps.filter((step) => step.kind === "call");
  const names = new Set(called.map(({ event }) => event.name));
  for (const name of [...names].sort()) {
    const spec = ground?.spec?.name === name ? ground.spec : undefined;
    const creations = steps.filter((step) => step.kind === "create");
    const made = creations.find((step) => (step.registered?.name ?? step.event.name) === name);
    const calls = called.filter(({ event }) => event.name === name).map(({ event }) => event);
    const own = calls.find(({ parameters }) => parameters !== undefined);
    const description = own?.description ?? spec?.description ?? made?.event.description;
    tools.set(name, {
      name,
      description: description || (request?.objective ?? name),
      parameters:
        own?.parameters ??
        made?.registered?.parameters ??
        (spec === undefined ? undefined : signatureSchema(spec.signature)) ??
        shownSchema(calls),
    });
  }
  return tools;
}

/** The schema derived from the arguments, because the trace has none. */
function shownSchema(calls: readonly CallStep["event"][]): { readonly [key: string]: Json } {
  const objects = calls.map((call) => call.arguments);
  const keys = [...new Set(objects.flatMap((each) => Object.keys(each)))].sort();
  const { properties } = observedSchema(
    objects.map((each) => keys.map((key) => each[key] ?? null)),
  );
  const schemas = Object.values((properties ?? {}) as { readonly [key: string]: Json });
  return {
    type: "object",
    properties: Object.fromEntries(keys.map((key, index) => [key, schemas[index] ?? {}])),
    required: keys.filter((key) => objects.every((each) => Object.hasOwn(each, key))),
  };
}
