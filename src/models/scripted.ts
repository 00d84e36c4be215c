/**
 * A model whose replies are written down beforehand: the whole engine runs on it without a network.
 *
 * The script is a list (reply i answers call i) or a function of the request. Calls are numbered as
 * they start, so a list stays deterministic under concurrency.
 */
import { ModelError } from "../core/errors.ts";
import type { LanguageModel, ModelReply, ModelRequest } from "../core/ports.ts";
import { modelError } from "./calling/model-errors.ts";
import { type Sleep, systemSleep } from "./calling/waiting.ts";

/**
 * One scripted answer: a text, parts of a reply, a refusal, or a failure; `afterMs` delays any.
 * A ModelError is what `complete` rejects with.
 */
export type ScriptedReply =
  | string
  | ModelError
  | (Partial<ModelReply> & { readonly afterMs?: number })
  | { readonly refuse: string; readonly afterMs?: number }
  | { readonly fail: ModelError; readonly afterMs?: number };

export type Script =
  | readonly ScriptedReply[]
  | ((request: ModelRequest, call: number) => ScriptedReply | Promise<ScriptedReply>);

export interface ScriptedModel extends LanguageModel {
  /** Every request so far, in the order of the calls. */
  readonly requests: readonly ModelRequest[];
}

export interface ScriptedModelOptions {
  /** The name behind `scripted:`. */
  readonly name?: string;
  readonly terms?: string;
  /** Waits for `afterMs`; a test hands in one of its own. */
  readonly sleep?: Sleep;
}

/** Rejects with ModelError SCRIPT_EXHAUSTED when a list has no reply left. */
export function scriptedModel(
  script: Script,
  { name = "script", terms = "scripted: own text", sleep = systemSleep }: ScriptedModelOptions = {},
): ScriptedModel {
  const id = `scripted:${name}`;
  const requests: ModelRequest[] = [];
  return {
    id,
    terms,
    requests,
    async complete(request, signal) {
      signal.throwIfAborted();
      const call = requests.push(structuredClone(request)) - 1;
      const answer =
        typeof script === "function"
          ? await script(request, call)
          : (script[call] ?? exhausted(id, call));
      if (typeof answer === "string") return replyOf(id, { content: answer });
      if (answer instanceof ModelError) throw answer;
      if (answer.afterMs !== undefined) await sleep(answer.afterMs, signal);
      signal.throwIfAborted();
      if ("fail" in answer) throw answer.fail;
      if ("refuse" in answer) {
        return replyOf(id, { content: answer.refuse, finishReason: "refused" });
      }
      const { afterMs: _, ...reply } = answer;
      return replyOf(id, reply);
    },
  };
}

function replyOf(model: string, parts: Partial<ModelReply>): ModelReply {
  const toolCalls = parts.toolCalls ?? [];
  return {
    content: "",
    finishReason: toolCalls.length > 0 ? "tool-calls" : "stop",
    model,
    ...parts,
    toolCalls,
  };
}

function exhausted(id: string, call: number): ModelError {
  return modelError(
    "SCRIPT_EXHAUSTED",
    `${id} has ${call} replies and was asked once more. Add a reply, or look why it was asked.`,
    { model: id, replies: call },
  );
}
