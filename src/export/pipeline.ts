/**
 * From examples to rows, in stages; every drop has a reason:
 *
 *   filter, terms -> clean -> exact and near duplicates -> sealed cases -> convert -> secrets, tokens
 *   -> balance, cap per task -> split -> weigh
 *
 * Equal examples and options give equal rows in equal order. Waiting examples are on disk: memory grows
 * with the number of examples, not with their length.
 */
import { digestText } from "../core/digest.ts";
import { canonicalJson, type Json } from "../core/json.ts";
import { type Fingerprint, fingerprint, overlapWith } from "../core/shingles.ts";
import { createRedactor } from "../trace/redact/redact.ts";
import { clean } from "./clean.ts";
import { nearDuplicates } from "./duplicates.ts";
import { type ChatMessage, type Example, imagesIn, messagesOf, type Prompt } from "./examples.ts";
import { clashes, imageFault, isPictured } from "./file-rules.ts";
import { RULES } from "./formats.ts";
import { storedWords } from "./images.ts";
import { balanced, byGain, capped, type Draft, quartiles, type Sketch } from "./limits.ts";
import { filteredBy, forbiddenTerm, type ResolvedOptions } from "./options.ts";
import type { PersonalRedaction } from "./personal.ts";
import type { Spill } from "./spill.ts";
import { type SplitName, splitByFamily } from "./split.ts";
import { type TokenCounter, tokensOf } from "./tokens.ts";

/** The line has no line break; images are placeholders in it. */
export interface FinishedRow extends Draft {
  readonly split: SplitName;
  /** How often it is written. */
  readonly repeats: number;
}

/** What rows are checked against; built once per export. */
export interface Measures {
  readonly tokens: TokenCounter;
  /** Fingerprints of the sealed cases of the home's runs. */
  readonly sealed: readonly Fingerprint[];
  /** Stores examples and rows while they wait. */
  readonly spill: Spill;
  /** Absent: personal data stay. */
  readonly personal?: PersonalRedaction;
  /** Whether the bytes of an image are available. */
  readonly hasImage?: (sha256: string) => boolean;
}

/** An example that waits on disk. */
interface Waiting extends Sketch {
  readonly load: () => Example;
}

/** @param drop Called for every example that is dropped. */
export async function finishedRows(
  examples: Iterable<Example> | AsyncIterable<Example>,
  options: ResolvedOptions,
  measures: Measures,
  drop: (reason: string) => void,
): Promise<readonly FinishedRow[]> {
  const left = await chosen(examples, options, measures, drop);
  const drafts = converted(left, options, measures, drop);
  const kept = capped(balanced(drafts, drop), options, drop);
  const splits = splitByFamily(
    kept.map(({ origin }) => origin.families),
    options.validation,
    options.salt,
  );
  const worth = options.weighting === "none" ? undefined : quartiles(kept);
  return kept.map((draft, index) => {
    const split = splits[index] ?? "train";
    const quartile = worth?.get(draft) ?? 1;
    const weighted = options.weighting === "weight";
    return {
      ...draft,
      line: weighted
        ? () => JSON.stringify({ ...JSON.parse(draft.line()), weight: quartile / 4 })
        : draft.line,
      split,
      repeats: options.weighting === "repeat" && split === "train" ? quartile : 1,
    };
  });
}

/** Filters, terms, cleaning, duplicates and sealed cases, in the order of the examples. */
async function chosen(
  examples: Iterable<Example> | AsyncIterable<Example>,
  options: ResolvedOptions,
  measures: Measures,
  drop: (reason: string) => void,
): Promise<readonly Waiting[]> {
  const seen = new Set<string>();
  const labels = new Map<string, boolean>();
  const holdsSealed = overlapWith([
    ...measures.sealed,
    fingerprint(options.sealed, { kept: Number.POSITIVE_INFINITY }),
  ]);
  const unique: Waiting[] = [];
  for await (const example of examples) {
    const reason = refusal(example, options);
    const cleaned = reason ?? clean(measures.personal?.example(example) ?? example);
    if (typeof cleaned === "string") {
      drop(cleaned);
      continue;
    }
    const digest = digestText(canonicalJson(contentOf(cleaned)));
    if (seen.has(digest)) {
      drop("duplicate");
      continue;
    }
    seen.add(digest);
    const text = textOf(messagesOf(cleaned));
    if (cleaned.kind === "labelled") {
      const key = digestText(text);
      const before = labels.get(key);
      labels.set(key, cleaned.label);
      if (before !== undefined && before !== cleaned.label) {
        drop("one answer with both labels");
        continue;
      }
    }
    if (holdsSealed(text)) drop("it holds a part of a sealed case");
    else unique.push(waiting(cleaned, measures.spill));
  }
  return withoutNear(unique, options.nearDuplicates, drop);
}

function waiting(example: Example, spill: Spill): Waiting {
  const { origin, kind } = example;
  const place = spill.put(JSON.stringify(contentOf(example)));
  const messages = messagesOf(example);
  return {
    kind,
    ...(kind === "labelled" ? { label: example.label } : {}),
    origin,
    images: imagesIn(messages),
    hasCalls: messages.some(({ role }) => role === "tool"),
    load: () => ({ ...(JSON.parse(spill.text(place)) as Example), origin }),
  };
}

function refusal(example: Example, { filters, terms }: ResolvedOptions): string | undefined {
  const filtered = filteredBy(example.origin, filters, example.kind !== "conversation");
  if (filtered !== undefined) return filtered;
  const term = forbiddenTerm(example.origin, terms);
  return term === undefined ? undefined : `terms: ${term}`;
}

/** Of two near duplicates, the one with the larger gain stays. */
function withoutNear(
  examples: readonly Waiting[],
  threshold: number,
  drop: (reason: string) => void,
): readonly Waiting[] {
  if (threshold >= 1) return examples;
  const finder = nearDuplicates(threshold);
  const alike = new Set<Waiting>();
  for (const waits of byGain(examples)) {
    // Prompts of one task are always similar; exact duplicates are already removed.
    if (waits.kind === "prompt") continue;
    const example = waits.load();
    if (example.kind === "prompt" || !finder.isNear(taughtText(example))) continue;
    alike.add(waits);
    drop("near duplicate");
  }
  return examples.filter((example) => !alike.has(example));
}

/** The content by which two examples are compared: everything except the origin. */
function contentOf(example: Example): Json {
  const { origin: _, ...content } = example;
  return content as unknown as Json;
}

/**
 * The text that an example teaches. For an improvement this is only the program: the same program is
 * the same lesson, whatever its parents; another label is another lesson.
 */
function taughtText(example: Exclude<Example, Prompt>): string {
  switch (example.kind) {
    case "conversation":
      return example.origin.recipe === "improve"
        ? textOf(example.messages.slice(-1))
        : textOf(example.messages);
    case "preference":
      return example.origin.recipe === "human-edit"
        ? textOf(messagesOf(example))
        : textOf([example.chosen, example.rejected]);
    case "labelled":
      return `${example.label} ${textOf([example.completion])}`;
  }
}

function textOf(messages: readonly ChatMessage[]): string {
  return messages
    .map((message) =>
      message.role === "assistant" && message.toolCalls !== undefined
        ? `${message.content}\n${canonicalJson(message.toolCalls.map((call) => [call.name, call.arguments]))}`
        : [message.content, ...imagesIn([message]).map(storedWords)].join("\n"),
    )
    .join("\n\n");
}

function converted(
  examples: readonly Waiting[],
  { format, maxTokens, images }: ResolvedOptions,
  { tokens: counter, spill, hasImage = () => false }: Measures,
  drop: (reason: string) => void,
): readonly Draft[] {
  const { convert, typed } = RULES[format];
  const secrets = createRedactor().session();
  const types = new Map<string, string>();
  const pictured = images === "keep" && isPictured(format, examples);
  return examples.flatMap((waits): Draft[] => {
    const { load, ...sketch } = waits;
    const example = load();
    const fault = imageFault({ format, images }, pictured, waits, hasImage);
    const row = fault ?? convert(example, pictured);
    if (typeof row === "string") {
      drop(row);
      return [];
    }
    const line = JSON.stringify(row);
    if (secrets.text(line) !== line) {
      drop("it holds a secret");
      return [];
    }
    const tokens = tokensOf(example, counter);
    if (tokens > maxTokens) {
      drop(`longer than ${maxTokens} tokens`);
      return [];
    }
    if (typed && clashes(row, types)) {
      drop("a value of another type than in earlier rows");
      return [];
    }
    const place = spill.put(line);
    return [
      { ...sketch, tokens, pictured, digest: digestText(line), line: () => spill.text(place) },
    ];
  });
}
