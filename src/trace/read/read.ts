/**
 * Reads a run back into what happened in it: candidates, model calls with their replies, the steps
 * of a request. Everything shown or exported starts here.
 *
 * Events that a reader does not know are left alone; known ones that lack what is needed are listed
 * under `unread`.
 */
import type { z } from "zod";
import type { RunSummary, TraceEvent } from "../../core/event.ts";
import { type InlineImage, withImages } from "../../core/image.ts";
import type { Json } from "../../core/json.ts";
import type { EventStore } from "../../core/ports.ts";
import { type Reader, type Step, stepReaders } from "./steps.ts";
import * as Known from "./vocabulary.ts";

export interface ModelCall extends z.output<typeof Known.ModelCallEvent> {
  readonly seq: number;
  readonly time: string;
  readonly reply?: z.output<typeof Known.ModelReplyEvent> & { readonly seq: number };
}

export interface RunRecord {
  readonly summary: RunSummary;
  readonly start?: z.output<typeof Known.RunStart>;
  readonly candidates: readonly Known.TraceCandidate[];
  readonly modelCalls: readonly ModelCall[];
  readonly heldOut: ReadonlyMap<string, z.output<typeof Known.HeldOutResult>>;
  /** Digest of the best program: what the run says at its end, else the last one that it found. */
  readonly best?: string;
  readonly request?: z.output<typeof Known.RequestSubmit>;
  readonly ground?: z.output<typeof Known.RequestGround>;
  /** The request's last status, if this is one. */
  readonly requestStatus?: string;
  readonly steps: readonly Step[];
  /** Known events that could not be read, by reason. */
  readonly unread: readonly { readonly seq: number; readonly reason: string }[];
}

/** The events of the given types, in order. */
export async function* findEvents(
  store: EventStore,
  runId: string,
  types: readonly string[],
): AsyncGenerator<TraceEvent> {
  const wanted = new Set(types);
  for await (const event of store.events(runId)) if (wanted.has(event.type)) yield event;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface ReadOptions {
  /**
   * Candidates without source, scores and feedback, but with the source's length: a run of many
   * thousands fits into little memory.
   */
  readonly lean?: boolean;
  /** Gives what stands for an image whose bytes are not to be held. */
  readonly setAside?: (image: InlineImage) => Json;
}

/** Events in which images are read. */
const WITH_IMAGES = new Set(["request-submit", "model-call", "tool-result"]);

/**
 * @throws InputError RUN_NOT_FOUND, StoreError CORRUPT_RECORD
 */
export async function readRun(
  store: EventStore,
  runId: string,
  { lean = false, setAside }: ReadOptions = {},
): Promise<RunRecord> {
  const candidates: Known.TraceCandidate[] = [];
  const calls: Mutable<ModelCall>[] = [];
  const heldOut = new Map<string, z.output<typeof Known.HeldOutResult>>();
  const steps: Step[] = [];
  const unread: { seq: number; reason: string }[] = [];
  const found: Pick<
    Mutable<RunRecord>,
    "start" | "best" | "request" | "ground" | "requestStatus"
  > = {};
  let unanswered: Mutable<ModelCall>[] = [];

  const readers: Readonly<Record<string, Reader>> = {
    "run-start": on(Known.RunStart, (start) => {
      found.start ??= start;
    }),
    "candidate-result": on(Known.CandidateEvent, (candidate, { seq, time }) => {
      candidates.push(lean ? leanOf(candidate, seq, time) : { ...candidate, seq, time });
    }),
    "best-change": on(Known.BestChange, ({ digest }) => {
      found.best = digest;
    }),
    "held-out-result": on(Known.HeldOutResult, (result) => heldOut.set(result.digest, result)),
    "run-result": on(Known.RunResult, ({ best }) => {
      if (best !== undefined) found.best = typeof best === "string" ? best : best.digest;
    }),
    "model-call": on(Known.ModelCallEvent, (call, { seq, time }) => {
      const open = { ...call, seq, time };
      calls.push(open);
      unanswered.push(open);
    }),
    "model-reply": on(Known.ModelReplyEvent, (reply, { seq }) => {
      const call = unanswered.find((each) => answers(reply, each));
      unanswered = unanswered.filter((each) => each !== call);
      if (call === undefined) unread.push({ seq, reason: "a model's reply without its call" });
      else call.reply = { ...reply, seq };
    }),
    "request-submit": on(Known.RequestSubmit, (request) => {
      found.request = request;
    }),
    "request-ground": on(Known.RequestGround, (ground) => {
      found.ground = ground;
    }),
    "request-status": on(Known.RequestStatusEvent, ({ to }) => {
      found.requestStatus = to;
    }),
    ...stepReaders(on, steps, (seq, reason) => unread.push({ seq, reason })),
  };

  function on<T extends z.ZodType>(
    schema: T,
    use: (data: z.output<T>, event: TraceEvent) => unknown,
  ): Reader {
    return (event) => {
      const parsed = schema.safeParse(event.data);
      if (parsed.success) use(parsed.data, event);
      else {
        const [issue] = parsed.error.issues;
        unread.push({
          seq: event.seq,
          reason: `${event.type}: ${issue?.path.join(".") || "data"}: ${issue?.message ?? "?"}`,
        });
      }
    };
  }

  const summary = await store.run(runId);
  for await (const event of store.events(runId)) {
    const { type, data } = event;
    const aside = setAside !== undefined && WITH_IMAGES.has(type);
    readers[type]?.(aside ? { ...event, data: withImages(data, setAside) } : event);
  }
  return { summary, ...found, candidates, modelCalls: calls, heldOut, steps, unread };
}

function leanOf(
  { source, scores: _, feedback: __, ...rest }: z.output<typeof Known.CandidateEvent>,
  seq: number,
  time: string,
): Known.TraceCandidate {
  const length = source === undefined ? {} : { sourceLength: source.length };
  const none = { source: undefined, scores: undefined, feedback: undefined };
  return { ...rest, ...none, ...length, seq, time };
}

/** By id where both have one, else by group and sample, else in order. */
function answers(reply: z.output<typeof Known.ModelReplyEvent>, call: ModelCall): boolean {
  if (reply.id !== undefined && call.id !== undefined) return reply.id === call.id;
  if (reply.promptGroup !== undefined && call.promptGroup !== undefined) {
    return reply.promptGroup === call.promptGroup && reply.sampleIndex === call.sampleIndex;
  }
  return true;
}

/** The candidate's programs by digest; the first one that carries its source wins. */
export function sourcesOf(candidates: readonly Known.TraceCandidate[]): Map<string, string> {
  const sources = new Map<string, string>();
  for (const { digest, source } of candidates) {
    if (source !== undefined && !sources.has(digest)) sources.set(digest, source);
  }
  return sources;
}
