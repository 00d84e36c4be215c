/** Small valid tools for tests; the digest is the content's own. */
import type { Tool } from "../../src/core/tool.ts";
import { toolDigest } from "../../toolstore/index.ts";

export interface SampleTool extends Partial<Omit<Tool, "digest" | "source">> {
  readonly name: string;
  /** Expression that the tool returns: different bodies, different digests. */
  readonly body?: string;
  readonly source?: string;
}

export function sampleTool({ name, body = "input", ...rest }: SampleTool): Tool {
  const tool: Omit<Tool, "digest"> = {
    name,
    version: 1,
    description: `The tool called ${name}.`,
    signature: `function ${name}(input: number): number`,
    parameters: { type: "object", properties: { input: { type: "number" } }, required: ["input"] },
    result: { type: "number" },
    language: "javascript",
    source: `function ${name}(input) { return ${body}; }`,
    entry: name,
    limits: { timeoutMs: 1_000, memoryMiB: 64, outputBytes: 1_000_000 },
    capabilities: { network: [], files: false, model: false },
    cases: [{ args: [1], expected: 1 }],
    evaluation: { train: 1, heldOut: 1, measures: {} },
    lineage: { parents: [] },
    status: "active",
    usage: { calls: 0, successes: 0, totalMs: 0, costUsd: 0, lastErrors: [], queries: [] },
    createdAt: "2026-01-01T00:00:00.000Z",
    ...rest,
  };
  return { ...tool, digest: toolDigest(tool) };
}
