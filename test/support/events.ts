/** Events for tests: one whole event of each type, variations of them, and events of no version. */
import type { NewEvent, StoredEvent } from "../../src/core/event.ts";
import type { DataOf, EventOf, KnownType } from "../../src/core/events/schemas.ts";
import type { Json } from "../../src/core/json.ts";

const hypothesis = { name: "double", signature: "(n: number) => number", description: "Doubles." };
const words = { objective: "Double it.", requirements: [], constraints: [] };
const scope = {
  name: "double",
  signature: "function double(n: number): number",
  arguments: [{ name: "n", why: "it differs" }],
  literals: [],
  reasons: ["any number"],
  flags: [],
};
const decided = { tool: "double", version: 1, hash: "h", asked: { n: 1 }, by: "a person" };
const replied = {
  content: "",
  toolCalls: [],
  finishReason: "stop",
  model: "scripted",
} as const;

/** As this version writes them. */
export const EVENTS: { readonly [Type in KnownType]: EventOf<Type> } = {
  "request-submit": {
    type: "request-submit",
    data: { ...words, work: { source: null, seed: 1 } },
  },
  "request-status": {
    type: "request-status",
    data: { from: "NOT_STARTED", to: "IN_PROGRESS", cause: "submitted", actor: "engine" },
  },
  "request-revised": {
    type: "request-revised",
    data: { ...words, revision: 2, changed: ["objective"], before: words },
  },
  "answer-checked": {
    type: "answer-checked",
    data: {
      checks: [
        { item: "Be brief.", kind: "constraint", by: "judge", verdict: "met", reason: "It is." },
      ],
    },
  },
  "answer-given": {
    type: "answer-given",
    data: { answer: "2", tool: null, checks: [], measures: {} },
  },
  "request-ground": { type: "request-ground", data: { context: [] } },
  "affordance-result": {
    type: "affordance-result",
    data: { query: "double", hypotheses: [hypothesis], matches: [], tried: [], missing: [] },
  },
  "plan-proposed": {
    type: "plan-proposed",
    data: { step: "create-tool", reason: "No stored tool fits." },
  },
  "scope-decide": { type: "scope-decide", data: { ...scope, by: "rule", decision: "new" } },
  "scope-flag": {
    type: "scope-flag",
    data: { name: "double", literals: ["2"], table: false, notes: [] },
  },
  "scope-shared": { type: "scope-shared", data: { name: "double" } },
  "cases-write": {
    type: "cases-write",
    data: { authors: 2, kept: 0, properties: [], dropped: [] },
  },
  "cases-dispute": {
    type: "cases-dispute",
    data: {
      cases: [
        { args: [1], expected: 2, got: 3, voicesFor: 2, voicesAgainst: 1, verdict: "stands" },
      ],
    },
  },
  "tool-create": {
    type: "tool-create",
    data: { name: "double", description: "Doubles.", key: "k" },
  },
  "tool-create-shared": {
    type: "tool-create-shared",
    data: { name: "double", outcome: "tool-created" },
    link: "evo-1",
  },
  "tool-reuse": { type: "tool-reuse", data: { name: "double", version: 1, reasons: ["equal"] } },
  "tool-register": {
    type: "tool-register",
    data: {
      name: "double",
      version: 1,
      digest: "d",
      description: "Doubles.",
      parameters: {},
      source: "function double(n) { return n * 2; }",
      evaluation: { train: 1, heldOut: 1, measures: {} },
    },
    link: "evo-1",
  },
  "registration-refused": {
    type: "registration-refused",
    data: { name: "double", reasons: ["It is wrong."] },
    link: "evo-1",
  },
  "tool-review": {
    type: "tool-review",
    data: {
      action: "approve",
      name: "double",
      version: 1,
      digest: "d",
      from: "candidate",
      to: "active",
      reasons: [],
      by: "person",
    },
  },
  "tool-call": { type: "tool-call", data: { id: "a", name: "double", arguments: {} } },
  "tool-result": {
    type: "tool-result",
    data: { id: "a", status: "returned", output: 2 },
    volatile: { wallMs: 1 },
  },
  "approval-given": {
    type: "approval-given",
    data: { ...decided, decision: "approved", arguments: { n: 1 }, edited: false },
  },
  "approval-refused": {
    type: "approval-refused",
    data: { ...decided, decision: "rejected", reason: "no" },
  },
  "agent-start": {
    type: "agent-start",
    data: { agent: "clerk", message: "Double it.", run: "req-1-clerk" },
    link: "req-1-clerk",
  },
  "program-start": {
    type: "program-start",
    data: { id: "p", code: "return 2;", input: null, tools: [], gaps: [] },
  },
  "program-result": {
    type: "program-result",
    data: { id: "p", status: "returned", value: 2, calls: 0, simulated: 0, lines: [] },
  },
  "help-missing": {
    type: "help-missing",
    data: {
      name: "judge",
      code: "MALFORMED_REPLY",
      message: "It is not JSON.",
      instead: "not judged",
    },
  },
  "semantic-call": {
    type: "semantic-call",
    data: {
      name: "isKind",
      signature: "isKind(text: string): boolean",
      arguments: ["hello"],
      line: 1,
      state: {},
      simulated: true,
      value: true,
    },
  },
  "model-call": {
    type: "model-call",
    data: {
      id: "m",
      role: "planner",
      promptName: "plan",
      promptVersion: "1",
      promptDigest: "d",
      messages: [],
      parameters: {},
      model: "scripted",
      terms: "unknown",
    },
  },
  "model-reply": { type: "model-reply", data: { id: "m", ...replied } },
  "model-recorded": {
    type: "model-recorded",
    data: { requestDigest: "d", occurrence: 0, outcome: { status: "replied", reply: replied } },
  },
  "run-start": {
    type: "run-start",
    data: {
      kind: "evolution",
      task: "double",
      spec: hypothesis,
      entry: "double",
      generator: "mutation",
      strategy: "funsearch",
      seed: 1,
      config: {},
    },
    volatile: { budget: { evaluations: 10 }, before: 0 },
  },
  "candidate-result": {
    type: "candidate-result",
    data: { index: 0, digest: "d", status: "scored", operator: "seed", fitness: 1, scores: [1] },
  },
  "best-change": { type: "best-change", data: { digest: "d", fitness: 1, evaluations: 1 } },
  "island-reset": { type: "island-reset", data: { island: 0, epoch: 1, founder: "d" } },
  "validation-result": { type: "validation-result", data: { digest: "d", fitness: 1 } },
  "held-out-result": {
    type: "held-out-result",
    data: { digest: "d", source: "function double(n) { return n * 2; }", fitness: 1 },
  },
  "run-result": {
    type: "run-result",
    data: { best: { digest: "d", fitness: 1 }, evaluations: 1, proposals: 1, failures: {} },
    volatile: { stopped: "target", seconds: 1 },
  },
  "step-started": {
    type: "step-started",
    data: { key: "a#1" },
    volatile: { epoch: 1, idempotencyKey: "i" },
  },
  "step-done": { type: "step-done", data: { key: "a#1" }, volatile: { result: null } },
  "step-failed": { type: "step-failed", data: { key: "a#1", error: "E: no" } },
  "wait-started": { type: "wait-started", data: { key: "w#1", name: "w" } },
  "wait-done": { type: "wait-done", data: { key: "w#1", signal: null } },
  "sleep-started": {
    type: "sleep-started",
    data: { key: "s#1", until: "2030-01-01T00:00:00.000Z" },
  },
  "signal-received": { type: "signal-received", data: { id: "s1", name: "w", payload: null } },
  "budget-reserved": {
    type: "budget-reserved",
    data: { key: "b#1" },
    volatile: { amounts: { tokens: 10 } },
  },
  "budget-settled": {
    type: "budget-settled",
    data: { key: "b#1" },
    volatile: { amounts: { tokens: 5 } },
  },
};

/** The event of that type, with this in the place of its own data. */
export function eventOf<Type extends KnownType>(
  type: Type,
  data: Partial<DataOf<Type>> = {},
): EventOf<Type> {
  const whole = EVENTS[type];
  return { ...whole, data: { ...whole.data, ...data } };
}

/** An event that this version does not write: of a newer one, of an older one, or a damaged one. */
export function foreignEvent(
  type: string,
  data: Json,
  more: Pick<StoredEvent, "volatile" | "link"> = {},
): NewEvent {
  return { type, data, ...more } as unknown as NewEvent;
}
