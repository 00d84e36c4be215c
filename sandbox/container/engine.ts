/**
 * Connects to the container engine, or reports immediately why that fails and what to do. Docker and
 * engines with the same protocol are reached by socket or address, as by Docker's own clients.
 */
import { Agent } from "node:https";
import Docker from "dockerode";
import { SandboxUnavailableError } from "../../src/core/errors.ts";
import { findEngine, insideContainer } from "./address.ts";
import type { EnginePlace } from "./place.ts";

const PING_MS = 3_000;

/**
 * @param address One place, as in DOCKER_HOST. Default: see `enginePlaces`.
 * @throws SandboxUnavailableError if nothing answers there within three seconds.
 */
export async function connectEngine(address?: string): Promise<Docker> {
  const found = await findEngine(address, PING_MS);
  if (found.failure !== undefined) {
    throw new SandboxUnavailableError(unreachable(found.address, found.failure), {
      facts: { address: found.address },
    });
  }
  return clientOf(found.place);
}

/** What is not named here, the client would take from Docker's variables, also for another address. */
function clientOf({ to, tls }: EnginePlace): Docker {
  const options = {
    ...{ socketPath: undefined, host: undefined, port: undefined },
    ...to,
    ...{ ca: undefined, cert: undefined, key: undefined },
    protocol: tls === undefined ? "http" : "https",
    agent: tls === undefined ? undefined : new Agent(tls),
  };
  return new Docker(options as Docker.DockerOptions);
}

function unreachable(address: string, failure: string): string {
  const nested = insideContainer()
    ? " This process itself runs inside a container: either give it access to its host's engine (mount the engine's socket, or set DOCKER_HOST), which starts sandboxes next to this container and not inside it, or run it on a machine with an engine."
    : "";
  return `The container sandbox expected an engine at ${address}, got: ${failure}. Start Docker or an engine with the same protocol, or set DOCKER_HOST to a running one. Otherwise choose another driver by name: a weaker driver is never used automatically.${nested}`;
}
