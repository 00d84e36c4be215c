/**
 * Events as spans, named after OpenTelemetry's conventions for generative AI (still in development;
 * only this file knows the names):
 *
 *   run          `invoke_workflow {kind}`, a request `invoke_agent toolwright`; children below parents
 *   model call   `chat {model}`, from the call to its reply
 *   tool call    `execute_tool {name}`, from the call to its result
 *
 * There are too many candidates for one span each: the run's span has their number and the best one.
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
import type { NewEvent, RunKind, RunStatus } from "../../core/event.ts";
import type { TraceMessage } from "../../core/events/model.ts";
import type { KnownEvent } from "../../core/events/schemas.ts";
import { splitImages } from "../../core/image.ts";
import { present } from "../../core/present.ts";

export interface SpanRecorder {
  /** Whether the run has an open span. */
  knows(runId: string): boolean;
  begin(run: { readonly id: string; readonly kind: RunKind; readonly parent?: string }): void;
  event(runId: string, event: NewEvent): void;
  end(runId: string, status: RunStatus): void;
  /** Ends all open spans. */
  close(): void;
}

export interface SpanOptions {
  readonly content: boolean;
  /** Starts a root span in the trace that belongs to the run. */
  readonly rootedIn: (runId: string, start: () => Span) => Span;
}

interface OpenRun {
  readonly span: Span;
  /** Calls without an answer, oldest first. */
  readonly calls: { readonly id: string; readonly span: Span }[];
  candidates: number;
  failed: number;
}

export function spanRecorder(tracer: Tracer, { content, rootedIn }: SpanOptions): SpanRecorder {
  const open = new Map<string, OpenRun>();

  const below = (run: OpenRun, name: string, kind: SpanKind, attributes: Attributes): Span =>
    tracer.startSpan(name, { kind, attributes }, trace.setSpan(context.active(), run.span));

  /** The call of an answer. */
  const answered = (run: OpenRun, id: string): Span | undefined => {
    const at = run.calls.findIndex((call) => call.id === id);
    return at < 0 ? undefined : run.calls.splice(at, 1)[0]?.span;
  };

  const record = (run: OpenRun, event: KnownEvent): void => {
    switch (event.type) {
      case "model-call": {
        const { id, promptName, promptVersion, messages } = event.data;
        const { name, provider } = modelName(event.data.model);
        const attributes: Attributes = {
          "gen_ai.operation.name": "chat",
          "gen_ai.request.model": name,
          ...present({ "gen_ai.provider.name": provider }),
          "gen_ai.prompt.name": promptName,
          "gen_ai.prompt.version": promptVersion,
          ...(content ? { "gen_ai.input.messages": JSON.stringify(messages.map(parts)) } : {}),
        };
        run.calls.push({ id, span: below(run, `chat ${name}`, SpanKind.CLIENT, attributes) });
        return;
      }
      case "model-reply": {
        const reply = event.data;
        const span = answered(run, reply.id);
        if (span === undefined) return;
        if ("error" in reply) {
          fail(span, reply.error.code, content ? reply.error.message : undefined);
        } else {
          const { usage, costUsd, finishReason } = reply;
          if (usage !== undefined) {
            span.setAttribute("gen_ai.usage.input_tokens", usage.inputTokens);
            span.setAttribute("gen_ai.usage.output_tokens", usage.outputTokens);
          }
          span.setAttribute("gen_ai.response.model", modelName(reply.model).name);
          if (costUsd !== undefined) span.setAttribute("toolwright.cost_usd", costUsd);
          span.setAttribute("gen_ai.response.finish_reasons", [finishReason]);
          if (content) {
            const output = { role: "assistant" as const, ...reply };
            span.setAttribute("gen_ai.output.messages", JSON.stringify([parts(output)]));
          }
        }
        span.end();
        return;
      }
      case "tool-call": {
        const { id, name, arguments: given } = event.data;
        const attributes: Attributes = {
          "gen_ai.operation.name": "execute_tool",
          "gen_ai.tool.name": name,
          "gen_ai.tool.type": "function",
          "gen_ai.tool.call.id": id,
          ...(content ? { "gen_ai.tool.call.arguments": JSON.stringify(given) } : {}),
        };
        const span = below(run, `execute_tool ${name}`, SpanKind.INTERNAL, attributes);
        run.calls.push({ id, span });
        return;
      }
      case "tool-result": {
        const result = event.data;
        const span = answered(run, result.id);
        if (span === undefined) return;
        if (result.status === "failed") {
          fail(span, result.status, content ? result.error : undefined);
        } else if (content) {
          span.setAttribute(
            "gen_ai.tool.call.result",
            JSON.stringify(splitImages(result.output).value),
          );
        }
        span.end();
        return;
      }
      case "candidate-result":
        run.candidates++;
        if (event.data.status !== "scored") run.failed++;
        return;
      case "best-change":
        score(run, "fitness", event.data.digest, event.data.fitness);
        return;
      case "held-out-result":
        if (event.data.score !== undefined) {
          score(run, "held-out", event.data.digest, event.data.score);
        }
        return;
      case "plan-proposed":
      case "request-status":
      case "tool-register":
        run.span.addEvent(event.type, flat(event.data));
        return;
      default:
        return;
    }
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
    event(runId, event) {
      const run = open.get(runId);
      if (run !== undefined) record(run, event);
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

function score({ span }: OpenRun, name: string, digest: string, value: number): void {
  span.addEvent("gen_ai.evaluation.result", {
    "gen_ai.evaluation.name": name,
    "gen_ai.evaluation.score.value": value,
    "toolwright.candidate.digest": digest,
  });
}

function fail(span: Span, kind: string, message: string | undefined): void {
  span.setAttribute("error.type", kind);
  span.setStatus({ code: SpanStatusCode.ERROR, ...present({ message }) });
}

/** Splits the engine's `driver:model` and the provider's plain model name. */
function modelName(id: string): { readonly provider?: string; readonly name: string } {
  const [, provider, name] = /^(openai|anthropic):(.+)$/s.exec(id) ?? [];
  return provider === undefined || name === undefined ? { name: id } : { provider, name };
}

type SpanMessage = Pick<TraceMessage, "role" | "content"> &
  Partial<Pick<TraceMessage, "toolCalls" | "toolCallId" | "images">>;

/** A message in the format of the conventions: a role and typed parts. */
function parts({ role, content, toolCalls = [], toolCallId, images = [] }: SpanMessage): object {
  if (role === "tool") {
    return { role, parts: [{ type: "tool_call_response", id: toolCallId, response: content }] };
  }
  return {
    role,
    parts: [
      ...(content === "" ? [] : [{ type: "text", content }]),
      // Only the trace stores the bytes; a span describes the image.
      ...images.map((image) =>
        "url" in image
          ? { type: "uri", modality: "image", uri: image.url }
          : { type: "text", content: splitImages({ ...image }).value },
      ),
      ...toolCalls.map((call) => ({ type: "tool_call", ...call })),
    ],
  };
}

/** The fields of an event that fit into attributes. */
function flat(data: unknown): Attributes {
  if (data === null || typeof data !== "object") return {};
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) =>
      ["string", "number", "boolean"].includes(typeof value) ? [[`toolwright.${key}`, value]] : [],
    ),
  );
}
