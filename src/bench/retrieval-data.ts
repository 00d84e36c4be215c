/**
 * Reads retrieval sets: a corpus line is `{ id, name, description, category?, parameters: [{ name,
 * description? }] }`, a query line `{ id, query, gold: [id, ...] }`. A bad line is named.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { SearchDocument } from "../../toolstore/retrieval/document.ts";
import { InputError } from "../core/errors.ts";
import { checkSchema, fieldOf } from "../core/schema-check.ts";

const CorpusLine = z.looseObject({
  id: z.string().min(1),
  name: z.string(),
  description: z.string(),
  category: z.string().nullish(),
  parameters: z.array(z.looseObject({ name: z.string(), description: z.string().nullish() })),
});
export type CorpusLine = z.output<typeof CorpusLine>;

const QueryLine = z.looseObject({
  id: z.union([z.string(), z.number()]),
  query: z.string().min(1),
  gold: z.array(z.string()).min(1),
});
export type QueryLine = z.output<typeof QueryLine>;

export interface RetrievalSet {
  readonly corpus: readonly CorpusLine[];
  readonly queries: readonly QueryLine[];
}

/**
 * @throws InputError BAD_DATA_FILE if a file cannot be read or is empty, BAD_DATA_LINE with file, line
 *   and field if a line is invalid.
 */
export function readRetrievalSet(corpusFile: string, queriesFile: string): RetrievalSet {
  const corpus = readLines(corpusFile, CorpusLine);
  const known = new Set<string>();
  corpus.forEach(({ value, line }) => {
    if (known.has(value.id))
      throw badLine(corpusFile, line, "id", `expected a unique id, got "${value.id}" twice`);
    known.add(value.id);
  });
  const queries = readLines(queriesFile, QueryLine);
  for (const { value, line } of queries) {
    const missing = value.gold.findIndex((id) => !known.has(id));
    if (missing !== -1) {
      const problem = `expected a tool of ${corpusFile}, got "${value.gold[missing]}"`;
      throw badLine(queriesFile, line, `gold.${missing}`, problem);
    }
  }
  return { corpus: corpus.map(({ value }) => value), queries: queries.map(({ value }) => value) };
}

export function corpusDocument(tool: CorpusLine, queries: readonly string[]): SearchDocument {
  return {
    name: tool.name,
    description: tool.description,
    ...(typeof tool.category === "string" ? { category: tool.category } : {}),
    parameterNames: tool.parameters.map(({ name }) => name),
    parameterTexts: tool.parameters.map(({ description }) => description ?? ""),
    examples: [],
    identifiers: [],
    queries,
  };
}

function readLines<T>(file: string, schema: z.ZodType<T>): { value: T; line: number }[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new InputError(
      "BAD_DATA_FILE",
      `Expected a file of JSON lines, got ${file}, which cannot be read: check the path.`,
      { facts: { file }, cause },
    );
  }
  const values: { value: T; line: number }[] = [];
  text.split("\n").forEach((row, index) => {
    if (row.trim() === "") return;
    let data: unknown;
    try {
      data = JSON.parse(row);
    } catch {
      throw badLine(file, index + 1, "the whole line", "expected JSON, got other text");
    }
    const checked = checkSchema(schema, data);
    if (!checked.ok) {
      const [{ path, message } = { path: [], message: "" }] = checked.faults;
      throw badLine(file, index + 1, fieldOf(path) || "the whole line", message);
    }
    values.push({ value: checked.data, line: index + 1 });
  });
  if (values.length > 0) return values;
  throw new InputError("BAD_DATA_FILE", `Expected JSON lines in ${file}, got none.`, {
    facts: { file },
  });
}

function badLine(file: string, line: number, field: string, problem: string): InputError {
  return new InputError(
    "BAD_DATA_LINE",
    `${file}:${line}: ${field}: ${problem}. Correct the line.`,
    {
      facts: { file, line, field },
    },
  );
}
