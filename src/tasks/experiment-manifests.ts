/** Finds manifests by path, or by name if they are shipped. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../core/errors.ts";

/** Relative to the source; in the built package this file is one folder deeper. */
const ROOT = import.meta.url.endsWith(".ts") ? "../.." : "../../..";
const MANIFESTS = fileURLToPath(new URL(`${ROOT}/experiments/manifests/`, import.meta.url));

/** The names of the shipped manifests. */
export function manifestNames(): readonly string[] {
  if (!existsSync(MANIFESTS)) return [];
  const files = readdirSync(MANIFESTS).sort();
  return files.flatMap((file) => (file.endsWith(".yaml") ? [file.slice(0, -".yaml".length)] : []));
}

/** @throws InputError UNREADABLE_FILE, with the names of the shipped manifests. */
export function manifestFile(name: string): string {
  if (existsSync(name)) return name;
  const shipped = join(MANIFESTS, `${name}.yaml`);
  if (!/[\\/.]/.test(name) && existsSync(shipped)) return shipped;
  throw new InputError(
    "UNREADABLE_FILE",
    `Expected a manifest's file or one of ${manifestNames().join(", ")}, got "${name}".`,
  );
}
