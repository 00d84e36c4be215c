/**
 * How requests ended: an index over the trace, caught up when it is asked. The trace is the truth; a
 * lost index is made anew from it.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { digestText } from "../core/digest.ts";
import type { RunSummary } from "../core/event.ts";
import { Json } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { scoreTexts } from "./rank.ts";

export const OutcomeRecord = z.object({
  requestId: z.string(),
  user: z.string().exactOptional(),
  words: z.string(),
  status: z.enum(["SUCCEEDED", "FAILED", "CANCELED"]),
  /** The answer, or why there is none. */
  text: z.string(),
  /** Stored tools that were called with success. */
  tools: z.array(z.string()),
  /** Steps of the last plan. */
  plan: z.array(z.record(z.string(), Json)),
  /** What the person said or changed while it ran. */
  said: z.array(z.string()),
  modelCalls: z.int(),
  costUsd: z.number().exactOptional(),
  time: z.string(),
});
export type OutcomeRecord = z.output<typeof OutcomeRecord>;

export interface OutcomeIndex {
  /** Reads what has ended since it was asked last. */
  catchUp(): Promise<void>;
  /** Of one person, or of requests that name none; newest first. */
  list(user: string | undefined, limit: number): readonly OutcomeRecord[];
  find(
    user: string | undefined,
    queries: readonly string[],
    limit: number,
  ): readonly (OutcomeRecord & { readonly score: number })[];
  /** The newest success with the same words, capitals and spaces aside. */
  equal(user: string | undefined, words: string): OutcomeRecord | undefined;
}

const Submitted = z.object({
  objective: z.string(),
  requirements: z.array(z.string()).default([]),
  constraints: z.array(z.string()).default([]),
  user: z.string().nullish(),
});
const Planned = z.object({ steps: z.array(z.record(z.string(), Json)) });
const Called = z.object({ id: z.string(), name: z.string(), version: z.int().nullish() });
const Returned = z.object({ id: z.string(), status: z.string() });
const Answered = z.object({ answer: Json });
const Status = z.object({ to: z.string(), cause: z.string().default("") });
const Replied = z.object({ costUsd: z.number().nullish() });
const Sent = z.object({ name: z.string(), payload: Json });

/** Of what one request leaves, no more than this is searched. */
const MOST_SEARCHED = 2_000;

export function outcomeIndex(database: DatabaseSync, events: EventStore): OutcomeIndex {
  const put = database.prepare(
    "INSERT OR REPLACE INTO outcomes (request_id, user, words, words_key, record, time) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const ids = database.prepare("SELECT request_id FROM outcomes");
  const newest = database.prepare(
    "SELECT record FROM outcomes WHERE user IS ? AND record IS NOT NULL ORDER BY time DESC LIMIT ?",
  );
  const same = database.prepare(
    "SELECT record FROM outcomes WHERE user IS ? AND words_key = ? AND record IS NOT NULL ORDER BY time DESC",
  );
  const parse = (row: unknown): OutcomeRecord =>
    OutcomeRecord.parse(JSON.parse(String((row as { record: unknown }).record)));

  const index: OutcomeIndex = {
    async catchUp() {
      const known = new Set(ids.all().map((row) => String(row.request_id)));
      for (const run of await events.runs()) {
        if (!isFinishedRequest(run) || known.has(run.id)) continue;
        const record = await readOutcome(events, run);
        // A run that can not be read as a request is noted too: it is not read again and again.
        put.run(
          run.id,
          record?.user ?? null,
          record?.words ?? "",
          keyOf(record?.words ?? ""),
          record === undefined ? null : JSON.stringify(record),
          run.endedAt ?? run.startedAt,
        );
      }
    },
    list: (user, limit) => newest.all(user ?? null, limit).map(parse),
    find(user, queries, limit) {
      const records = index.list(user, MOST_SEARCHED);
      const scores = scoreTexts(
        queries,
        records.map(({ words, tools }) => `${words} ${tools.join(" ").replaceAll("_", " ")}`),
      );
      return records
        .map((record, at) => ({ ...record, score: scores[at] ?? 0 }))
        .filter(({ score }) => score > 0)
        .sort((a, b) => b.score - a.score)
        .slice(0, limit);
    },
    equal: (user, words) =>
      same
        .all(user ?? null, keyOf(words))
        .map(parse)
        .find(({ status }) => status === "SUCCEEDED"),
  };
  return index;
}

function isFinishedRequest({ kind, status, parent }: RunSummary): boolean {
  const ended = status === "succeeded" || status === "failed" || status === "canceled";
  return kind === "request" && parent === undefined && ended;
}

async function readOutcome(
  events: EventStore,
  { id, endedAt, startedAt }: RunSummary,
): Promise<OutcomeRecord | undefined> {
  let submitted: z.output<typeof Submitted> | undefined;
  let plan: OutcomeRecord["plan"] = [];
  let status: string | undefined;
  let cause = "";
  let answer: Json = null;
  let modelCalls = 0;
  let cost: number | undefined = 0;
  const calls = new Map<string, string>();
  const tools = new Set<string>();
  const said: string[] = [];

  for await (const { type, data } of events.events(id)) {
    switch (type) {
      case "request-submit":
      case "request-revised": {
        const parsed = Submitted.safeParse(data);
        if (parsed.success) {
          submitted = { ...parsed.data, user: parsed.data.user ?? submitted?.user };
          if (type === "request-revised")
            said.push(`changed the request to: ${wordsOf(parsed.data)}`);
        }
        break;
      }
      case "plan-proposed":
        plan = Planned.safeParse(data).data?.steps ?? plan;
        break;
      case "tool-call": {
        const call = Called.safeParse(data).data;
        if (call?.version != null) calls.set(call.id, call.name);
        break;
      }
      case "tool-result": {
        const result = Returned.safeParse(data).data;
        const name = result?.status === "returned" ? calls.get(result.id) : undefined;
        if (name !== undefined) tools.add(name);
        break;
      }
      case "model-reply": {
        modelCalls++;
        const paid = Replied.safeParse(data).data?.costUsd;
        cost = cost === undefined || paid == null ? undefined : cost + paid;
        break;
      }
      case "signal-received": {
        const sent = Sent.safeParse(data).data;
        if (sent?.name.startsWith("question:") === true)
          said.push(`answered: ${textOf(sent.payload)}`);
        break;
      }
      case "answer-given":
        answer = Answered.safeParse(data).data?.answer ?? null;
        break;
      case "request-status": {
        const parsed = Status.safeParse(data).data;
        status = parsed?.to ?? status;
        cause = parsed?.cause ?? cause;
        break;
      }
      default:
        break;
    }
  }
  if (submitted === undefined) return undefined;
  const { user } = submitted;
  return OutcomeRecord.safeParse({
    requestId: id,
    ...(user == null ? {} : { user }),
    words: wordsOf(submitted),
    status,
    text: answer === null ? cause : textOf(answer),
    tools: [...tools],
    plan,
    said,
    modelCalls,
    ...(cost === undefined ? {} : { costUsd: cost }),
    time: endedAt ?? startedAt,
  }).data;
}

function wordsOf({ objective, requirements, constraints }: z.output<typeof Submitted>): string {
  return [objective, ...requirements, ...constraints].join("\n");
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function keyOf(words: string): string {
  return digestText(words.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim());
}
