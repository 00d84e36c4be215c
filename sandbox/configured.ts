/**
 * Opens the configured sandbox: one driver for everything, or one for each language.
 *
 * `auto` uses the isolate for JavaScript and TypeScript, and containers for Python and shell if a
 * container engine answers; the first container starts with the first such program. If no engine
 * answers, such a program fails with SandboxUnavailableError: a weaker driver never replaces it.
 */
import { InputError } from "../src/core/errors.ts";
import type { Language } from "../src/core/execution.ts";
import type { Sandbox, SandboxCapabilities } from "../src/core/ports.ts";
import { sandboxByName } from "./by-name.ts";
import { type FoundEngine, findEngine } from "./container/address.ts";
import { containerCapabilities } from "./container/capabilities.ts";
import { onDemand } from "./on-demand.ts";
import { routeByLanguage } from "./router.ts";

/** Not a driver's name: the engine chooses by language. */
const AUTO = "auto";

export interface SandboxSettings {
  /** `auto`, a driver's name, or the path of a module that exports one. */
  readonly sandbox: string;
  /** The same for single languages; these take precedence over `sandbox`. */
  readonly sandboxes?: Readonly<Partial<Record<Language, string>>>;
  /** Programs that run at once, in each driver. */
  readonly workers: number;
}

const IN_ISOLATES = ["javascript", "typescript"] as const;
const IN_CONTAINERS: readonly Language[] = ["python", "shell"];

/**
 * @throws SandboxUnavailableError if a named driver is not available on this machine.
 * @throws ConfigError naming the members that a module does not have.
 * @throws InputError naming a language that its driver does not run.
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
      // Naming a driver for a language is an explicit choice, so weaker isolation is accepted.
      const driver = await sandboxByName(name, workers, { accept: "weaker-isolation" });
      drivers.push(driver);
      drivers[drivers.length - 1] = only(driver, languages);
    }
    const taken = drivers.flatMap(({ capabilities }) => capabilities.languages);
    if (sandbox !== AUTO) {
      drivers.push(await sandboxByName(sandbox, workers));
      return routed(drivers);
    }
    if (IN_ISOLATES.some((language) => !taken.includes(language))) {
      drivers.push(await sandboxByName("isolate", workers));
    }
    const rest = IN_CONTAINERS.filter((language) => !taken.includes(language));
    const engine = rest.length === 0 ? undefined : await findEngine();
    if (engine !== undefined && engine.failure === undefined) {
      drivers.push(containers(rest, workers));
    }
    return routed(drivers, engine);
  } catch (error) {
    await Promise.allSettled(drivers.map((driver) => driver.close()));
    throw error;
  }
}

/** Restricts the driver to these languages. */
function only(driver: Sandbox, languages: readonly Language[]): Sandbox {
  const missing = languages.find((each) => !driver.capabilities.languages.includes(each));
  if (missing !== undefined) {
    throw new InputError(
      "SANDBOX_LANGUAGE",
      `The sandbox driver "${driver.name}" is configured for ${missing}, but here it runs ${driver.capabilities.languages.join(", ")}. Name another driver for it, or remove it.`,
      { facts: { driver: driver.name, language: missing } },
    );
  }
  return { ...driver, capabilities: { ...driver.capabilities, languages } };
}

function containers(languages: readonly Language[], workers: number): Sandbox {
  // Whether the image protects its supervisor is known only after a container has started, so the
  // weaker claim is made here.
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

function routed(drivers: readonly Sandbox[], engine?: FoundEngine): Sandbox {
  const hint =
    engine?.failure === undefined
      ? undefined
      : `Python and shell need a container engine, and none answers at ${engine.address} (${engine.failure}): start Docker or set DOCKER_HOST, or configure a driver for the language (sandboxes).`;
  const router = routeByLanguage(drivers, hint);
  const { capabilities } = router;
  return { ...router, capabilities: { ...capabilities, prompt: promptFor(capabilities) } };
}

/**
 * The prompt section for a model that writes in a language. Text about other languages could make it
 * use them, and would make prompts differ between machines.
 *
 * @param language Default: the language that the engine uses unless another one is requested.
 */
export function promptFor(
  { prompt, prompts }: SandboxCapabilities,
  language: Language = "typescript",
): string {
  return prompts?.[language] ?? prompt;
}
