/**
 * Reads a run: candidates, model calls with their replies, the steps of a request. Everything that is
 * shown or exported uses this.
 */
import type { RunSummary } from "../../core/event.ts";
import { type Place, readEvents, withTexts } from "../../core/events/read.ts";
import type { DataOf, EventOf } from "../../core/events/schemas.ts";
import { type InlineImage, replaceImages } from "../../core/image.ts";
import type { Json } from "../../core/json.ts";
import type { EventStore } from "../../core/ports.ts";
import { STEP_TYPES, type Step, stepReader } from "./steps.ts";

export interface ModelCall extends DataOf<"model-call"> {
  readonly seq: number;
  readonly time: string;
  readonly reply?: Replied & { readonly seq: number };
  /** Why there is no reply, if the model failed. */
  readonly failure?: { readonly code: string; readonly message: string };
}
type Replied = Extract<DataOf<"model-reply">, { readonly content: string }>;

export interface TraceCandidate extends Omit<DataOf<"candidate-result">, "parents"> {
  readonly parents: readonly string[];
  /** Set instead of the source for a lean candidate: length in UTF-16 units. */
  readonly sourceLength?: number;
  readonly seq: number;
  readonly time: string;
}

export interface RunRecord {
  readonly summary: RunSummary;
  readonly start?: DataOf<"run-start">;
  readonly candidates: readonly TraceCandidate[];
  readonly modelCalls: readonly ModelCall[];
  readonly heldOut: ReadonlyMap<string, DataOf<"held-out-result">>;
  /** Digest of the best program: the one in the run's last event, else the last one that was found. */
  readonly best?: string;
  readonly request?: DataOf<"request-submit">;
  readonly ground?: DataOf<"request-ground">;
  /** The last status of the request, if the run is one. */
  readonly requestStatus?: string;
  readonly steps: readonly Step[];
  /** Events that could not be read, with the reason; includes events of unknown types. */
  readonly unread: readonly { readonly seq: number; readonly reason: string }[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface ReadOptions {
  /**
   * Candidates have the length of their source, but no source, scores and feedback. A run with many
   * thousands of candidates then needs little memory.
   */
  readonly lean?: boolean;
  /** Returns a replacement for an image whose bytes should not be held in memory. */
  readonly setAside?: (image: InlineImage) => Json;
}

/** Events that may contain images. */
const WITH_IMAGES: ReadonlySet<string> = new Set(["request-submit", "model-call", "tool-result"]);

const RUN_TYPES = [
  "run-start",
  "candidate-result",
  "best-change",
  "held-out-result",
  "run-result",
  "model-call",
  "model-reply",
  "request-submit",
  "request-ground",
  "request-status",
] as const;
type RunEvent = EventOf<(typeof RUN_TYPES)[number] | (typeof STEP_TYPES)[number]> & Place;

/**
 * @throws InputError RUN_NOT_FOUND, StoreError CORRUPT_RECORD
 */
export async function readRun(
  store: EventStore,
  runId: string,
  { lean = false, setAside }: ReadOptions = {},
): Promise<RunRecord> {
  const candidates: TraceCandidate[] = [];
  const calls: Mutable<ModelCall>[] = [];
  const heldOut = new Map<string, DataOf<"held-out-result">>();
  const steps: Step[] = [];
  const unread: { seq: number; reason: string }[] = [];
  const readStep = stepReader(steps, (seq, reason) => unread.push({ seq, reason }));
  const found: Pick<
    Mutable<RunRecord>,
    "start" | "best" | "request" | "ground" | "requestStatus"
  > = {};
  const unanswered = new Map<string, Mutable<ModelCall>>();

  const read = (event: RunEvent): void => {
    const { seq, time } = event;
    switch (event.type) {
      case "run-start":
        found.start ??= event.data;
        return;
      case "candidate-result": {
        const { parents = [], ...candidate } = event.data;
        candidates.push({ ...(lean ? leanOf(candidate) : candidate), parents, seq, time });
        return;
      }
      case "best-change":
        found.best = event.data.digest;
        return;
      case "held-out-result":
        heldOut.set(event.data.digest, event.data);
        return;
      case "run-result":
        if (event.data.best !== null) found.best = event.data.best.digest;
        return;
      case "model-call": {
        const call = { ...event.data, seq, time };
        calls.push(call);
        unanswered.set(call.id, call);
        return;
      }
      case "model-reply": {
        const call = unanswered.get(event.data.id);
        unanswered.delete(event.data.id);
        if (call === undefined) unread.push({ seq, reason: "a model's reply without its call" });
        else if ("error" in event.data) call.failure = event.data.error;
        else call.reply = { ...event.data, seq };
        return;
      }
      case "request-submit":
        found.request = event.data;
        return;
      case "request-ground":
        found.ground = event.data;
        return;
      case "request-status":
        found.requestStatus = event.data.to;
        return;
      default:
        readStep(event);
    }
  };

  const summary = await store.run(runId);
  const all = readEvents(store, runId, [...RUN_TYPES, ...STEP_TYPES], ({ reason }, { seq }) =>
    unread.push({ seq, reason }),
  );
  for await (const event of all) {
    const aside = setAside !== undefined && WITH_IMAGES.has(event.type);
    read(aside ? withTexts(event, (data) => replaceImages(data, setAside)) : event);
  }
  return { summary, ...found, candidates, modelCalls: calls, heldOut, steps, unread };
}

function leanOf({ source, scores: _, feedback: __, ...rest }: DataOf<"candidate-result">) {
  return source === undefined ? rest : { ...rest, sourceLength: source.length };
}

/** Sources of the candidates by digest; the first candidate with a source wins. */
export function sourcesOf(candidates: readonly TraceCandidate[]): Map<string, string> {
  const sources = new Map<string, string>();
  for (const { digest, source } of candidates) {
    if (source !== undefined && !sources.has(digest)) sources.set(digest, source);
  }
  return sources;
}
