/**
 * The sandbox that a configuration asks for: one driver for everything, or one a language.
 *
 * `auto`: the isolate for JavaScript and TypeScript; Python and shell in containers where an engine
 * answers, the first of them started when the first such program comes. Where none answers such a
 * program fails with SandboxUnavailableError: nothing weaker is taken in its place.
 */
import { InputError } from "../src/core/errors.ts";
import type { Language } from "../src/core/execution.ts";
import type { Sandbox, SandboxCapabilities } from "../src/core/ports.ts";
import { sandboxByName } from "./by-name.ts";
import { engineAddress, silenceOf } from "./container/address.ts";
import { containerCapabilities } from "./container/capabilities.ts";
import { onDemand } from "./on-demand.ts";
import { routeByLanguage } from "./router.ts";

/** The name of a choice, not of a driver. */
const AUTO = "auto";

export interface SandboxSettings {
  /** `auto`, a driver's name, or the path of a module that exports one. */
  readonly sandbox: string;
  /** Drivers of single languages, likewise; they come before `sandbox`. */
  readonly sandboxes?: Readonly<Partial<Record<Language, string>>>;
  /** Programs that run at once, in each driver. */
  readonly workers: number;
}

const WRITTEN = ["javascript", "typescript"] as const;
const IN_CONTAINERS: readonly Language[] = ["python", "shell"];

/**
 * @throws SandboxUnavailableError when a driver that is named cannot be had here.
 * @throws ConfigError, InputError naming what a module lacks, or a language that its driver has not.
 */
export async function configuredSandbox({
  sandbox,
  sandboxes = {},
  workers,
}: SandboxSettings): Promise<Sandbox> {
  const named = new Map<string, Language[]>();
  for (const [language, name] of Object.entries(sandboxes) as [Language, string][]) {
    named.set(name, [...(named.get(name) ?? []), language]);
  }
  if (sandbox !== AUTO && named.size === 0) return sandboxByName(sandbox, workers);

  const drivers: Sandbox[] = [];
  try {
    for (const [name, languages] of named) {
      // Who names a driver for a language has chosen it over the default one.
      const driver = await sandboxByName(name, workers, { accept: "weaker-isolation" });
      drivers.push(driver);
      drivers[drivers.length - 1] = only(driver, languages);
    }
    const taken = drivers.flatMap(({ capabilities }) => capabilities.languages);
    if (sandbox !== AUTO) {
      drivers.push(await sandboxByName(sandbox, workers));
      return routed(drivers);
    }
    if (WRITTEN.some((language) => !taken.includes(language))) {
      drivers.push(await sandboxByName("isolate", workers));
    }
    const rest = IN_CONTAINERS.filter((language) => !taken.includes(language));
    const silence = rest.length === 0 ? undefined : await silenceOf(engineAddress());
    if (rest.length > 0 && silence === undefined) drivers.push(containers(rest, workers));
    return routed(drivers, silence);
  } catch (error) {
    await Promise.allSettled(drivers.map((driver) => driver.close()));
    throw error;
  }
}

/** The driver for these languages alone. */
function only(driver: Sandbox, languages: readonly Language[]): Sandbox {
  const missing = languages.find((each) => !driver.capabilities.languages.includes(each));
  if (missing !== undefined) {
    throw new InputError(
      "SANDBOX_LANGUAGE",
      `The sandbox driver "${driver.name}" is configured for ${missing}, and it runs ${driver.capabilities.languages.join(", ")} here. Name another driver for it, or leave it out.`,
      { facts: { driver: driver.name, language: missing } },
    );
  }
  return { ...driver, capabilities: { ...driver.capabilities, languages } };
}

function containers(languages: readonly Language[], workers: number): Sandbox {
  // Whether the image seals its supervisor is known once a container runs: until then, the less.
  const capabilities = containerCapabilities({
    languages,
    sealed: false,
    scratchMiB: 16,
    pids: 64,
    cpus: 1,
    ociRuntime: undefined,
  });
  return onDemand("container", capabilities, async () => {
    const { containerSandbox } = await import("./container/container.ts");
    return containerSandbox({ concurrency: workers, languages, warm: 1 });
  });
}

function routed(drivers: readonly Sandbox[], silence?: string): Sandbox {
  const hint =
    silence === undefined
      ? undefined
      : `Python and shell need a container engine, and none answers at ${engineAddress()} (${silence}): start Docker or set DOCKER_HOST, or configure a driver for the language (sandboxes).`;
  const router = routeByLanguage(drivers, hint);
  const { capabilities } = router;
  return { ...router, capabilities: { ...capabilities, prompt: promptFor(capabilities) } };
}

/**
 * What a model that writes in a language is told. Words about other languages would tempt it into
 * them, and make its prompts differ from machine to machine.
 *
 * @param language Default: what the engine writes in where nothing else is asked for.
 */
export function promptFor(
  { prompt, prompts }: SandboxCapabilities,
  language: Language = "typescript",
): string {
  return prompts?.[language] ?? prompt;
}
