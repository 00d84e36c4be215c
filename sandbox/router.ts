/**
 * Combines several drivers: each program goes to the first driver that runs its language. A driver
 * that fails is never replaced by another one.
 */
import { ConfigError, SandboxUnavailableError } from "../src/core/errors.ts";
import type { Execution, Language } from "../src/core/execution.ts";
import type { Sandbox, SandboxCapabilities } from "../src/core/ports.ts";

/**
 * @param drivers In order of preference; closing the router closes them all.
 * @param hint Advice in the error if no driver runs a language.
 * @throws ConfigError NO_DRIVERS if the list is empty.
 */
export function routeByLanguage(
  drivers: readonly Sandbox[],
  hint = "Add a driver that does, or write the program in another language.",
): Sandbox {
  const [first] = drivers;
  if (first === undefined) {
    throw new ConfigError(
      "NO_DRIVERS",
      "Routing by language expects at least one driver, got none.",
    );
  }
  const offers = drivers
    .map(({ name, capabilities }) => `${name} offers ${capabilities.languages.join(", ")}`)
    .join("; ");
  const driverFor = (language: Language): Sandbox => {
    const driver = drivers.find(({ capabilities }) => capabilities.languages.includes(language));
    if (driver !== undefined) return driver;
    throw new SandboxUnavailableError(`No sandbox driver runs ${language}: ${offers}. ${hint}`, {
      facts: { language },
    });
  };

  return {
    name: drivers.map(({ name }) => name).join("+"),
    capabilities: merged(drivers),
    run: async (job, signal) => driverFor(job.program.language).run(job, signal),
    runBatch: async (batch, signal) => {
      const { programs, ...job } = batch;
      // Grouped by driver, because some drivers run a batch faster than single programs.
      const groups = new Map<Sandbox, number[]>();
      for (const [index, { language }] of programs.entries()) {
        const driver = driverFor(language);
        groups.set(driver, [...(groups.get(driver) ?? []), index]);
      }
      const [only] = groups.keys();
      if (groups.size === 1 && only !== undefined) return only.runBatch(batch, signal);
      const results: (readonly Execution[])[] = programs.map(() => []);
      await Promise.all(
        [...groups].map(async ([driver, indices]) => {
          const part = indices.flatMap((index) => programs[index] ?? []);
          const executions = await driver.runBatch({ ...job, programs: part }, signal);
          for (const [at, index] of indices.entries()) results[index] = executions[at] ?? [];
        }),
      );
      return results;
    },
    close: async () => {
      const ends = await Promise.allSettled(drivers.map((driver) => driver.close()));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    },
  };
}

/** The combined capabilities; statements of a driver carry its languages and name. */
function merged(drivers: readonly Sandbox[]): SandboxCapabilities {
  const reached = new Map<Sandbox, Language[]>();
  for (const driver of drivers) {
    const before = [...reached.values()].flat();
    const own = driver.capabilities.languages.filter((language) => !before.includes(language));
    if (own.length > 0) reached.set(driver, own);
  }
  const own = [...reached].map(([{ name, capabilities }, languages]) => ({
    ...capabilities,
    name,
    languages,
  }));
  const named = (pick: (one: (typeof own)[number]) => readonly string[]): string[] =>
    own.flatMap((one) =>
      pick(one).map((line) => `${one.languages.join(", ")} (${one.name}): ${line}`),
    );
  const files = ["mounted", "scratch", "none"] as const;
  return {
    languages: own.flatMap(({ languages }) => languages),
    network: own.some(({ network }) => network),
    files: files.find((kind) => own.some((one) => one.files === kind)) ?? "none",
    packages: [...new Set(own.flatMap(({ packages }) => packages))],
    stateful: own.some(({ stateful }) => stateful),
    holds: named(({ holds }) => holds),
    doesNotHold: named(({ doesNotHold }) => doesNotHold),
    prompt: own
      .map(({ languages, prompt }) => `For ${languages.join(" and ")}:\n${prompt}`)
      .join("\n\n"),
    prompts: Object.fromEntries(
      own.flatMap(({ languages, prompt }) => languages.map((language) => [language, prompt])),
    ),
  };
}
