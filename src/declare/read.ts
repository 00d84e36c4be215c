/**
 * YAML files to objects: any number of documents, each with any of the sections. What is read here
 * fits its schema; what it refers to is checked after that.
 */
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
} from "yaml";
import type { z } from "zod";
import { type Fault, fieldOf, type Place } from "./faults.ts";
import { type Body, SECTION_NAMES, SECTIONS, type Section } from "./schema.ts";

export interface ManifestFile {
  /** As it is named in faults. */
  readonly name: string;
  readonly text: string;
}

/** An object of a file. */
export type Entry = {
  [S in Section]: {
    readonly section: S;
    readonly body: Body<S>;
    /** A fault in a field of it. */
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
  const lineCounter = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { file: name, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const documents = parseAllDocuments(text, { lineCounter, prettyErrors: false });
  for (const document of Array.isArray(documents) ? documents : []) {
    for (const { code, message, pos } of document.errors) {
      faults.push({ ...placeAt(pos[0]), field: "", code: yamlCode(code), message: `${message}.` });
    }
    if (document.errors.length > 0) continue;
    let value: unknown;
    try {
      value = document.toJS();
    } catch (error) {
      const message = (error as Error).message;
      faults.push({ ...placeAt(document.range[0]), field: "", code: "YAML_SYNTAX", message });
      continue;
    }
    if (value === null || value === undefined) continue;
    const faultAt: FaultAt = (path, code, message) => ({
      ...placeAt(offsetOf(document, path)),
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
      const message = `There is no section "${key}": expected one of ${known}.`;
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
  const parsed = SECTIONS[section].safeParse(item, { reportInput: true });
  if (parsed.success) entries.push({ section, body: parsed.data, fault } as Entry);
  else faults.push(...parsed.error.issues.flatMap((issue) => faultsOf(issue, fault)));
}

function faultsOf(issue: z.core.$ZodIssue, fault: FaultAt): readonly Fault[] {
  const { path, message } = issue;
  const said = `${message[0]?.toUpperCase()}${message.slice(1)}.`;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) =>
        /^(api_?key|token|secret|password)$/i.test(key)
          ? fault(
              [...path, key],
              "SECRET_BY_VALUE",
              `A secret is never written down: name the variable that holds it, as in api_key_env.`,
            )
          : fault(
              [...path, key],
              "UNKNOWN_KEY",
              `There is no key "${key}" here: correct or remove it.`,
            ),
      );
    case "invalid_type":
      return issue.input === undefined
        ? [fault(path, "MISSING_FIELD", `Expected ${issue.expected}, got nothing: add it.`)]
        : [fault(path, "WRONG_TYPE", said)];
    case "invalid_format":
      if (path.includes("env")) return [fault(path, "SECRET_BY_VALUE", `Expected ${message}.`)];
      return [
        path.at(-1) === "name"
          ? fault(path, "BAD_NAME", `Expected ${message}.`)
          : fault(path, "BAD_FORMAT", said),
      ];
    case "invalid_value":
      return [fault(path, "UNKNOWN_VALUE", said)];
    case "too_small":
    case "too_big":
      return [
        issue.origin === "string"
          ? fault(path, "EMPTY_FIELD", "Expected some text, got none: write it, or remove the key.")
          : fault(path, "OUT_OF_RANGE", said),
      ];
    default:
      return [fault(path, "WRONG_TYPE", said)];
  }
}

/** Of the value at the path; of its key where the key is what is wrong; else of what is around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  const [range] = [document.range?.[0] ?? 0];
  if (path.length === 0) return document.contents?.range?.[0] ?? range;
  const around = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  const last = path.at(-1);
  const pair = isMap(around)
    ? around.items.find(({ key }) => isScalar(key) && String(key.value) === String(last))
    : undefined;
  if (isNode(pair?.key)) return (pair.key as Node).range?.[0] ?? range;
  const node = document.getIn(path, true);
  return isNode(node) && node.range ? node.range[0] : offsetOf(document, path.slice(0, -1));
}

function yamlCode(code: string): string {
  return code === "DUPLICATE_KEY" ? "DUPLICATE_KEY" : "YAML_SYNTAX";
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "a list" : value === null ? "nothing" : `a ${typeof value}`;
}
