/**
 * Reads a manifest: YAML with included files and overrides, merged by top-level key. The file replaces
 * keys of its includes, and overrides replace both. A fault is an InputError that names file, line and
 * field.
 */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import {
  checkSchema,
  decodeText,
  faultText,
  InputError,
  type ReadDocument,
  readDocument,
} from "../../src/index.ts";
import { Manifest } from "./schema.ts";

/** One file. */
interface Layer {
  readonly label: string;
  readonly folder: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly placeOf: ReadDocument["placeOf"];
}

export interface ReadManifest {
  readonly manifest: Manifest;
  /** An error about a field, with its file and line, for later checks. */
  fault(path: readonly PropertyKey[], message: string): InputError;
  /** The folder to which a field's paths are relative. */
  folderOf(key: string): string;
}

/**
 * @param overrides `key=value` with a dotted path and a YAML value, e.g. `seeds=2`,
 *   `budgets.0.evaluations=500`. Later ones win.
 * @throws InputError BAD_MANIFEST
 */
export async function readManifest(
  file: string,
  overrides: readonly string[] = [],
): Promise<ReadManifest> {
  const layers = await layersOf(file, []);
  const owner = new Map<string, Layer>();
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer.fields)) {
      if (key === "include") continue;
      merged[key] = value;
      owner.set(key, layer);
    }
  }
  const overridden = new Map<string, string>();
  for (const override of overrides) overridden.set(setPath(merged, override), override);

  const top = layers.at(-1) as Layer;
  const locate = (path: readonly PropertyKey[]): string => {
    const key = String(path[0] ?? "");
    const override = overridden.get(key);
    if (override !== undefined) return `-o ${override}`;
    const { label, placeOf } = owner.get(key) ?? top;
    return `${label}:${placeOf(path).line}`;
  };
  const checked = checkSchema(Manifest, merged);
  if (!checked.ok) throw new InputError("BAD_MANIFEST", faultText(checked.faults, { locate }));
  return {
    manifest: checked.data,
    fault: (path, message) =>
      new InputError("BAD_MANIFEST", faultText([{ kind: "other", path, message }], { locate })),
    folderOf: (key) => (overridden.has(key) ? process.cwd() : (owner.get(key) ?? top).folder),
  };
}

/** Included files first, the file itself last. */
async function layersOf(file: string, chain: readonly string[]): Promise<readonly Layer[]> {
  const path = resolve(file);
  if (chain.includes(path)) {
    throw bad(`${file}: include: expected no cycle, got ${[...chain, path].join(" -> ")}`);
  }
  const document = readDocument(await textOf(file));
  if ("message" in document) {
    const { line, column, message } = document;
    throw new InputError("BAD_MANIFEST", `${file}:${line}:${column}: ${message}`);
  }
  const { value, placeOf } = document;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw bad(`${file}:1: expected a mapping of fields`);
  }
  const fields = value as Record<string, unknown>;
  const layer = { label: file, folder: dirname(path), fields, placeOf };
  const included = z.array(z.string().min(1)).default([]).safeParse(fields.include);
  if (!included.success) {
    throw bad(`${file}:${placeOf(["include"]).line}: include: expected a list of files`);
  }
  const below: Layer[] = [];
  for (const name of included.data) {
    below.push(...(await layersOf(resolve(layer.folder, name), [...chain, path])));
  }
  return [...below, layer];
}

async function textOf(file: string): Promise<string> {
  try {
    return decodeText(await readFile(file));
  } catch (error) {
    throw new InputError("UNREADABLE_FILE", `Cannot read ${file}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

/** @returns The changed top-level key. */
function setPath(root: Record<string, unknown>, override: string): string {
  const at = override.indexOf("=");
  const path = override.slice(0, at).trim().split(".");
  const [top = ""] = path;
  if (at < 1 || path.some((part) => part === "" || part === "__proto__")) {
    throw bad(`-o ${override}: expected key=value, e.g. seeds=2 or budgets.0.evaluations=500`);
  }
  const given = readDocument(override.slice(at + 1));
  if ("message" in given) throw new InputError("BAD_MANIFEST", `-o ${override}: ${given.message}`);
  let place: Record<string, unknown> = root;
  for (const part of path.slice(0, -1)) {
    const next = place[part];
    if (next === undefined) place[part] = {};
    else if (next === null || typeof next !== "object") {
      throw bad(`-o ${override}: expected ${part} to have fields, got a plain value`);
    }
    place = place[part] as Record<string, unknown>;
  }
  place[path.at(-1) as string] = given.value;
  return top;
}

function bad(message: string): InputError {
  return new InputError("BAD_MANIFEST", `${message}.`);
}
