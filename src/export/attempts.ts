/**
 * The attempts of an evolution run: every candidate that was scored or failed, with its prompt. A
 * model's candidate has the prompt that was sent. A mutation's candidate has a prompt built from its
 * task and parents, so that runs without a model provide training data as well.
 */
import { present } from "../core/present.ts";
import { withoutReasoning } from "../core/text/reasoning.ts";
import type { ModelCall, RunRecord, TraceCandidate } from "../trace/read/read.ts";
import { type Authorship, authorshipOf } from "./calls.ts";
import type { AssistantMessage, ChatMessage, Origin } from "./examples.ts";
import { putAside } from "./images.ts";
import type { Programs } from "./texts.ts";
import { fenced, IMPROVE_SYSTEM, improvePrompt, taskName, taskSpec } from "./wording.ts";

interface Measured {
  readonly candidate: TraceCandidate;
  /** Equal for attempts with the same prompt. */
  readonly group: string;
  /** Approximate length of the written text, in UTF-16 units. */
  readonly length: number;
  /** Fitness minus the best parent's; undefined if either is undefined. */
  readonly gain: number | undefined;
  /** Finite; undefined if it failed, or ran on only some of the instances. */
  readonly fitness: number | undefined;
  /** The best parent's; undefined without scored parents. */
  readonly parentFitness: number | undefined;
  /** Whether it is the best of the run. */
  readonly best: boolean;
}

interface Words {
  readonly prompt: readonly ChatMessage[];
  readonly reply: AssistantMessage;
  /** Only the program, without the author's other text. */
  readonly program: AssistantMessage;
  readonly source: string;
  readonly origin: Origin;
}

export type Attempt = Measured & Words;

/** In order of their events. Duplicates of earlier candidates are left out. */
export function attemptsOf(record: RunRecord, programs: Programs): readonly Attempt[] {
  const { candidates, modelCalls, summary, start } = record;
  const written = new Set(
    candidates.flatMap(({ digest, sourceLength }) => (sourceLength === undefined ? [] : digest)),
  );
  const fitness = new Map<string, number>();
  for (const each of candidates) {
    if (each.status === "scored" && each.fitness !== undefined) {
      if (!fitness.has(each.digest)) fitness.set(each.digest, each.fitness);
    }
  }
  const authorship = authorshipOf(modelCalls);
  const ancestry = ancestryOf(candidates, authorship);
  const spec = taskSpec(record);
  const language = start?.language ?? "javascript";
  const task = taskName(record);
  const families = [
    ...(task === undefined ? [`run:${summary.id}`] : [`task:${task}`]),
    ...(summary.parent === undefined ? [] : [`request:${summary.parent}`]),
  ];

  const known = ({ parents }: TraceCandidate): readonly string[] =>
    parents
      .filter((parent) => written.has(parent))
      .toSorted((a, b) => (fitness.get(b) ?? -Infinity) - (fitness.get(a) ?? -Infinity));
  // Computed on demand and shared: a run has many attempts, and few are exported.
  const words: Words & ThisType<Measured> = {
    get prompt() {
      const asked = authorship(this.candidate)?.asked;
      if (asked !== undefined) return sentMessages(asked);
      const parts = known(this.candidate).map((parent) => ({
        ...programs(parent),
        fitness: fitness.get(parent),
      }));
      const content = improvePrompt(spec, parts, language);
      return [
        { role: "system" as const, content: IMPROVE_SYSTEM },
        { role: "user" as const, content },
      ];
    },
    get reply() {
      const { digest } = this.candidate;
      return replyOf(() => programs(digest).source, authorship(this.candidate)?.own, language);
    },
    get program() {
      const { source } = programs(this.candidate.digest);
      return { role: "assistant" as const, content: fenced(source, language) };
    },
    get source() {
      return programs(this.candidate.digest).source;
    },
    get origin() {
      const { candidate, fitness: score, gain } = this;
      return {
        run: summary.id,
        kind: summary.kind,
        recipe: "improve" as const,
        outcome: summary.status,
        time: candidate.time,
        ...present({ task }),
        ...ancestry(candidate.digest),
        tools: [],
        ...present({ score, gain }),
        families,
      };
    },
  };

  const attempts: Attempt[] = [];
  for (const candidate of candidates) {
    const { digest, sourceLength, parents, status } = candidate;
    if (sourceLength === undefined || status === "duplicate") continue;
    const author = authorship(candidate);
    const [best] = known(candidate);
    const parentFitness = best === undefined ? undefined : fitness.get(best);
    const scored = status === "scored" && candidate.fitness !== undefined;
    const measured: Measured = {
      candidate,
      group:
        author?.promptDigest === undefined
          ? `parents:${[...parents].sort().join(",")}`
          : `prompt:${author.promptDigest}`,
      length: withoutReasoning(author?.own?.reply?.content ?? "").trim().length || sourceLength,
      gain:
        scored && parentFitness !== undefined
          ? (candidate.fitness ?? 0) - parentFitness
          : undefined,
      fitness: scored ? candidate.fitness : undefined,
      parentFitness,
      best: digest === record.best,
    };
    attempts.push(Object.assign(Object.create(words) as Words, measured));
  }
  return attempts;
}

/** The messages of a call as they were sent. */
export function sentMessages(call: ModelCall): readonly ChatMessage[] {
  return call.messages.map(chatMessage);
}

function chatMessage(message: ModelCall["messages"][number]): ChatMessage {
  const { role, content, toolCalls = [], toolCallId = "", name = "" } = message;
  const images = putAside(message.images);
  switch (role) {
    case "system":
      return { role, content };
    case "user":
      return { role, content, ...images };
    case "assistant":
      return toolCalls.length === 0 ? { role, content } : { role, content, toolCalls };
    case "tool":
      return { role, toolCallId, name, content, ...images };
  }
}

/** The model's own reply if it is stored for this sample, else the program. */
function replyOf(
  source: () => string,
  own: ModelCall | undefined,
  language: string,
): AssistantMessage {
  const said = withoutReasoning(own?.reply?.content ?? "").trim();
  return { role: "assistant", content: said === "" ? fenced(source(), language) : said };
}

interface Ancestry {
  readonly models: readonly string[];
  readonly terms: readonly string[];
}

/** Models and terms of a program and of all its ancestors. */
function ancestryOf(
  candidates: readonly TraceCandidate[],
  authorship: (candidate: TraceCandidate) => Authorship | undefined,
): (digest: string) => Ancestry {
  const made = new Map<string, Ancestry>();
  // Thousands of programs have few different ancestries: equal ones share one object.
  const kept = new Map<string, Ancestry>();
  // Parents come before their children, so one pass in order is enough.
  for (const candidate of candidates) {
    const { digest, parents, generator } = candidate;
    if (made.has(digest)) continue;
    const author = authorship(candidate);
    const models = new Set<string>();
    const own = new Set<string>();
    if (author?.asked?.model !== undefined) models.add(author.asked.model);
    if (author !== undefined) own.add(author.asked?.terms ?? "unknown");
    // If a model's candidate has no call in the trace, its terms are unknown, not absent.
    else own.add(/llm|model/i.test(generator ?? "") ? "unknown" : "mutation");
    for (const parent of parents) {
      for (const model of made.get(parent)?.models ?? []) models.add(model);
      for (const each of made.get(parent)?.terms ?? []) own.add(each);
    }
    const ancestry = { models: [...models].sort(), terms: [...own].sort() };
    const key = JSON.stringify(ancestry);
    const known = kept.get(key) ?? ancestry;
    kept.set(key, known);
    made.set(digest, known);
  }
  return (digest) => made.get(digest) ?? { models: [], terms: ["unknown"] };
}
