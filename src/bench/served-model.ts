/** The real HTTP client on a model server in its own process. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import type { LanguageModel } from "../core/ports.ts";
import { configuredModel } from "../models/configured.ts";

export interface ServedModel {
  readonly model: LanguageModel;
  close(): void;
}

/**
 * A new server, of which the client knows nothing yet.
 *
 * @param slots Replies at the same time.
 */
export async function servedModel(replyMs: number, slots: number): Promise<ServedModel> {
  const program = new URL(`./model-server${extname(import.meta.url)}`, import.meta.url);
  const server = fork(program, [String(replyMs), String(slots)]);
  const [port] = await once(server, "message");
  const model = configuredModel({
    provider: "openai",
    model: "bench",
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: () => "none",
    known: [],
    keep: async () => {},
  });
  return { model, close: () => server.kill() };
}
