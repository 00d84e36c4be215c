/** Environment variables that set a field of the configuration. The documentation uses the same list. */

export interface ConfigVariable {
  readonly name: string;
  /** The field, as a path of one or two keys. */
  readonly sets: readonly [key: string, field?: string];
  readonly number?: boolean;
  /** Ignored unless this variable is set too. */
  readonly needs?: string;
  /** Defaults for other fields of the section; values of a file take precedence. */
  readonly implies?: Readonly<Record<string, string>>;
}

/** If two variables set one field, the later one wins. An empty variable counts as not set. */
export const CONFIG_VARIABLES: readonly ConfigVariable[] = [
  { name: "TOOLWRIGHT_HOME", sets: ["home"] },
  { name: "TOOLWRIGHT_SEED", sets: ["seed"], number: true },
  { name: "TOOLWRIGHT_WORKERS", sets: ["workers"], number: true },
  { name: "TOOLWRIGHT_SANDBOX", sets: ["sandbox"] },
  { name: "TOOLWRIGHT_SANDBOXES", sets: ["sandboxes"] },
  { name: "TOOLWRIGHT_MODEL", sets: ["model", "model"] },
  { name: "OPENAI_BASE_URL", sets: ["model", "baseUrl"], needs: "TOOLWRIGHT_MODEL" },
  { name: "TOOLWRIGHT_BASE_URL", sets: ["model", "baseUrl"], needs: "TOOLWRIGHT_MODEL" },
  { name: "QDRANT_URL", sets: ["store", "url"], implies: { driver: "qdrant" } },
  { name: "OTEL_EXPORTER_OTLP_ENDPOINT", sets: ["telemetry", "endpoint"] },
];

export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables that are set and not ignored. */
export function variablesIn(environment: Environment): readonly ConfigVariable[] {
  return CONFIG_VARIABLES.filter(
    ({ name, needs }) => environment[name]?.trim() && (needs === undefined || environment[needs]),
  );
}

/** @param file The values of a file. A variable changes one field of a section and keeps the others. */
export function fromEnvironment(
  environment: Environment,
  file: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { name, sets, number, implies } of variablesIn(environment)) {
    const [key, field] = sets;
    const text = environment[name] ?? "";
    const value = number === true ? numberOr(text) : text;
    values[key] =
      field === undefined
        ? value
        : { ...implies, ...mapping(values[key] ?? file[key]), [field]: value };
  }
  return values;
}

/** The section, if it is an object; else an empty one. */
function mapping(section: unknown): object {
  return section !== null && typeof section === "object" ? section : {};
}

/** Text that is not a number stays text, so that the schema can report it. */
function numberOr(text: string): number | string {
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}
