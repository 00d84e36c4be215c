/**
 * The container driver: every program runs in its own hardened container, from a pool of containers
 * started in advance. Python, JavaScript, TypeScript and shell; sessions keep their state.
 */
import { availableParallelism } from "node:os";
import type Docker from "dockerode";
import { systemClock } from "../../src/core/clock.ts";
import { InputError, SandboxUnavailableError } from "../../src/core/errors.ts";
import type { Language } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { type Interpreters, type Runtime, runtimeOf } from "../guest/commands.ts";
import { guestPool, probed } from "../guest/pool.ts";
import { guestRuns } from "../guest/runs.ts";
import { type SandboxSession, sandboxSession } from "../guest/session.ts";
import { containerCapabilities } from "./capabilities.ts";
import { DEFAULT_ALLOWANCE } from "./confinement.ts";
import { connectEngine } from "./engine.ts";
import { type ContainerShape, startContainer } from "./guest.ts";
import { buildSandboxImage, inspectImage, SANDBOX_IMAGE } from "./image/build.ts";
import { IMAGE_NODE, IMAGE_PYTHON, IMAGE_SHELL } from "./image/contents.ts";
import { ownerOf, reapLeftovers } from "./owner.ts";

export interface ContainerOptions {
  /** The engine's address; default: where Docker's own clients look for it. */
  readonly address?: string;
  /** An image that the engine has; default the project's own, which is built if it is missing. */
  readonly image?: string;
  /** Paths of the interpreters in the image. */
  readonly interpreters?: Interpreters;
  /** The languages that the image can run. */
  readonly languages?: readonly Language[];
  /** Programs at the same time; default one per core. */
  readonly concurrency?: number;
  /** Idle containers for each recently used kind of program; default: `concurrency`. */
  readonly warm?: number;
  readonly cpus?: number;
  readonly scratchMiB?: number;
  readonly pids?: number;
  /** An OCI runtime that the engine knows, such as `runsc`, for stronger isolation. */
  readonly ociRuntime?: string;
}

export interface ContainerSandbox extends Sandbox {
  /**
   * The session with that name, opened if there is none.
   *
   * @param memoryMiB Memory above the interpreter's own; used only when the session is opened.
   * @throws InputError SESSION_LANGUAGE if it is open in another language.
   */
  session(name: string, language: Language, memoryMiB?: number): SandboxSession;
}

const DEFAULT_MEMORY_MIB = 64;
const DEFAULT_SESSION_MEMORY_MIB = 256;
// Longer than any program or session should run; used only if the owner cannot be checked.
const LIFETIME_MS = 24 * 3_600_000;

/**
 * Connects to the engine, builds the image if it is missing, removes the containers of crashed
 * hosts, and starts the first containers.
 *
 * @throws SandboxUnavailableError if no engine answers or the image is not available. This happens
 * immediately, and no weaker driver is used instead.
 * @throws ConfigError if the image must be built and this machine does not have all its parts.
 */
export async function containerSandbox({
  address,
  image = SANDBOX_IMAGE,
  interpreters = { node: IMAGE_NODE, python: IMAGE_PYTHON, shell: IMAGE_SHELL },
  languages = ["javascript", "typescript", "python", "shell"],
  concurrency = availableParallelism(),
  warm = concurrency,
  cpus = DEFAULT_ALLOWANCE.cpus,
  scratchMiB = DEFAULT_ALLOWANCE.scratchMiB,
  pids = DEFAULT_ALLOWANCE.pids,
  ociRuntime,
}: ContainerOptions = {}): Promise<ContainerSandbox> {
  const engine = await connectEngine(address);
  await ensureImage(engine, image);
  await reapLeftovers(engine, systemClock.now());
  const shape: ContainerShape = {
    image,
    interpreters,
    cpus,
    scratchMiB,
    pids,
    ociRuntime,
    owner: ownerOf() ?? "unknown",
    deadlineMs: systemClock.now() + LIFETIME_MS,
  };
  const pool = guestPool(warm, (key) => {
    const [runtime, memory] = key.split(" ") as [Runtime, string];
    return startContainer(engine, shape, { runtime, memoryMiB: Number(memory), session: false });
  });
  const keyOf = (language: Language, memoryMiB: number): string =>
    `${runtimeOf(language)} ${memoryMiB}`;
  // The first container shows whether containers can start, and whether the image is sealed.
  const { sealed } = await probed(pool, keyOf(languages[0] ?? "javascript", DEFAULT_MEMORY_MIB));
  const runs = guestRuns({
    name: "container",
    pool,
    concurrency,
    checkLanguage: (language) => checkLanguage(language, languages),
    keyOf: (language, { memoryMiB }) => keyOf(language, memoryMiB),
    end: async (guest) => {
      guest.kill().catch(() => undefined); // Closing the pool waits for its end.
    },
  });
  const sessions = new Map<string, SandboxSession>();

  return {
    name: "container",
    capabilities: containerCapabilities({ languages, sealed, scratchMiB, pids, cpus, ociRuntime }),
    run: runs.run,
    runBatch: runs.runBatch,
    session: (name, language, memoryMiB = DEFAULT_SESSION_MEMORY_MIB) => {
      checkLanguage(language, languages);
      const open = sessions.get(name);
      if (open !== undefined) {
        if (open.language === language) return open;
        throw new InputError(
          "SESSION_LANGUAGE",
          `The session "${name}" is open in ${open.language}, but ${language} was requested. Choose another name, or close it first.`,
          { facts: { session: name, language } },
        );
      }
      const session = sandboxSession(name, language, memoryMiB, () =>
        startContainer(engine, shape, { runtime: runtimeOf(language), memoryMiB, session: true }),
      );
      const registered: SandboxSession = {
        ...session,
        close: async () => {
          sessions.delete(name);
          await session.close();
        },
      };
      sessions.set(name, registered);
      return registered;
    },
    close: async () => {
      await Promise.all([runs, ...sessions.values()].map((each) => each.close()));
    },
  };
}

async function ensureImage(engine: Docker, image: string): Promise<void> {
  if ((await inspectImage(engine, image)) !== undefined) return;
  if (image === SANDBOX_IMAGE) {
    await buildSandboxImage({ engine, name: image });
    return;
  }
  throw new SandboxUnavailableError(
    `The container sandbox expected the engine to have the image "${image}", but it has no image with that name. Build or load it there, or omit the image to use the project's own.`,
    { facts: { image } },
  );
}

function checkLanguage(language: Language, languages: readonly Language[]): void {
  if (languages.includes(language)) return;
  throw new SandboxUnavailableError(
    `The container sandbox runs ${languages.join(", ")}, but the program is in ${language}. Use an image that has its interpreter, or another driver.`,
    { facts: { language } },
  );
}
