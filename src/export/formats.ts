/**
 * The formats: the kind of example each one takes, what its readers require of a file, and the
 * converter that writes a row. A new format is one file and one line here.
 */

import { axolotl, axolotlConfig } from "./axolotl.ts";
import { axolotlDpo, axolotlDpoConfig } from "./axolotl-dpo.ts";
import type { Row } from "./chat.ts";
import type { Example } from "./examples.ts";
import { jsonl } from "./jsonl.ts";
import { llamaFactory, llamaFactoryConfig } from "./llama-factory.ts";
import { llamaFactoryDpo, llamaFactoryDpoConfig } from "./llama-factory-dpo.ts";
import { openaiDpo } from "./openai-dpo.ts";
import { openaiRft } from "./openai-rft.ts";
import { openaiSft } from "./openai-sft.ts";
import type { ExampleKind } from "./recipes.ts";
import { trlDpo } from "./trl-dpo.ts";
import { trlGrpo } from "./trl-grpo.ts";
import { trlKto } from "./trl-kto.ts";
import { trlSft } from "./trl-sft.ts";

export const FORMATS = [
  "trl-sft",
  "trl-dpo",
  "trl-kto",
  "trl-grpo",
  "axolotl",
  "axolotl-dpo",
  "llama-factory",
  "llama-factory-dpo",
  "openai-sft",
  "openai-dpo",
  "openai-rft",
  "jsonl",
] as const;
export type Format = (typeof FORMATS)[number];

export interface FormatRules {
  readonly kind: ExampleKind;
  /** Readers refuse a training file with fewer rows. */
  readonly minRows: number;
  /** Whether the reader needs one type per column in all rows (Arrow). */
  readonly typed: boolean;
  /** Where images go: into files next to the rows, or into the rows; absent: no images. */
  readonly images?: "files" | "rows";
  /** Whether a file with images may contain tool calls. Default true. */
  readonly callsWithImages?: boolean;
  /** Whether images may be given by URL. */
  readonly addresses?: boolean;
  /** Additional files that the reader needs, by name. */
  readonly companions?: (
    files: readonly string[],
    pictured: boolean,
  ) => Readonly<Record<string, string>>;
  /**
   * The row, or why the format cannot represent the example.
   *
   * @param pictured Whether any row of the file has images: columns have one type in all rows.
   */
  readonly convert: (example: Example, pictured: boolean) => Row | string;
}

/** A format whose examples are of one kind. */
function of<K extends ExampleKind>(
  kind: K,
  { minRows, typed }: Pick<FormatRules, "minRows" | "typed">,
  convert: (example: Extract<Example, { kind: K }>, pictured: boolean) => Row | string,
): FormatRules {
  return {
    kind,
    minRows,
    typed,
    convert: (example, pictured) => convert(example as Extract<Example, { kind: K }>, pictured),
  };
}

/** Formats of Hugging Face datasets, of fine-tuning services, and of readers that accept any row. */
const DATASET = { minRows: 1, typed: true };
const SERVICE = { minRows: 10, typed: false };
const LOOSE = { minRows: 1, typed: false };

export const RULES: Readonly<Record<Format, FormatRules>> = {
  "trl-sft": { ...of("conversation", DATASET, trlSft), images: "files" },
  "trl-dpo": { ...of("preference", DATASET, trlDpo), images: "files" },
  "trl-kto": of("labelled", { ...DATASET, minRows: 2 }, trlKto),
  "trl-grpo": of("prompt", DATASET, trlGrpo),
  axolotl: {
    ...of("conversation", DATASET, axolotl),
    images: "files",
    callsWithImages: false,
    addresses: true,
    companions: axolotlConfig,
  },
  "llama-factory": {
    ...of("conversation", DATASET, llamaFactory),
    images: "files",
    companions: llamaFactoryConfig,
  },
  "axolotl-dpo": { ...of("preference", DATASET, axolotlDpo), companions: axolotlDpoConfig },
  "llama-factory-dpo": {
    ...of("preference", DATASET, llamaFactoryDpo),
    images: "files",
    companions: llamaFactoryDpoConfig,
  },
  "openai-sft": {
    ...of("conversation", SERVICE, openaiSft),
    images: "rows",
    addresses: true,
  },
  "openai-dpo": of("preference", SERVICE, openaiDpo),
  "openai-rft": of("prompt", SERVICE, openaiRft),
  jsonl: { ...of("conversation", LOOSE, jsonl), images: "files", addresses: true },
};
