/** What runs model files in this process. `node-llama.ts` implements it; tests script it. */

/** A model file with the context it is opened with. */
export interface LocalFile {
  readonly path: string;
  /** Tokens of prompt and reply together. */
  readonly contextTokens: number;
}

export interface LocalTurn {
  readonly role: "system" | "user" | "assistant";
  readonly text: string;
}

export interface LocalRequest {
  /** The last turn is the user's. */
  readonly turns: readonly LocalTurn[];
  /** Grammar of the reply (GBNF). Absent: any text. */
  readonly grammar?: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed?: number;
  readonly stop: readonly string[];
}

export interface LocalReply {
  /** Without the model's reasoning, where its chat format marks it. */
  readonly text: string;
  readonly finish: "stop" | "length";
  /** Tokens that were read; what the context still holds of the last call counts as well. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface LoadedModel {
  /** One call at a time. An abort rejects with its reason.
   * @throws ModelError MODEL_CONTEXT_TOO_LONG if the turns leave no room for a reply. */
  generate(
    request: LocalRequest,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<LocalReply>;
  /** Frees its memory. */
  unload(): Promise<void>;
}

export interface LocalRuntime {
  /** Bytes that the model and its context will take, from the head of the file.
   * @throws ConfigError LOCAL_MODEL_UNREADABLE */
  estimate(file: LocalFile): Promise<number>;
  /** Bytes that are free for models now. */
  free(): Promise<number>;
  /** @throws ConfigError LOCAL_MODEL_UNREADABLE */
  load(file: LocalFile, signal: AbortSignal): Promise<LoadedModel>;
}
