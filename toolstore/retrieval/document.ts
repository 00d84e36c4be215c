/**
 * The searchable text of a tool, and how strongly each term represents it.
 *
 * The fields add up to one weighted count per term (fielded BM25 in its simple form; weights from a
 * study of ten tool sets), which saturates. Served requests are counted separately, because many of them
 * would otherwise outweigh the description.
 */
import { type Bm25, saturation } from "../../src/core/text/bm25.ts";
import { terms, words } from "../../src/core/text/terms.ts";
import { purposeOf, type Tool } from "../../src/core/tool.ts";

export interface SearchDocument {
  readonly name: string;
  readonly description: string;
  readonly category?: string;
  readonly parameterNames: readonly string[];
  readonly parameterTexts: readonly string[];
  /** Words of its examples. */
  readonly examples: readonly string[];
  /** Identifiers of its body. */
  readonly identifiers: readonly string[];
  /** Words of requests that it served. */
  readonly queries: readonly string[];
}

const WEIGHTS = {
  name: 2,
  description: 1,
  category: 0.25,
  parameterNames: 0.5,
  parameterTexts: 0.25,
  examples: 0.1,
  identifiers: 0.1,
} as const;

const BM25: Bm25 = { k1: 1.2, b: 0.6 };
/** Weighted terms of an average tool; fixed, so that scores do not change as a store grows. */
const AVERAGE_LENGTH = 20;
/** Maximum strength of a term that occurs in served requests but not in the tool. */
const USE_WEIGHT = 0.7;

/**
 * Term -> how strongly it represents the tool, in (0, 1): 1 - (1 - text) (1 - use), where text is the
 * BM25 saturation of the weighted count, and use that of the number of served requests with the term.
 */
export function strengths(document: SearchDocument): Map<string, number> {
  const counts = new Map<string, number>();
  let length = 0;
  const add = (text: string, weight: number) => {
    for (const term of terms(text)) {
      counts.set(term, (counts.get(term) ?? 0) + weight);
      length += weight;
    }
  };
  add(document.name, WEIGHTS.name);
  add(document.description, WEIGHTS.description);
  if (document.category !== undefined) add(document.category, WEIGHTS.category);
  for (const text of document.parameterNames) add(text, WEIGHTS.parameterNames);
  for (const text of document.parameterTexts) add(text, WEIGHTS.parameterTexts);
  for (const text of document.examples) add(text, WEIGHTS.examples);
  for (const text of document.identifiers) add(text, WEIGHTS.identifiers);

  for (const [term, count] of counts) {
    counts.set(term, saturation(count, length, AVERAGE_LENGTH, BM25));
  }

  const uses = new Map<string, number>();
  for (const query of document.queries) {
    for (const term of new Set(terms(query))) uses.set(term, (uses.get(term) ?? 0) + 1);
  }
  for (const [term, count] of uses) {
    const use = (USE_WEIGHT * count) / (count + 1);
    counts.set(term, 1 - (1 - (counts.get(term) ?? 0)) * (1 - use));
  }
  return counts;
}

const MAX_EXAMPLE_WORDS = 30;
const MAX_IDENTIFIERS = 40;

/** @param queries Requests that any version of the tool served. */
export function toolDocument(tool: Tool, queries: readonly string[]): SearchDocument {
  const parameterNames: string[] = [];
  const parameterTexts: string[] = [];
  collectParameters(tool.parameters, parameterNames, parameterTexts);
  return {
    name: tool.name,
    description: purposeOf(tool),
    parameterNames,
    parameterTexts,
    examples: exampleWords(tool),
    identifiers: identifiers(tool.source),
    queries,
  };
}

function collectParameters(schema: Tool["parameters"], names: string[], texts: string[]): void {
  const properties = schema.properties;
  if (!isObject(properties)) return;
  for (const [name, property] of Object.entries(properties)) {
    names.push(name);
    if (!isObject(property)) continue;
    const text = property.description;
    if (typeof text === "string") texts.push(text);
    const choices = property.enum;
    if (Array.isArray(choices)) texts.push(choices.filter((c) => typeof c === "string").join(" "));
  }
}

function exampleWords(tool: Tool): string[] {
  const found = new Set<string>();
  const walk = (value: unknown) => {
    if (found.size >= MAX_EXAMPLE_WORDS) return;
    if (typeof value === "string") for (const word of words(value.slice(0, 200))) found.add(word);
    else if (typeof value === "object" && value !== null) {
      for (const inner of Object.values(value)) walk(inner);
    }
  };
  for (const example of tool.cases.slice(0, 5)) walk([example.args, example.expected]);
  return [...found].slice(0, MAX_EXAMPLE_WORDS);
}

const KEYWORDS = new Set(
  `abstract any as async await boolean break case catch class const continue debugger def default
  delete do elif else enum except export extends false finally for from function if implements import
  in instanceof interface is lambda let new none not null number of or pass public private return
  self static string super switch this throw true try type typeof undefined var void while with yield
  math json array object map set length push slice sort filter reduce index result value item len range
  print str int float list dict console log prototype`.split(/\s+/),
);

function identifiers(source: string): string[] {
  const found = new Set<string>();
  for (const [name] of source.slice(0, 20_000).matchAll(/[A-Za-z_$][A-Za-z0-9_$]{2,}/g)) {
    if (!KEYWORDS.has(name.toLowerCase())) found.add(name);
    if (found.size >= MAX_IDENTIFIERS) break;
  }
  return [...found];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
