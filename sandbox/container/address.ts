/**
 * The container engine's address, whether it answers, and whether this process itself runs in a
 * container. These checks take a few milliseconds and do not load the engine's client, so callers
 * that start no container do not pay for it.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const DEFAULT_SOCKET = "unix:///var/run/docker.sock";
const PING_MS = 1_000;

export function engineAddress(): string {
  return process.env.DOCKER_HOST || DEFAULT_SOCKET;
}

/**
 * @param address As `connectEngine` takes it. A TLS address is not checked here: connecting reports
 * its errors.
 * @returns Why the engine does not answer; undefined if it does.
 */
export async function engineFailure(address: string): Promise<string | undefined> {
  if (address.startsWith("https:")) return undefined;
  const socketPath = /^unix:\/\/(.+)$/.exec(address)?.[1] ?? (address[0] === "/" ? address : "");
  let where: object = { socketPath };
  if (socketPath === "") {
    try {
      const { hostname, port } = new URL(address.replace(/^tcp:/, "http:"));
      where = { hostname, port: port || 2375 };
    } catch {
      return `"${address}" is not the address of an engine`;
    }
  }
  // Loaded here: it brings all of Node's web client with it.
  const { request } = await import("node:http");
  return new Promise((resolve) => {
    const ping = request({ ...where, path: "/_ping", timeout: PING_MS }, (reply) => {
      reply.resume();
      resolve(reply.statusCode === 200 ? undefined : `it answered ${reply.statusCode}`);
    });
    ping.on("timeout", () => ping.destroy(new Error(`no answer within ${PING_MS} ms`)));
    ping.on("error", (error) => resolve(error.message));
    ping.end();
  });
}

/**
 * Whether this process runs in a container.
 *
 * @param root Root of the process's file system.
 */
export function insideContainer(root = "/"): boolean {
  if (existsSync(join(root, ".dockerenv"))) return true;
  if (existsSync(join(root, "run/.containerenv"))) return true;
  try {
    const groups = readFileSync(join(root, "proc/1/cgroup"), "utf8");
    return /\/(docker|kubepods|containerd|lxc|libpod)[-/.]/.test(groups);
  } catch {
    return false; // No such file: not Linux, or not visible.
  }
}
