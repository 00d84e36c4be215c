/**
 * A request's run as one conversation: what was asked, the tools that were made and called, what
 * they returned, the answer. It needs no model in the run: what the engine did by rule is what a
 * small model learns to do.
 */
import { canonicalJson, type Json } from "../../core/json.ts";
import type { RunRecord, Step } from "../read.ts";
import type {
  ChatMessage,
  ChatTool,
  ChatToolCall,
  Conversation,
  Drop,
  Origin,
} from "./examples.ts";
import { observedSchema, parameterNames, parametersSchema } from "./signature.ts";
import { CREATE_TOOL, REQUEST_SYSTEM, requestPrompt, taskName } from "./wording.ts";

/** A call on a list of inputs is shown on so many: more of the same teach nothing new. */
const SHOWN_INPUTS = 4;

type CallStep = Step & { kind: "call" };

/** @returns The conversation, or why there is none. */
export function fromRequest(
  record: RunRecord,
  models: { readonly ids: readonly string[]; readonly terms: readonly string[] },
): Conversation | Drop {
  const { request, summary, steps } = record;
  const drop = (reason: string): Drop => ({ run: summary.id, reason, count: 1 });
  if (request === undefined) return drop("no request was submitted in it");
  const answer = steps.findLast((step) => step.kind === "answer");
  if (answer?.kind !== "answer") return drop("the request has no answer");

  const tools = toolsOf(record);
  const inputs = new Set<string>();
  const messages: ChatMessage[] = [];
  let ids = 0;
  // Nine letters and digits: what the strictest of the readers takes for an id.
  const nextId = () => `call${String(++ids).padStart(5, "0")}`;

  for (const turn of turnsOf(steps)) {
    const calls: ChatToolCall[] = [];
    const results: ChatMessage[] = [];
    let failed = false;
    for (const step of turn) {
      for (const part of step.kind === "create" ? creation(step) : callParts(step, tools)) {
        const id = nextId();
        calls.push({ id, name: part.name, arguments: part.arguments });
        results.push({ role: "tool", toolCallId: id, name: part.name, content: part.result });
        failed ||= part.failed;
        if (part.input !== undefined) inputs.add(canonicalJson(part.input));
      }
    }
    if (calls.length === 0) continue;
    messages.push(
      {
        role: "assistant",
        content: "",
        toolCalls: calls,
        ...(failed ? { weight: 0 as const } : {}),
      },
      ...results,
    );
  }
  if (messages.length === 0) return drop("no tool was made or called for it");

  const said = typeof answer.answer === "string" ? answer.answer : canonicalJson(answer.answer);
  if (said.trim() === "") return drop("its answer is empty");
  const shown = [...inputs].map((text) => JSON.parse(text) as Json);
  return {
    kind: "conversation",
    messages: [
      { role: "system", content: REQUEST_SYSTEM },
      { role: "user", content: requestPrompt(request, shown) },
      ...messages,
      { role: "assistant", content: said },
    ],
    tools: [CREATE_TOOL, ...tools.values()],
    origin: originOf(record, models, [...tools.keys()]),
  };
}

function originOf(
  record: RunRecord,
  models: { readonly ids: readonly string[]; readonly terms: readonly string[] },
  tools: readonly string[],
): Origin {
  const { summary, request, requestStatus } = record;
  const task = taskName(record);
  return {
    run: summary.id,
    kind: summary.kind,
    recipe: "tool-use",
    outcome: requestStatus === "SUCCEEDED" ? "succeeded" : summary.status,
    time: summary.endedAt ?? summary.startedAt,
    ...(task === undefined ? {} : { task }),
    ...(request?.user === undefined ? {} : { user: request.user }),
    models: models.ids,
    // What no model wrote, the engine's own rules did.
    terms: models.terms.length === 0 ? ["engine"] : models.terms,
    tools,
    families: [
      `request:${summary.id}`,
      ...(task === undefined ? [] : [`task:${task}`]),
      ...tools.map((name) => `tool:${name}`),
    ],
  };
}

/** Calls that were under way together are one turn. A call without a result is left out of it. */
function turnsOf(
  steps: readonly Step[],
): readonly (readonly (CallStep | (Step & { kind: "create" }))[])[] {
  const turns: (CallStep | (Step & { kind: "create" }))[][] = [];
  let open: { readonly calls: CallStep[]; firstResult: number } | undefined;
  for (const step of steps) {
    if (step.kind === "create") {
      open = undefined;
      if (step.registered !== undefined || step.refused !== undefined) turns.push([step]);
    } else if (step.kind === "call" && step.resultSeq !== undefined) {
      if (open !== undefined && step.seq < open.firstResult) {
        open.calls.push(step);
        open.firstResult = Math.min(open.firstResult, step.resultSeq);
      } else {
        open = { calls: [step], firstResult: step.resultSeq };
        turns.push(open.calls);
      }
    }
  }
  return turns;
}

interface Part {
  readonly name: string;
  readonly arguments: { readonly [key: string]: Json };
  readonly result: string;
  readonly failed: boolean;
  /** An argument list that the request must have brought. */
  readonly input?: Json;
}

function creation(step: Step & { kind: "create" }): readonly Part[] {
  const { name, description } = step.event;
  const { registered, refused } = step;
  return [
    {
      name: CREATE_TOOL.name,
      arguments: { name, description },
      result:
        registered !== undefined
          ? canonicalJson({
              status: "registered",
              name: registered.name,
              ...(registered.version === undefined ? {} : { version: registered.version }),
            })
          : canonicalJson({ status: "refused", reasons: refused?.reasons ?? [] }),
      failed: registered === undefined,
    },
  ];
}

function callParts(step: CallStep, tools: ReadonlyMap<string, ChatTool>): readonly Part[] {
  const { name, arguments: given, calls } = step.event;
  const { result } = step;
  const failed = result?.error !== undefined || result?.status !== "returned";
  const said = failed ? { error: result?.error ?? result?.status ?? "failed" } : undefined;
  if (isObject(given)) {
    const output = said ?? result?.output ?? null;
    return [{ name, arguments: given, result: canonicalJson(output), failed }];
  }
  const lists = argumentLists(given, calls).slice(0, SHOWN_INPUTS);
  const names = parameterNames(tools.get(name)?.parameters ?? {});
  return lists.map((list, index) => ({
    name,
    arguments: Object.fromEntries(
      list.map((value, at) => [names[at] ?? `argument${at + 1}`, value]),
    ),
    result: canonicalJson(
      said ?? (calls === undefined ? (result?.output ?? null) : outputAt(result?.output, index)),
    ),
    failed,
    input: list,
  }));
}

function outputAt(output: Json | undefined, index: number): Json {
  return Array.isArray(output) ? ((output as readonly Json[])[index] ?? null) : (output ?? null);
}

/** @param calls There: one argument list for each of several inputs. */
function argumentLists(given: Json, calls: number | undefined): readonly (readonly Json[])[] {
  if (!Array.isArray(given)) return [[given]];
  const items = given as readonly Json[];
  if (calls === undefined) return [items];
  return items.map((item) => (Array.isArray(item) ? (item as readonly Json[]) : [item]));
}

/** The tools that were called or made, in order of name, as a model would be told of them. */
function toolsOf({ steps, ground, request }: RunRecord): Map<string, ChatTool> {
  const tools = new Map<string, ChatTool>();
  const called = steps.filter((step) => step.kind === "call");
  const names = new Set(called.map(({ event }) => event.name));
  for (const name of [...names].sort()) {
    const spec = ground?.spec?.name === name ? ground.spec : undefined;
    const creations = steps.filter((step) => step.kind === "create");
    const made = creations.find((step) => (step.registered?.name ?? step.event.name) === name);
    const matched = steps
      .flatMap((step) => (step.kind === "afford" ? step.event.matches : []))
      .find((match) => match.name === name);
    const calls = called.filter(({ event }) => event.name === name).map(({ event }) => event);
    const own = calls.find(({ parameters }) => parameters !== undefined);
    const description =
      own?.description ?? spec?.description ?? made?.event.description ?? matched?.description;
    tools.set(name, {
      name,
      description: description || (request?.objective ?? name),
      parameters:
        own?.parameters ??
        made?.registered?.parameters ??
        made?.event.parameters ??
        matched?.parameters ??
        (spec?.signature === undefined ? undefined : parametersSchema(spec.signature)) ??
        shownSchema(calls),
    });
  }
  return tools;
}

/** Nothing tells the parameters: the arguments themselves do. */
function shownSchema(calls: readonly CallStep["event"][]): { readonly [key: string]: Json } {
  const objects = calls.map((call) => call.arguments).filter(isObject);
  if (objects.length === 0) {
    return observedSchema(calls.flatMap((call) => argumentLists(call.arguments, call.calls)));
  }
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

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
