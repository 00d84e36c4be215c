/** Manifests by path, or by the name of one that ships. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../core/errors.ts";

/** Beside the source; the built package, one folder deeper, ships the same folder. */
const ROOT = import.meta.url.endsWith(".ts") ? "../.." : "../../..";
const MANIFESTS = fileURLToPath(new URL(`${ROOT}/experiments/manifests/`, import.meta.url));

/** Of those that ship. */
export function manifestNames(): readonly string[] {
  if (!existsSync(MANIFESTS)) return [];
  const files = readdirSync(MANIFESTS).sort();
  return files.flatMap((file) => (file.endsWith(".yaml") ? [file.slice(0, -".yaml".length)] : []));
}

/** @throws InputError UNREADABLE_FILE, naming the manifests there are. */
export function manifestFile(name: string): string {
  if (existsSync(name)) return name;
  const shipped = join(MANIFESTS, `${name}.yaml`);
  if (!/[\\/.]/.test(name) && existsSync(shipped)) return shipped;
  throw new InputError(
    "UNREADABLE_FILE",
    `Expected a manifest's file or one of ${manifestNames().join(", ")}, got "${name}".`,
  );
}
