/** Published instances: OR3 lies here; others are read from the folder that TOOLWRIGHT_DATA names. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { PackingInstance } from "../../../experiments/bin-packing/instances.ts";
import { readInstances } from "../../../experiments/bin-packing/reader.ts";

export const OR3 = "or3.json";
export const WEIBULL_5K = "weibull-5k.json";

const pathOf = (file: string): string =>
  file === OR3
    ? resolve(import.meta.dirname, "../../fixtures", OR3)
    : resolve(process.env.TOOLWRIGHT_DATA ?? "../shared/data", file);

/** Why a test is skipped, or undefined where the file is there. */
export function missing(file: string): string | undefined {
  return existsSync(pathOf(file)) ? undefined : `no ${file}: name its folder with TOOLWRIGHT_DATA`;
}

export function published(file: string): PackingInstance[] {
  return readInstances(readFileSync(pathOf(file), "utf8"), file);
}
