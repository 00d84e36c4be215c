/** The cost of evolution, in sections that can be measured separately. */
import { InputError } from "../core/errors.ts";
import { present } from "../core/present.ts";

const SECTIONS = ["database", "pipeline", "workers", "search"] as const;
type Section = (typeof SECTIONS)[number];

export interface EvolveBenchOptions {
  /** One section; default: all. */
  readonly only?: string;
  /** For each row of `search`. */
  readonly evaluations?: number;
}

/**
 * Yields each section's name and rows as soon as they are measured.
 *
 * @throws InputError USAGE for an unknown section.
 */
export async function* benchEvolve(
  { only, evaluations }: EvolveBenchOptions,
  signal: AbortSignal,
): AsyncGenerator<readonly [section: Section, rows: readonly object[]]> {
  for (const section of only === undefined ? SECTIONS : [sectionOf(only)]) {
    yield [section, await measure(section, evaluations, signal)];
  }
}

function sectionOf(name: string): Section {
  const section = SECTIONS.find((known) => known === name);
  if (section !== undefined) return section;
  throw new InputError(
    "USAGE",
    `Expected --only to be one of ${SECTIONS.join(", ")}, got "${name}".`,
  );
}

async function measure(
  section: Section,
  evaluations: number | undefined,
  signal: AbortSignal,
): Promise<readonly object[]> {
  switch (section) {
    case "database":
      return (await import("./evolve-database.ts")).benchDatabase(signal);
    case "pipeline":
      return (await import("./evolve-pipeline.ts")).benchPipeline(signal);
    case "workers":
      return (await import("./evolve-workers.ts")).benchWorkers({}, signal);
    case "search": {
      const { benchSearch } = await import("./evolve-search.ts");
      return benchSearch(present({ evaluations }), signal);
    }
  }
}
