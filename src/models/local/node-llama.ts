/**
 * The runtime of local models: `node-llama-cpp`, which a user installs beside this package. It carries
 * prebuilt llama.cpp; nothing is compiled or downloaded here.
 */
import { availableParallelism } from "node:os";
import { ConfigError } from "../../core/errors.ts";
import { optionalPackage } from "../../core/optional-package.ts";
import { present } from "../../core/present.ts";
import { modelError } from "../calling/model-errors.ts";
import type {
  LoadedModel,
  LocalFile,
  LocalReply,
  LocalRequest,
  LocalRuntime,
  LocalTurn,
} from "./runtime.ts";

/** The package's parts that are used, version 3. It is not installed here, so its types are not. */
interface NodeLlama {
  getLlama(options: object): Promise<Llama>;
  readGgufFileInfo(path: string): Promise<unknown>;
  readonly GgufInsights: { from(info: unknown, llama: Llama): Promise<Insights> };
  readonly LlamaChat: new (options: { contextSequence: Sequence }) => Chat;
}
interface Llama {
  readonly gpu: string | false;
  loadModel(options: { modelPath: string; loadSignal: AbortSignal }): Promise<Model>;
  createGrammar(options: { grammar: string }): Promise<object>;
  getVramState(): Promise<{ readonly free: number }>;
}
interface Requirements {
  readonly cpuRam: number;
  readonly gpuVram: number;
}
interface Insights {
  readonly totalLayers: number;
  estimateModelResourceRequirementsV2(options: object): Promise<Requirements>;
  estimateContextResourceRequirementsV2(options: object): Promise<Requirements>;
}
interface Model {
  createContext(options: { contextSize: number }): Promise<Context>;
  readonly tokenizer: unknown;
  dispose(): Promise<void>;
}
interface Context {
  getSequence(): Sequence;
  dispose(): Promise<void>;
}
interface Sequence {
  readonly tokenMeter: {
    getState(): object;
    diff(before: object): {
      readonly usedInputTokens: number;
      readonly usedOutputTokens: number;
    };
  };
}
type HistoryItem =
  | { readonly type: "system" | "user"; readonly text: string }
  | { readonly type: "model"; readonly response: readonly string[] };
interface Chat {
  readonly chatWrapper: {
    generateContextState(options: { chatHistory: readonly HistoryItem[] }): {
      readonly contextText: { tokenize(tokenizer: unknown): readonly number[] };
    };
  };
  generateResponse(
    history: readonly HistoryItem[],
    options: object,
  ): Promise<{ readonly response: string; readonly metadata: { readonly stopReason: string } }>;
}

/** Measured with 4-bit weights on a CPU: llama.cpp copies weights into a faster layout. */
const MARGIN = 1.3;
/** Room for a reply below which a prompt counts as too long. */
const LEAST_REPLY = 16;

/** One for this process. */
let opened: Promise<{ readonly api: NodeLlama; readonly llama: Llama }> | undefined;

/** @throws ConfigError PACKAGE_MISSING from every function if the package is not installed. */
export const nodeLlama: LocalRuntime = {
  async estimate(file) {
    const { api, llama } = await open();
    const insights = await readable(file, async () =>
      api.GgufInsights.from(await api.readGgufFileInfo(file.path), llama),
    );
    const layers = llama.gpu === false ? 0 : insights.totalLayers;
    const [weights, context] = await Promise.all([
      insights.estimateModelResourceRequirementsV2({ gpuLayers: layers }),
      insights.estimateContextResourceRequirementsV2({
        contextSize: file.contextTokens,
        modelGpuLayers: layers,
      }),
    ]);
    return MARGIN * (weights.cpuRam + weights.gpuVram + context.cpuRam + context.gpuVram);
  },

  async free() {
    const { llama } = await open();
    const video = llama.gpu === false ? 0 : (await llama.getVramState()).free;
    return process.availableMemory() + video;
  },

  async load(file, signal) {
    const { api, llama } = await open();
    const model = await readable(file, () =>
      llama.loadModel({ modelPath: file.path, loadSignal: signal }),
    );
    try {
      const context = await model.createContext({ contextSize: file.contextTokens });
      return loadedModel(api, llama, model, context, file);
    } catch (error) {
      await model.dispose();
      throw unreadable(file, error);
    }
  },
};

function loadedModel(
  api: NodeLlama,
  llama: Llama,
  model: Model,
  context: Context,
  file: LocalFile,
): LoadedModel {
  // One sequence and one chat: what a prompt shares with the one before is not read again.
  const sequence = context.getSequence();
  const chat = new api.LlamaChat({ contextSequence: sequence });

  const generate = async (
    { turns, grammar, maxTokens, temperature, seed, stop }: LocalRequest,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<LocalReply> => {
    const history = [...turns.map(itemOf), { type: "model", response: [""] } as const];
    const { contextText } = chat.chatWrapper.generateContextState({ chatHistory: history });
    const prompt = contextText.tokenize(model.tokenizer).length;
    const room = file.contextTokens - prompt;
    if (room < LEAST_REPLY) throw tooLong(file, prompt);
    const before = sequence.tokenMeter.getState();
    const { response, metadata } = await chat.generateResponse(history, {
      maxTokens: Math.min(maxTokens, room - 1),
      temperature,
      signal,
      onTextChunk: onText,
      // Its default drops the first turns without a word.
      contextShift: {
        strategy: () => {
          throw tooLong(file, prompt);
        },
      },
      ...present({
        seed,
        customStopTriggers: stop.length === 0 ? undefined : stop,
        grammar: grammar === undefined ? undefined : await llama.createGrammar({ grammar }),
      }),
    });
    signal.throwIfAborted();
    const { usedOutputTokens } = sequence.tokenMeter.diff(before);
    return {
      text: response,
      finish: metadata.stopReason === "maxTokens" ? "length" : "stop",
      inputTokens: prompt,
      outputTokens: usedOutputTokens,
    };
  };

  return {
    generate,
    async unload() {
      await context.dispose();
      await model.dispose();
    },
  };
}

function itemOf({ role, text }: LocalTurn): HistoryItem {
  return role === "assistant" ? { type: "model", response: [text] } : { type: role, text };
}

function open(): NonNullable<typeof opened> {
  opened ??= (async () => {
    // A name that the compiler does not resolve: the package is the user's.
    const name = "node-llama-cpp";
    const api = await optionalPackage(
      "A local model",
      ["node-llama-cpp@3"],
      async () => (await import(name)) as NodeLlama,
    );
    const llama = await api.getLlama({
      gpu: "auto",
      build: "never",
      skipDownload: true,
      progressLogs: false,
      logLevel: "error",
      // Its threads wait for each other by spinning: one core is left to the sandboxes. With more
      // threads than free cores a reply takes many times as long.
      maxThreads: Math.max(1, availableParallelism() - 1),
    });
    return { api, llama };
  })();
  opened.catch(() => {
    opened = undefined;
  });
  return opened;
}

async function readable<T>(file: LocalFile, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable({ path }: LocalFile, error: unknown): unknown {
  if (error instanceof Error && error.name === "AbortError") return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ConfigError(
    "LOCAL_MODEL_UNREADABLE",
    `Expected a model in GGUF format at ${path}, got: ${reason.slice(0, 300)}. Correct model.path.`,
    { cause: error },
  );
}

function tooLong({ contextTokens }: LocalFile, prompt: number): unknown {
  return modelError(
    "MODEL_CONTEXT_TOO_LONG",
    `The prompt has ${prompt} tokens, and the context of the local model has ${contextTokens}. Raise model.contextTokens, or shorten the request.`,
    { prompt, contextTokens },
  );
}
