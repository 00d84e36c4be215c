/**
 * Outcomes of requests: an index over the trace, updated by `catchUp`. The trace is the source; a lost
 * index is rebuilt from it.
 */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { digestText } from "../core/digest.ts";
import type { RunSummary } from "../core/event.ts";
import { ANSWER_TYPES, answersIn } from "../core/events/answers.ts";
import { readEvents } from "../core/events/read.ts";
import type { DataOf } from "../core/events/schemas.ts";
import { JsonObject } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import { scoreTexts } from "./rank.ts";

export const OutcomeRecord = z.object({
  requestId: z.string(),
  user: z.string().exactOptional(),
  words: z.string(),
  status: z.enum(["SUCCEEDED", "FAILED", "CANCELED"]),
  /** The answer, or the reason why there is none. */
  text: z.string(),
  /** Stored tools with at least one successful call. */
  tools: z.array(z.string()),
  /** Steps of the last plan. */
  plan: z.array(JsonObject),
  /** The person's answers and changes while it ran. */
  said: z.array(z.string()),
  modelCalls: z.int(),
  costUsd: z.number().exactOptional(),
  time: z.string(),
});
export type OutcomeRecord = z.output<typeof OutcomeRecord>;

export interface OutcomeIndex {
  /** Reads requests that have ended since the last call. */
  catchUp(): Promise<void>;
  /** Outcomes of one person's requests, or of requests without a user; newest first. */
  list(user: string | undefined, limit: number): readonly OutcomeRecord[];
  find(
    user: string | undefined,
    queries: readonly string[],
    limit: number,
  ): readonly (OutcomeRecord & { readonly score: number })[];
  /** The newest successful request with the same words, ignoring case and spaces. */
  equal(user: string | undefined, words: string): OutcomeRecord | undefined;
}

/** Only this many of the newest outcomes are searched. */
const MAX_SEARCHED = 2_000;

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
  const parse = (rows: readonly unknown[]): readonly OutcomeRecord[] =>
    rows
      .map((row) => OutcomeRecord.parse(JSON.parse(String((row as { record: unknown }).record))))
      .filter((record) => !isEngineFailure(record));

  const index: OutcomeIndex = {
    async catchUp() {
      const known = new Set(ids.all().map((row) => String(row.request_id)));
      for (const run of await events.runs()) {
        if (!isFinishedRequest(run) || known.has(run.id)) continue;
        const record = await readOutcome(events, run);
        // A run that is not readable as a request is recorded too, so that it is not read every time.
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
    list: (user, limit) => parse(newest.all(user ?? null, limit)),
    find(user, queries, limit) {
      const records = index.list(user, MAX_SEARCHED);
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
      parse(same.all(user ?? null, keyOf(words))).find(({ status }) => status === "SUCCEEDED"),
  };
  return index;
}

function isFinishedRequest({ kind, status, parent }: RunSummary): boolean {
  const ended = status === "succeeded" || status === "failed" || status === "canceled";
  return kind === "request" && parent === undefined && ended;
}

const READ = [
  "request-submit",
  "request-revised",
  "plan-proposed",
  "tool-call",
  "tool-result",
  "model-reply",
  ...ANSWER_TYPES,
  "answer-given",
  "request-status",
] as const;

async function readOutcome(
  events: EventStore,
  { id, endedAt, startedAt }: RunSummary,
): Promise<OutcomeRecord | undefined> {
  let words: string | undefined;
  let user: string | undefined;
  let plan: OutcomeRecord["plan"] = [];
  let status: string | undefined;
  let cause = "";
  let answer: string | undefined;
  let modelCalls = 0;
  let cost: number | undefined = 0;
  const calls = new Map<string, string>();
  const tools = new Set<string>();
  const said: string[] = [];
  const readAnswer = answersIn();

  for await (const event of readEvents(events, id, READ)) {
    switch (event.type) {
      case "request-submit":
        words = wordsOf(event.data);
        user = event.data.user;
        break;
      case "request-revised":
        words = wordsOf(event.data);
        said.push(`changed the request to: ${words}`);
        break;
      case "plan-proposed":
        if ("steps" in event.data) plan = event.data.steps.map((step) => ({ ...step }));
        break;
      case "tool-call":
        if (event.data.version !== undefined) calls.set(event.data.id, event.data.name);
        break;
      case "tool-result": {
        const name = event.data.status === "returned" ? calls.get(event.data.id) : undefined;
        if (name !== undefined) tools.add(name);
        break;
      }
      case "model-reply": {
        modelCalls++;
        const paid = "error" in event.data ? undefined : event.data.costUsd;
        cost = cost === undefined || paid === undefined ? undefined : cost + paid;
        break;
      }
      case "wait-started":
      case "signal-received":
      case "wait-done": {
        const answered = readAnswer(event);
        if (answered !== undefined) said.push(`answered: ${answered.reply}`);
        break;
      }
      case "answer-given":
        answer = `${event.data.answer}${event.data.unchecked === undefined ? "" : " (unchecked)"}`;
        break;
      case "request-status":
        status = event.data.to;
        ({ cause } = event.data);
        break;
    }
  }
  if (words === undefined) return undefined;
  const { data: record } = OutcomeRecord.safeParse({
    requestId: id,
    ...present({ user }),
    words,
    status,
    text: answer ?? cause,
    tools: [...tools],
    plan,
    said,
    modelCalls,
    ...present({ costUsd: cost }),
    time: endedAt ?? startedAt,
  });
  return record === undefined || isEngineFailure(record) ? undefined : record;
}

/** The code of an error, as the cause of a failure holds it. */
const ERROR_CODE = /(?:^|\s)(?:[A-Z]+(?:_[A-Z]+)+|UNEXPECTED|INVARIANT): /;

/** A failure of the engine or of a model says nothing about the request. */
function isEngineFailure({ status, text }: OutcomeRecord): boolean {
  return status === "FAILED" && ERROR_CODE.test(text);
}

type Words = Pick<DataOf<"request-submit">, "objective" | "requirements" | "constraints">;

function wordsOf({ objective, requirements, constraints }: Words): string {
  return [objective, ...requirements, ...constraints].join("\n");
}

function keyOf(words: string): string {
  return digestText(words.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim());
}
