/**
 * Reads YAML, and JSON as its subset, to JSON values: examples, specs, manifests and configurations are
 * all read here.
 *
 * What another reader would guess at is a fault with its place: an alias without an anchor, an unknown
 * tag, a key twice, a key that is not text. Merge keys (`<<`) work.
 */
import { createRequire } from "node:module";
import type { Document, Pair, ParsedNode } from "yaml";
import { exactInteger } from "../json.ts";
import { faultsOf } from "./yaml-faults.ts";

export interface Place {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface DocumentFault extends Place {
  readonly code: "DUPLICATE_KEY" | "YAML_SYNTAX";
  /** What was expected, what came, what to do. With a full stop. */
  readonly message: string;
}

export interface ReadDocument {
  readonly value: unknown;
  /** A field: its key in a mapping, its value in a list; if it is missing, its parent. */
  placeOf(path: readonly PropertyKey[]): Place;
}

export interface ReadDocuments {
  /** Those that are not empty. */
  readonly documents: readonly ReadDocument[];
  readonly faults: readonly DocumentFault[];
}

/** Any number of documents. */
export function readDocuments(text: string): ReadDocuments {
  // Imported at the first file: short commands need the package for nothing else.
  const yaml: typeof import("yaml") = createRequire(import.meta.url)("yaml");
  const lines = new yaml.LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const parsed = yaml.parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    intAsBigInt: true,
  });
  const documents: ReadDocument[] = [];
  const faults: DocumentFault[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const found = faultsOf(yaml, document);
    for (const { offset, code, message } of found) {
      faults.push({ ...placeAt(offset), code: code ?? "YAML_SYNTAX", message });
    }
    if (found.length > 0 || document.contents === null) continue;
    const value: unknown = document.toJS({ maxAliasCount: -1, reviver: exactInteger });
    if (value === null) continue;
    documents.push({ value, placeOf: (path) => placeAt(offsetOf(document, path)) });
  }
  return { documents, faults };
}

/** One document; an empty text is null. */
export function readDocument(text: string): ReadDocument | DocumentFault {
  const { documents, faults } = readDocuments(text);
  const [first, second] = documents;
  if (faults[0] !== undefined) return faults[0];
  if (second !== undefined) {
    return {
      ...second.placeOf([]),
      code: "YAML_SYNTAX",
      message: 'Expected one document, got a second one after "---". Put it into its own file.',
    };
  }
  return first ?? { value: null, placeOf: () => ({ line: 1, column: 1 }) };
}

/** Offset of a field; if it is missing, of its parent. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  if (path.length === 0) return document.contents?.range[0] ?? document.range[0];
  const parentPath = path.slice(0, -1);
  const parent = parentPath.length === 0 ? document.contents : document.getIn(parentPath, true);
  const pairs = (parent as { readonly items?: readonly Pair<ParsedNode>[] } | null)?.items;
  const pair = pairs?.find(
    (each) => String((each.key as { value?: unknown })?.value) === String(path.at(-1)),
  );
  const node = (pair?.key ?? document.getIn(path, true)) as ParsedNode | undefined | null;
  return node?.range?.[0] ?? offsetOf(document, parentPath);
}
