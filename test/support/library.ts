/** A library as the engine keeps it, in memory: real isolate, real gate, real trace. */

import { createEvaluator } from "../../evaluators/index.ts";
import { sandboxByName } from "../../sandbox/by-name.ts";
import { Config } from "../../src/core/config.ts";
import type { EventStore, Sandbox } from "../../src/core/ports.ts";
import { programOf, type Tool } from "../../src/core/tool.ts";
import { createRedactor, openTrace } from "../../src/trace/index.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { libraryToolStore } from "../../toolstore/care/library.ts";
import { judgeCases } from "../../toolstore/gate/facts.ts";
import type { Registration, ToolDraft } from "../../toolstore/gate/register.ts";
import { registerTool } from "../../toolstore/index.ts";
import { resolverOf } from "../../toolstore/link/link.ts";
import { linkedSandbox } from "../../toolstore/link/linked-sandbox.ts";
import { memoryToolStore } from "../../toolstore/store/memory.ts";

export type TestLibrary = Awaited<ReturnType<typeof testLibrary>>;

export const signal: AbortSignal = new AbortController().signal;

export async function testLibrary() {
  const events: EventStore = memoryEventStore();
  const redactor = createRedactor({ environment: {} });
  const bare = await sandboxByName("isolate", 1);
  let ids = 0;
  const newId = (kind: string): string => `${kind}-${++ids}`;
  const open = (run: Parameters<typeof openTrace>[1]) => openTrace(events, run, redactor);
  const memory = memoryToolStore();
  const tools = libraryToolStore({
    store: memory,
    openTrace: open,
    newId,
    run: (tool, inputs) =>
      sandbox.run({ program: programOf(tool), inputs, limits: tool.limits, seed: 0 }, signal),
  });
  const sandbox: Sandbox = linkedSandbox(bare, resolverOf(tools));
  const ports = { store: tools, openTrace: open, newId, sandbox: async () => sandbox };

  return {
    tools,
    /** Without releases and checks. */
    memory,
    events,
    evaluator: createEvaluator(),
    config: Config.parse({}),
    openTrace: open,
    newId,
    sandbox: async () => sandbox,
    ports,
    /** Registers a function by its cases. */
    add(
      draft: Partial<ToolDraft> & Pick<Tool, "name" | "source" | "cases">,
    ): Promise<Registration> {
      const { name, cases } = draft;
      const whole: ToolDraft = {
        description: `The tool called ${name}.`,
        signature: `function ${name}(value: number): number`,
        parameters: {
          type: "object",
          properties: { value: { type: "number" } },
          required: ["value"],
        },
        result: { type: "number" },
        language: "javascript",
        entry: name,
        limits: { timeoutMs: 1_000, memoryMiB: 64, outputBytes: 1_000_000 },
        capabilities: { network: [], files: false, model: false },
        lineage: { parents: [] },
        createdAt: "2026-01-01T00:00:00.000Z",
        ...draft,
      };
      return registerTool(
        { ...ports, sandbox },
        whole,
        { inputs: cases.map(({ args }) => args), judge: (list) => judgeCases(cases, list) },
        signal,
      );
    },
    async call(name: string, ...args: number[]) {
      const tool = await tools.get(name);
      const job = { program: programOf(tool), inputs: [args], limits: tool.limits, seed: 0 };
      return (await sandbox.run(job, signal))[0];
    },
    close: () => bare.close(),
  };
}
