/** The published instances, where they are at hand: a folder named by TOOLWRIGHT_DATA, or ../shared/data. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { PackingInstance } from "../../../experiments/bin-packing/instances.ts";
import { readInstances } from "../../../experiments/bin-packing/reader.ts";

const folder =
  process.env.TOOLWRIGHT_DATA ?? resolve(import.meta.dirname, "../../../../shared/data");

export const OR3 = "binpack-or3.json";
export const WEIBULL_5K = "weibull-5k.json";

/** Why a test is skipped, or undefined where the file is there. */
export function missing(file: string): string | undefined {
  const path = resolve(folder, file);
  return existsSync(path) ? undefined : `no ${file}: name its folder with TOOLWRIGHT_DATA`;
}

export function published(file: string): PackingInstance[] {
  return readInstances(readFileSync(resolve(folder, file), "utf8"), file);
}
