/** The `openai` driver, asking a provider on loopback that says what a test scripts. */

import type { StreamingModel } from "../../src/models/calling/streaming.ts";
import { type OpenAIModelOptions, openaiModel } from "../../src/models/openai/openai.ts";
import { PLANTED_KEY } from "../contracts/language-model.ts";
import { type ModelServer, modelServer } from "../support/model-server.ts";

export interface ServedModel {
  readonly model: StreamingModel;
  readonly server: ModelServer;
  close(): Promise<void>;
}

export const served =
  (options: Partial<OpenAIModelOptions> = {}) =>
  async (script: Parameters<typeof modelServer>[0]): Promise<ServedModel> => {
    const server = await modelServer(script);
    const model = openaiModel({
      model: "m",
      baseUrl: `${server.url}/v1`,
      apiKey: PLANTED_KEY,
      maxRetries: 0,
      ...options,
    });
    return { model, server, close: () => server.close() };
  };
