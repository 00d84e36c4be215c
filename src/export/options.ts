/**
 * The options of an export with their defaults, and the filters by origin.
 */
import { InputError } from "../core/errors.ts";
import type { Origin } from "./examples.ts";
import { FORMATS, type Format } from "./formats.ts";
import type { Execute } from "./hindsight.ts";

/** All given filters must match. */
export interface ExportFilters {
  /** Default: succeeded for conversations; any for kinds that learn from failures. */
  readonly outcomes?: readonly Origin["outcome"][];
  /** Minimum score; rows without a score are left out. */
  readonly minScore?: number;
  readonly tool?: string;
  readonly task?: string;
  readonly user?: string;
  readonly model?: string;
  /** ISO 8601, inclusive. */
  readonly since?: string;
  /** ISO 8601, exclusive. */
  readonly until?: string;
}

export interface ExportOptions {
  readonly format: Format;
  /** The files go to a subfolder with the format's name. */
  readonly out: string;
  /** Ids of runs. Default: all. */
  readonly runs?: readonly string[];
  readonly filters?: ExportFilters;
  /**
   * Prefixes of terms that allow training. Every part of a row, and every program that it was made of,
   * must have one. Default: open-weights models, the engine's own rules and mutations, scripted and
   * human text. Whether another provider's terms allow training is your decision.
   */
  readonly terms?: readonly string[];
  /** Minimum fitness difference that counts as better. Default 0: any. */
  readonly margin?: number;
  /** Jaccard index from which two rows are near duplicates; 1 removes only exact ones. Default 0.8. */
  readonly nearDuplicates?: number;
  /**
   * Texts that must not be trained on, e.g. a benchmark's: rows with eight consecutive words of one are
   * dropped. The sealed cases of this home's runs are always included.
   */
  readonly sealed?: readonly string[];
  /**
   * Mail and IP addresses, telephone numbers, cards, accounts and national ids: `redact` replaces them by
   * placeholders and counts them. Default `redact`.
   */
  readonly personalData?: "redact" | "keep";
  /** `drop` leaves out rows with images, for models without image input. Default `keep`. */
  readonly images?: "keep" | "drop";
  /** Runs wrong programs again, to teach them as right for their actual outputs. Default: off. */
  readonly hindsight?: Execute;
  /** Share of the request and task families that goes to validation. Default 0.1. */
  readonly validation?: number;
  /** Maximum rows per task; the largest gains stay. Default 1,000. */
  readonly maxPerTask?: number;
  /** Longer rows are dropped. Default 8,192. */
  readonly maxTokens?: number;
  /**
   * An encoding, an OpenAI model, or `bytes` (a rough estimate). Default: `o200k_base` if the package
   * gpt-tokenizer is installed, else `bytes`; the manifest says which.
   */
  readonly tokenizer?: string;
  /** Counts the tokens of a text; replaces `tokenizer`. */
  readonly countTokens?: (text: string) => number;
  /**
   * Weight of larger gains. `repeat`: training rows are written 1 to 4 times, by quartile of gain within
   * the task. `weight`: the same as a number from 0.25 to 1 (only jsonl supports it). Default: none.
   */
  readonly weighting?: "none" | "repeat" | "weight";
  /** Another salt gives another split. */
  readonly salt?: string;
}

type Absent = "runs" | "tokenizer" | "countTokens" | "hindsight";
export type ResolvedOptions = Required<Omit<ExportOptions, Absent>> & Pick<ExportOptions, Absent>;

const DEFAULT_TERMS = ["open-weights", "mutation", "engine", "scripted", "human"] as const;

/** @throws InputError BAD_EXPORT_OPTIONS */
export function resolved(options: ExportOptions): ResolvedOptions {
  const full: ResolvedOptions = {
    filters: {},
    terms: DEFAULT_TERMS,
    margin: 0,
    nearDuplicates: 0.8,
    sealed: [],
    personalData: "redact",
    images: "keep",
    validation: 0.1,
    maxPerTask: 1_000,
    maxTokens: 8_192,
    weighting: "none",
    salt: "toolwright",
    ...options,
  };
  const within = (name: string, value: number, low: number, high: number) => {
    if (value >= low && value <= high) return;
    throw bad(`Expected ${name} from ${low} to ${high}, got ${value}.`);
  };
  if (!FORMATS.includes(full.format)) {
    throw bad(`Expected a format of ${FORMATS.join(", ")}, got "${full.format}".`);
  }
  within("margin", full.margin, 0, Number.MAX_VALUE);
  within("nearDuplicates", full.nearDuplicates, 0.1, 1);
  within("validation", full.validation, 0, 0.9);
  within("maxPerTask", full.maxPerTask, 1, 1e9);
  within("maxTokens", full.maxTokens, 16, 1e9);
  for (const name of ["since", "until"] as const) {
    const time = full.filters[name];
    if (time !== undefined && Number.isNaN(Date.parse(time))) {
      throw bad(`Expected ${name} as an ISO 8601 time, e.g. 2026-01-31, got "${time}".`);
    }
  }
  if (full.weighting === "weight" && full.format !== "jsonl") {
    throw bad(
      `The format ${full.format} does not support weights. Use the weighting "repeat", or the format jsonl.`,
    );
  }
  return full;
}

function bad(message: string): InputError {
  return new InputError("BAD_EXPORT_OPTIONS", `${message} Nothing was written.`);
}

/** @returns Why the row is left out; undefined if it stays. */
export function filteredBy(
  origin: Origin,
  filters: ExportFilters,
  learnsFromFailures: boolean,
): string | undefined {
  const { outcomes, minScore, tool, task, user, model, since, until } = filters;
  if (outcomes === undefined) {
    // An improvement counts however its run ended; a request's conversation must have succeeded.
    const served = origin.recipe === "tool-use" || origin.recipe === "model-call";
    const any = learnsFromFailures || !served;
    if (!any && origin.outcome !== "succeeded") return "filter: outcome";
  } else if (!outcomes.includes(origin.outcome)) return "filter: outcome";
  if (minScore !== undefined && !((origin.score ?? Number.NaN) >= minScore)) return "filter: score";
  if (tool !== undefined && !origin.tools.includes(tool)) return "filter: tool";
  if (task !== undefined && origin.task !== task) return "filter: task";
  if (user !== undefined && origin.user !== user) return "filter: user";
  if (model !== undefined && !origin.models.includes(model)) return "filter: model";
  const time = Date.parse(origin.time);
  if (since !== undefined && time < Date.parse(since)) return "filter: time";
  if (until !== undefined && time >= Date.parse(until)) return "filter: time";
  return undefined;
}

/** @returns The first term that is not allowed; undefined if all are. */
export function forbiddenTerm(origin: Origin, allowed: readonly string[]): string | undefined {
  return origin.terms.find((term) => !allowed.some((beginning) => term.startsWith(beginning)));
}
