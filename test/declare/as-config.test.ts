/** A manifest's models as configuration. */
import { expect, it } from "vitest";
import { ModelConfig } from "../../src/core/config.ts";
import { configOf } from "../../src/declare/as-config.ts";
import { overlaid } from "../../src/declare/check.ts";
import { readManifest } from "../../src/declare/read.ts";

const NONE = {
  llms: new Map(),
  agents: new Map(),
  tools: new Map(),
  tasks: new Map(),
  runs: new Map(),
};

function rolesOf(text: string) {
  const { entries, faults } = readManifest([{ name: "m.yaml", text }]);
  expect(faults).toEqual([]);
  return configOf(overlaid(NONE, entries), {}, { model: false }).roles;
}

it("a manifest's model has the settings of a configured one", () => {
  const roles = rolesOf(`
llms:
  - name: mine
    model: qwen
    base_url: http://127.0.0.1:8080/v1
    timeout_seconds: 60
    silence_seconds: 20
    max_concurrent: 2
    requests_per_minute: 30
    max_retries: 0
    max_tokens: 500
    context_tokens: 4096
    price: { input_per_million: 1, output_per_million: 2 }
    extra_body: { top_k: 20, chat_template_kwargs: { enable_thinking: false } }
  - { name: file, provider: local, path: /models/m.gguf, memory_mib: 4000 }
`);
  expect(ModelConfig.parse(roles["llm:mine"])).toMatchObject({
    provider: "openai",
    model: "qwen",
    baseUrl: "http://127.0.0.1:8080/v1",
    timeoutSeconds: 60,
    silenceSeconds: 20,
    maxConcurrent: 2,
    requestsPerMinute: 30,
    maxRetries: 0,
    maxTokens: 500,
    contextTokens: 4096,
    price: { inputPerMillion: 1, outputPerMillion: 2 },
    extraBody: { top_k: 20, chat_template_kwargs: { enable_thinking: false } },
  });
  expect(ModelConfig.parse(roles["llm:file"])).toMatchObject({
    provider: "local",
    path: "/models/m.gguf",
    memoryMiB: 4_000,
  });
});
