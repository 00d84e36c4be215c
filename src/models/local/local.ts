/**
 * A model out of a GGUF file, run in this process. Schemas become grammars; tools are described in the
 * prompt, and calls are read from the text.
 */
import { resolve } from "node:path";
import { basename } from "node:path/posix";
import { ConfigError } from "../../core/errors.ts";
import type { ModelMessage, ModelReply, ModelRequest } from "../../core/ports.ts";
import { present } from "../../core/present.ts";
import { withoutReasoning } from "../../core/text/reasoning.ts";
import { type CallPolicyOptions, callPolicy } from "../calling/call-policy.ts";
import { hasImages } from "../calling/image-places.ts";
import { modelError } from "../calling/model-errors.ts";
import type { OnDelta, StreamingModel } from "../calling/streaming.ts";
import { parseToolCalls } from "../calls-in-text/tool-calls.ts";
import { withToolsInWords } from "../prompted.ts";
import { sentSchema } from "../sent-schema.ts";
import { costUsd, type ModelPrice } from "../spend/prices.ts";
import { grammarOf } from "./grammar.ts";
import { type ModelManager, modelManager } from "./manager.ts";
import { nodeLlama } from "./node-llama.ts";
import type { LoadedModel, LocalTurn } from "./runtime.ts";

export interface LocalModelOptions extends Omit<CallPolicyOptions, "server" | "maxConcurrent"> {
  /** A GGUF file. */
  readonly path: string;
  /** Shown and traced. Default: the file's name without its ending. */
  readonly name?: string;
  /** Prompt and reply together. */
  readonly contextTokens: number;
  /** Default 4000. */
  readonly maxTokens?: number;
  /** Most memory of all local models of this process together. Default: what is free. */
  readonly memoryMiB?: number;
  readonly terms?: string;
  readonly price: ModelPrice;
  /** Default: one for this process. */
  readonly manager?: ModelManager;
}

/** Of a local model whose configuration does not say it: enough for the engine's prompts. */
export const LOCAL_CONTEXT_TOKENS = 8_192;
/** Of a local model whose configuration does not say it: nobody charges for it. */
export const LOCAL_PRICE: ModelPrice = { inputPerMillion: 0, outputPerMillion: 0 };
const REPLY_TOKENS = 4_000;

export function localModel(options: LocalModelOptions): StreamingModel {
  const { path, contextTokens, price, maxTokens = REPLY_TOKENS } = options;
  const name = options.name ?? nameOf(path);
  const id = `local:${name}`;
  const manager = options.manager ?? managerFor(options.memoryMiB);
  const file = { path: resolve(path), contextTokens };
  // The queue is the manager's: waiting there counts as no silence of the model.
  const policy = callPolicy(id, options);

  const ask = async (
    request: ModelRequest,
    onDelta: OnDelta | undefined,
    signal: AbortSignal,
  ): Promise<ModelReply> => {
    if (hasImages(request)) {
      throw modelError("IMAGES_REFUSED", `${id} takes no images. Configure a model that sees.`, {
        model: id,
      });
    }
    return manager.use(file, (model) => answered(model, request, onDelta, signal), signal);
  };

  const answered = (
    model: LoadedModel,
    request: ModelRequest,
    onDelta: OnDelta | undefined,
    signal: AbortSignal,
  ): Promise<ModelReply> =>
    policy(async (inner, { commit, renew }) => {
      const { tools = [], responseSchema } = request;
      // A call may stand anywhere in the text, so the text is told when it is whole.
      const tellsPieces = onDelta !== undefined && tools.length === 0;
      let told = Promise.resolve();
      const onText = (text: string): void => {
        renew();
        if (!tellsPieces) return;
        commit();
        told = told.then(() => onDelta({ kind: "text", text }));
      };
      const reply = await failuresTyped(id, () =>
        model.generate(
          {
            turns: turnsOf(withToolsInWords(request).messages),
            maxTokens: request.maxTokens ?? maxTokens,
            temperature: request.temperature ?? 0,
            stop: request.stop ?? [],
            ...present({
              seed: request.seed,
              grammar:
                responseSchema === undefined
                  ? undefined
                  : grammarOf(sentSchema(responseSchema.schema)),
            }),
          },
          onText,
          inner,
        ),
      );
      await told;
      const text = withoutReasoning(reply.text);
      const read = tools.length === 0 ? undefined : parseToolCalls(text, tools);
      // A call that cannot be read stays in the text: the caller can report it to the model.
      const lost = read !== undefined && read.calls.length === 0 && read.unread.length > 0;
      const content = read === undefined || lost ? text : read.content;
      if (onDelta !== undefined && !tellsPieces) {
        commit();
        if (content !== "") await onDelta({ kind: "text", text: content });
        for (const [index, call] of (read?.calls ?? []).entries()) {
          const argumentsText = JSON.stringify(call.arguments);
          await onDelta({ kind: "tool-call", index, name: call.name, argumentsText });
        }
      }
      const { inputTokens, outputTokens } = reply;
      const usage = { inputTokens, outputTokens };
      const toolCalls = read?.calls ?? [];
      return {
        content,
        toolCalls,
        finishReason: toolCalls.length > 0 ? "tool-calls" : reply.finish,
        model: name,
        usage,
        ...present({ costUsd: costUsd(usage, price) }),
      };
    }, signal);

  return {
    id,
    terms: options.terms ?? "unknown",
    complete: (request, signal) => ask(request, undefined, signal),
    stream: (request, onDelta, signal) => ask(request, onDelta, signal),
  };
}

/** One for each bound on memory: in practice one for the process. */
const MANAGERS = new Map<number | undefined, ModelManager>();

function managerFor(memoryMiB: number | undefined): ModelManager {
  const known = MANAGERS.get(memoryMiB);
  if (known !== undefined) return known;
  const made = modelManager(
    nodeLlama,
    memoryMiB === undefined ? {} : { memoryBytes: memoryMiB * 2 ** 20 },
  );
  MANAGERS.set(memoryMiB, made);
  return made;
}

function nameOf(path: string): string {
  return basename(path.replaceAll("\\", "/")).replace(/\.gguf$/i, "");
}

/** Neighbours of one role are joined: chat formats alternate. */
function turnsOf(messages: readonly ModelMessage[]): readonly LocalTurn[] {
  const turns: LocalTurn[] = [];
  for (const { role, content } of messages) {
    const turn: LocalTurn = { role: role === "tool" ? "user" : role, text: content };
    const last = turns.at(-1);
    if (last?.role === turn.role) turns[turns.length - 1] = joined(last, turn);
    else turns.push(turn);
  }
  return turns;
}

function joined({ role, text }: LocalTurn, next: LocalTurn): LocalTurn {
  return { role, text: `${text}\n\n${next.text}` };
}

/** What the runtime throws by itself is a failure that may pass: memory that is short, a lost device. */
async function failuresTyped<T>(id: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const typed = error instanceof ConfigError || (error instanceof Error && "code" in error);
    if (typed || !(error instanceof Error) || error.name === "AbortError") throw error;
    throw modelError(
      "MODEL_UNAVAILABLE",
      `${id} failed: ${error.message.slice(0, 300)}. Ask again.`,
      {
        model: id,
      },
    );
  }
}
