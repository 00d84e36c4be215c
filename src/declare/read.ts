/**
 * Reads YAML files to objects: any number of documents, each with any of the sections. The objects fit
 * their schemas; references are checked later.
 */
import type { z } from "zod";
import { checkSchema, type FaultKind, fieldOf, type SchemaFault } from "../core/schema-check.ts";
import { didYouMean } from "../core/text/near-miss.ts";
import { readDocuments } from "../core/text/yaml.ts";
import type { Fault } from "./faults.ts";
import { type Body, SECTION_NAMES, SECTIONS, type Section } from "./schema.ts";

export interface ManifestFile {
  /** The name that faults use. */
  readonly name: string;
  readonly text: string;
}

/** An object of a file. */
export type Entry = {
  [S in Section]: {
    readonly section: S;
    readonly body: Body<S>;
    /** Makes a fault about one of its fields. */
    readonly fault: (path: readonly PropertyKey[], code: string, message: string) => Fault;
  };
}[Section];

export interface ReadManifest {
  readonly entries: readonly Entry[];
  readonly faults: readonly Fault[];
}

export function readManifest(files: readonly ManifestFile[]): ReadManifest {
  const entries: Entry[] = [];
  const faults: Fault[] = [];
  for (const file of files) readFile(file, entries, faults);
  if (entries.length === 0 && faults.length === 0) {
    const place = { file: files[0]?.name ?? "-", line: 1, column: 1, field: "" };
    faults.push({
      ...place,
      code: "EMPTY_MANIFEST",
      message: `Expected at least one object in one of ${SECTION_NAMES.join(", ")}, got none.`,
    });
  }
  return { entries, faults };
}

function readFile({ name, text }: ManifestFile, entries: Entry[], faults: Fault[]): void {
  const read = readDocuments(text);
  faults.push(...read.faults.map((fault) => ({ file: name, field: "", ...fault })));
  for (const { value, placeOf } of read.documents) {
    const faultAt: FaultAt = (path, code, message) => ({
      file: name,
      ...placeOf(path),
      field: fieldOf(path),
      code,
      message,
    });
    readDocument(value, faultAt, entries, faults);
  }
}

type FaultAt = (path: readonly PropertyKey[], code: string, message: string) => Fault;

function readDocument(value: unknown, faultAt: FaultAt, entries: Entry[], faults: Fault[]): void {
  const known = SECTION_NAMES.join(", ");
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const message = `Expected a mapping with the sections ${known}, got ${kindOf(value)}.`;
    faults.push(faultAt([], "WRONG_TYPE", message));
    return;
  }
  for (const [key, list] of Object.entries(value)) {
    const section = SECTION_NAMES.find((each) => each === key);
    if (section === undefined) {
      const message = `There is no section "${key}"${didYouMean(key, SECTION_NAMES)}: expected one of ${known}.`;
      faults.push(faultAt([key], "UNKNOWN_SECTION", message));
    } else if (Array.isArray(list)) {
      for (const [index, item] of list.entries()) {
        const at: FaultAt = (path, code, message) => faultAt([key, index, ...path], code, message);
        readObject(section, item, at, entries, faults);
      }
    } else if (list !== null) {
      const message = `Expected a list of ${key}, got ${kindOf(list)}: begin each with "- name:".`;
      faults.push(faultAt([key], "WRONG_TYPE", message));
    }
  }
}

function readObject(
  section: Section,
  item: unknown,
  fault: FaultAt,
  entries: Entry[],
  faults: Fault[],
): void {
  const checked = checkSchema<z.ZodType>(SECTIONS[section], item);
  if (checked.ok) entries.push({ section, body: checked.data, fault } as Entry);
  else faults.push(...checked.faults.map((each) => faultOf(each, fault)));
}

const CODES = {
  "unknown-key": "UNKNOWN_KEY",
  missing: "MISSING_FIELD",
  "wrong-type": "WRONG_TYPE",
  "bad-format": "BAD_FORMAT",
  "unknown-value": "UNKNOWN_VALUE",
  "out-of-range": "OUT_OF_RANGE",
  empty: "EMPTY_FIELD",
  other: "WRONG_TYPE",
} as const satisfies Readonly<Record<FaultKind, string>>;

const SECRET =
  "Secrets must not be in a manifest. Give the name of the variable that holds it, as in api_key_env.";

function faultOf({ kind, path, message }: SchemaFault, fault: FaultAt): Fault {
  const text = `${message[0]?.toUpperCase()}${message.slice(1)}.`;
  if (kind === "unknown-key" && /^(api_?key|token|secret|password)$/i.test(String(path.at(-1)))) {
    return fault(path, "SECRET_BY_VALUE", SECRET);
  }
  if (kind === "bad-format" && path.includes("env")) return fault(path, "SECRET_BY_VALUE", text);
  if (kind === "bad-format" && path.at(-1) === "name") return fault(path, "BAD_NAME", text);
  return fault(path, CODES[kind], text);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "a list" : value === null ? "nothing" : `a ${typeof value}`;
}
