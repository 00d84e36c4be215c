/**
 * Events as spans, named after OpenTelemetry's conventions for generative AI (still in development
 * there; this file is the only place that knows the names):
 *
 *   run          `invoke_workflow {kind}`, a request `invoke_agent toolwright`; children below parents
 *   model call   `chat {model}`, from the call to its reply
 *   tool call    `execute_tool {name}`, from the call to its result
 *
 * Single candidates are too many for spans: their number and the best of them stand on the run's.
 */
import {
  type Attributes,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import type { z } from "zod";
import type { NewEvent, RunKind, RunStatus } from "../../core/event.ts";
import { apart } from "../../core/image.ts";
import * as Known from "../read/vocabulary.ts";

export interface SpanRecorder {
  /** Whether the run has an open span. */
  knows(runId: string): boolean;
  begin(run: { readonly id: string; readonly kind: RunKind; readonly parent?: string }): void;
  event(runId: string, event: NewEvent): void;
  end(runId: string, status: RunStatus): void;
  /** Ends what is open. */
  close(): void;
}

export interface SpanOptions {
  readonly content: boolean;
  /** Starts a root span in the trace that belongs to the run. */
  readonly rootedIn: (runId: string, start: () => Span) => Span;
}

interface OpenRun {
  readonly span: Span;
  /** Calls without their answers, oldest first. */
  readonly calls: { readonly id: string | undefined; readonly span: Span }[];
  candidates: number;
  failed: number;
}

const SHOWN_AS_EVENTS = new Set(["plan-proposed", "request-status", "tool-register"]);

export function spanRecorder(tracer: Tracer, { content, rootedIn }: SpanOptions): SpanRecorder {
  const open = new Map<string, OpenRun>();

  const below = (run: OpenRun, name: string, kind: SpanKind, attributes: Attributes): Span =>
    tracer.startSpan(name, { kind, attributes }, trace.setSpan(context.active(), run.span));

  /** The call that an answer belongs to: by its id, else the oldest one. */
  const answered = (run: OpenRun, id: string | undefined): Span | undefined => {
    const at = run.calls.findIndex((call) => id === undefined || call.id === id);
    return at < 0 ? undefined : run.calls.splice(at, 1)[0]?.span;
  };

  const readers: Readonly<Record<string, (run: OpenRun, data: unknown) => void>> = {
    "model-call": on(Known.ModelCallEvent, (run, call) => {
      const model = modelName(call.model);
      const attributes: Attributes = {
        "gen_ai.operation.name": "chat",
        ...(model === undefined ? {} : { "gen_ai.request.model": model.name }),
        ...(model?.provider === undefined ? {} : { "gen_ai.provider.name": model.provider }),
        ...(call.promptName === undefined ? {} : { "gen_ai.prompt.name": call.promptName }),
        ...(call.promptVersion === undefined
          ? {}
          : { "gen_ai.prompt.version": String(call.promptVersion) }),
        ...(content ? { "gen_ai.input.messages": JSON.stringify(call.messages.map(parts)) } : {}),
      };
      const name = model === undefined ? "chat" : `chat ${model.name}`;
      run.calls.push({ id: call.id, span: below(run, name, SpanKind.CLIENT, attributes) });
    }),
    "model-reply": on(Known.ModelReplyEvent, (run, reply) => {
      const span = answered(run, reply.id);
      if (span === undefined) return;
      const { usage, costUsd, finishReason } = reply;
      const model = modelName(reply.model);
      if (usage !== undefined) {
        span.setAttribute("gen_ai.usage.input_tokens", usage.inputTokens);
        span.setAttribute("gen_ai.usage.output_tokens", usage.outputTokens);
      }
      if (model !== undefined) span.setAttribute("gen_ai.response.model", model.name);
      if (costUsd !== undefined) span.setAttribute("toolwright.cost_usd", costUsd);
      if (finishReason !== undefined) {
        span.setAttribute("gen_ai.response.finish_reasons", [finishReason]);
      }
      if (content) {
        const said = { role: "assistant" as const, ...reply };
        span.setAttribute("gen_ai.output.messages", JSON.stringify([parts(said)]));
      }
      span.end();
    }),
    "tool-call": on(Known.ToolCallEvent, (run, call) => {
      const attributes: Attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": call.name,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": call.id,
        ...(content ? { "gen_ai.tool.call.arguments": JSON.stringify(call.arguments) } : {}),
      };
      const span = below(run, `execute_tool ${call.name}`, SpanKind.INTERNAL, attributes);
      run.calls.push({ id: call.id, span });
    }),
    "tool-result": on(Known.ToolResultEvent, (run, result) => {
      const span = answered(run, result.id);
      if (span === undefined) return;
      if (result.error !== undefined) fail(span, result.status, content ? result.error : undefined);
      else if (content && result.output !== undefined) {
        span.setAttribute("gen_ai.tool.call.result", JSON.stringify(apart(result.output).value));
      }
      span.end();
    }),
    "candidate-result": on(Known.CandidateEvent, (run, { status }) => {
      run.candidates++;
      if (status !== "scored") run.failed++;
    }),
    "best-change": on(Known.BestChange, ({ span }, { digest, fitness }) => {
      span.addEvent("gen_ai.evaluation.result", {
        "gen_ai.evaluation.name": "fitness",
        "gen_ai.evaluation.score.value": fitness,
        "toolwright.candidate.digest": digest,
      });
    }),
    "held-out-result": on(Known.HeldOutResult, ({ span }, { digest, score }) => {
      if (score === undefined) return;
      span.addEvent("gen_ai.evaluation.result", {
        "gen_ai.evaluation.name": "held-out",
        "gen_ai.evaluation.score.value": score,
        "toolwright.candidate.digest": digest,
      });
    }),
  };

  const finish = (runId: string, run: OpenRun): void => {
    for (const { span } of run.calls) {
      fail(span, "unanswered", undefined);
      span.end();
    }
    if (run.candidates > 0) {
      run.span.setAttribute("toolwright.candidates", run.candidates);
      run.span.setAttribute("toolwright.candidates.failed", run.failed);
    }
    run.span.end();
    open.delete(runId);
  };

  return {
    knows: (runId) => open.has(runId),
    begin({ id, kind, parent }) {
      const above = parent === undefined ? undefined : open.get(parent);
      const agent = kind === "request";
      const name = agent ? "invoke_agent toolwright" : `invoke_workflow ${kind}`;
      const attributes: Attributes = {
        "gen_ai.operation.name": agent ? "invoke_agent" : "invoke_workflow",
        "gen_ai.conversation.id": parent ?? id,
        "toolwright.run.id": id,
        ...(agent ? { "gen_ai.agent.name": "toolwright" } : {}),
      };
      const span =
        above === undefined
          ? rootedIn(parent ?? id, () => tracer.startSpan(name, { attributes, root: true }))
          : below(above, name, SpanKind.INTERNAL, attributes);
      open.set(id, { span, calls: [], candidates: 0, failed: 0 });
    },
    event(runId, { type, data }) {
      const run = open.get(runId);
      if (run === undefined) return;
      if (Object.hasOwn(readers, type)) readers[type]?.(run, data);
      else if (SHOWN_AS_EVENTS.has(type)) run.span.addEvent(type, flat(data));
    },
    end(runId, status) {
      const run = open.get(runId);
      if (run === undefined) return;
      run.span.setAttribute("toolwright.run.status", status);
      if (status === "failed" || status === "interrupted") fail(run.span, status, undefined);
      finish(runId, run);
    },
    close() {
      for (const [runId, run] of open) finish(runId, run);
    },
  };
}

/** Reads an event's data; one that lacks what its span needs is left to the trace. */
function on<T extends z.ZodType>(schema: T, use: (run: OpenRun, data: z.output<T>) => void) {
  return (run: OpenRun, data: unknown): void => {
    const parsed = schema.safeParse(data);
    if (parsed.success) use(run, parsed.data);
  };
}

function fail(span: Span, kind: string, message: string | undefined): void {
  span.setAttribute("error.type", kind);
  span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message }) });
}

/** `driver:model`, as the engine names models; providers give the bare name. */
function modelName(
  id: string | undefined,
): { readonly provider?: string; readonly name: string } | undefined {
  if (id === undefined) return undefined;
  const [, provider, name] = /^(openai|anthropic):(.+)$/s.exec(id) ?? [];
  return provider === undefined || name === undefined ? { name: id } : { provider, name };
}

type Said = Pick<Known.TraceMessage, "role" | "content"> &
  Partial<Pick<Known.TraceMessage, "toolCalls" | "toolCallId" | "images">>;

/** A message in the conventions' form: a role and typed parts. */
function parts({ role, content, toolCalls = [], toolCallId, images = [] }: Said): object {
  if (role === "tool") {
    return { role, parts: [{ type: "tool_call_response", id: toolCallId, response: content }] };
  }
  return {
    role,
    parts: [
      ...(content === "" ? [] : [{ type: "text", content }]),
      // Bytes are the trace's to keep: a span says what they were.
      ...images.map((image) =>
        "url" in image
          ? { type: "uri", modality: "image", uri: image.url }
          : { type: "text", content: apart({ ...image }).value },
      ),
      ...toolCalls.map((call) => ({ type: "tool_call", ...call })),
    ],
  };
}

/** The fields of an event that an attribute can hold. */
function flat(data: unknown): Attributes {
  if (data === null || typeof data !== "object") return {};
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) =>
      ["string", "number", "boolean"].includes(typeof value) ? [[`toolwright.${key}`, value]] : [],
    ),
  );
}
