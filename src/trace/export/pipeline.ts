/**
 * From examples to rows, one stage after the other, each drop with its reason:
 *
 *   filter, terms -> clean -> exact and near duplicates -> sealed cases -> convert -> secrets, tokens
 *   -> balance, cap per task -> split -> weigh
 *
 * Pure: equal examples and options give equal rows in equal order.
 */
import { digestText } from "../../core/digest.ts";
import { canonicalJson, type Json } from "../../core/json.ts";
import { type Fingerprint, fingerprint, overlapWith } from "../../core/shingles.ts";
import { createRedactor } from "../redact.ts";
import type { Row } from "./chat.ts";
import { clean } from "./clean.ts";
import { nearDuplicates } from "./duplicates.ts";
import { type ChatMessage, type Example, messagesOf, type Prompt } from "./examples.ts";
import { RULES } from "./formats.ts";
import { balanced, byGain, capped, type Draft, quartiles } from "./limits.ts";
import { filteredBy, forbiddenTerm, type ResolvedOptions } from "./options.ts";
import { withoutPersonal } from "./personal.ts";
import { type SplitName, splitByFamily } from "./split.ts";
import { type TokenCounter, tokensOf } from "./tokens.ts";

export interface FinishedRow {
  readonly line: string;
  readonly tokens: number;
  readonly split: SplitName;
  /** Times that it is written. */
  readonly repeats: number;
  readonly example: Example;
}

/** What the rows are measured against, made once for an export. */
export interface Measures {
  readonly tokens: TokenCounter;
  /** By what the sealed cases of the home's runs are known. */
  readonly sealed: readonly Fingerprint[];
  /** Told of every piece of personal data that was taken out. */
  readonly personal?: (kind: string) => void;
}

/** @param drop Told of every example that goes no further. */
export function finishedRows(
  examples: Iterable<Example>,
  options: ResolvedOptions,
  measures: Measures,
  drop: (reason: string) => void,
): readonly FinishedRow[] {
  const left = chosen(examples, options, measures, drop);
  const drafts = converted(left, options, measures, drop);
  const kept = capped(balanced(drafts, drop), options, drop);
  const splits = splitByFamily(
    kept.map(({ example }) => example.origin.families),
    options.validation,
    options.salt,
  );
  const worth = options.weighting === "none" ? undefined : quartiles(kept);
  return kept.map((draft, index) => {
    const split = splits[index] ?? "train";
    const quartile = worth?.get(draft) ?? 1;
    const weighted =
      options.weighting === "weight" ? { ...draft.row, weight: quartile / 4 } : undefined;
    return {
      line: weighted === undefined ? draft.line : JSON.stringify(weighted),
      tokens: draft.tokens,
      split,
      repeats: options.weighting === "repeat" && split === "train" ? quartile : 1,
      example: draft.example,
    };
  });
}

/** Filters, terms, cleaning, duplicates and sealed cases, in the order of the examples. */
function chosen(
  examples: Iterable<Example>,
  options: ResolvedOptions,
  measures: Measures,
  drop: (reason: string) => void,
): readonly Example[] {
  const seen = new Set<string>();
  const labels = new Map<string, boolean>();
  const holdsSealed = overlapWith([
    ...measures.sealed,
    fingerprint(options.sealed, { kept: Number.POSITIVE_INFINITY }),
  ]);
  const unique: Example[] = [];
  for (const example of examples) {
    const reason = refusal(example, options);
    const cleaned = reason ?? clean(impersonal(example, options, measures));
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
    if (cleaned.kind === "labelled") {
      const text = textOf(messagesOf(cleaned));
      const before = labels.get(text);
      labels.set(text, cleaned.label);
      if (before !== undefined && before !== cleaned.label) {
        drop("one answer with both labels");
        continue;
      }
    }
    if (holdsSealed(textOf(messagesOf(cleaned)))) drop("it holds a part of a sealed case");
    else unique.push(cleaned);
  }
  return withoutNear(unique, options.nearDuplicates, drop);
}

function impersonal(
  example: Example,
  { personalData }: ResolvedOptions,
  { personal = () => {} }: Measures,
): Example {
  return personalData === "keep" ? example : withoutPersonal(example, personal);
}

function refusal(example: Example, { filters, terms }: ResolvedOptions): string | undefined {
  const filtered = filteredBy(example.origin, filters, example.kind !== "conversation");
  if (filtered !== undefined) return filtered;
  const term = forbiddenTerm(example.origin, terms);
  return term === undefined ? undefined : `terms: ${term}`;
}

/** Of two alike, the one with the larger gain stays. */
function withoutNear(
  examples: readonly Example[],
  threshold: number,
  drop: (reason: string) => void,
): readonly Example[] {
  if (threshold >= 1) return examples;
  const finder = nearDuplicates(threshold);
  const alike = new Set<Example>();
  for (const example of byGain(examples, (each) => each)) {
    // Prompts of one task are alike by nature; the exact ones are gone already.
    if (example.kind === "prompt" || !finder.isNear(taughtText(example))) continue;
    alike.add(example);
    drop("near duplicate");
  }
  return examples.filter((example) => !alike.has(example));
}

/** What makes two examples the same: everything but where they came from. */
function contentOf(example: Example): Json {
  const { origin: _, ...content } = example;
  return content as unknown as Json;
}

/**
 * What an example teaches: of an improvement, the program alone. The same one is one lesson, whatever
 * it was made of; another label is another lesson.
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
        : message.content,
    )
    .join("\n\n");
}

function converted(
  examples: readonly Example[],
  { format, maxTokens }: ResolvedOptions,
  { tokens: counter }: Measures,
  drop: (reason: string) => void,
): readonly Draft[] {
  const { convert, typed } = RULES[format];
  const secrets = createRedactor().session();
  const types = new Map<string, string>();
  return examples.flatMap((example): Draft[] => {
    const row = convert(example);
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
    return [{ example, row, line, tokens }];
  });
}

/**
 * Columns of Arrow have one type: whether a row has another one somewhere than the rows before it,
 * whose types are in `types` by path. What it has is added only if it does not clash.
 */
function clashes(row: Row, types: Map<string, string>): boolean {
  const found = new Map<string, string>();
  const visit = (value: Json, path: string): boolean => {
    if (value === null) return false;
    const type = Array.isArray(value) ? "list" : typeof value;
    const known = found.get(path) ?? types.get(path);
    if (known !== undefined && known !== type) return true;
    found.set(path, type);
    if (typeof value !== "object") return false;
    if (Array.isArray(value)) return value.some((item: Json) => visit(item, `${path}[]`));
    return Object.entries(value).some(([key, item]) =>
      visit(item, `${path}.${JSON.stringify(key)}`),
    );
  };
  if (visit(row, "")) return true;
  for (const [path, type] of found) types.set(path, type);
  return false;
}
