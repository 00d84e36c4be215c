/**
 * Connects to the container engine, or reports immediately why that fails and what to do. Docker and
 * engines with the same protocol are reached by socket or address, as in DOCKER_HOST.
 */
import Docker from "dockerode";
import { SandboxUnavailableError } from "../../src/core/errors.ts";
import { engineAddress, insideContainer } from "./address.ts";

const PING_MS = 3_000;

/**
 * @param address `unix:///path`, `tcp://host:port` or `http(s)://host:port`.
 * @throws SandboxUnavailableError if nothing answers there within three seconds.
 */
export async function connectEngine(address: string = engineAddress()): Promise<Docker> {
  const engine = new Docker(optionsOf(address));
  let failure = `no answer within ${PING_MS} ms`;
  try {
    const answered = await Promise.race([
      engine.ping().then(() => true),
      new Promise<false>((resolve) => setTimeout(resolve, PING_MS, false).unref()),
    ]);
    if (answered) return engine;
  } catch (error) {
    failure = error instanceof Error ? error.message : String(error);
  }
  throw new SandboxUnavailableError(unreachable(address, failure), { facts: { address } });
}

function optionsOf(address: string): Docker.DockerOptions {
  const socket = /^unix:\/\/(.+)$/.exec(address)?.[1] ?? (address.startsWith("/") ? address : null);
  if (socket !== null) return { socketPath: socket };
  try {
    const url = new URL(address.replace(/^tcp:/, "http:"));
    return {
      host: url.hostname,
      port: Number(url.port || 2375),
      protocol: url.protocol === "https:" ? "https" : "http",
    };
  } catch {
    throw new SandboxUnavailableError(
      `The container engine's address must be unix:///path or tcp://host:port, got "${address}". Correct DOCKER_HOST.`,
      { facts: { address } },
    );
  }
}

function unreachable(address: string, failure: string): string {
  const nested = insideContainer()
    ? " This process itself runs inside a container: either give it access to its host's engine (mount the engine's socket, or set DOCKER_HOST), which starts sandboxes next to this container and not inside it, or run it on a machine with an engine."
    : "";
  return `The container sandbox expected an engine at ${address}, got: ${failure}. Start Docker or an engine with the same protocol, or set DOCKER_HOST to a running one. Otherwise choose another driver by name: a weaker driver is never used automatically.${nested}`;
}
