/**
 * Where the container engine is, whether it answers, and whether this process is in a container
 * itself: asked in a few milliseconds and without loading the engine's client, since who starts no
 * container shall not pay for one.
 */
import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";

const DEFAULT_SOCKET = "unix:///var/run/docker.sock";
const PING_MS = 1_000;

export function engineAddress(): string {
  return process.env.DOCKER_HOST || DEFAULT_SOCKET;
}

/**
 * @param address As `connectEngine` takes it. One behind TLS is taken at its word: its client tells.
 * @returns undefined where it answers, else why not.
 */
export async function silenceOf(address: string): Promise<string | undefined> {
  if (address.startsWith("https:")) return undefined;
  const socketPath = /^unix:\/\/(.+)$/.exec(address)?.[1] ?? (address[0] === "/" ? address : "");
  let where: object = { socketPath };
  if (socketPath === "") {
    try {
      const { hostname, port } = new URL(address.replace(/^tcp:/, "http:"));
      where = { hostname, port: port || 2375 };
    } catch {
      return `"${address}" is no address of an engine`;
    }
  }
  return new Promise((resolve) => {
    const asked = request({ ...where, path: "/_ping", timeout: PING_MS }, (reply) => {
      reply.resume();
      resolve(reply.statusCode === 200 ? undefined : `it answered ${reply.statusCode}`);
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${PING_MS} ms`)));
    asked.on("error", (error) => resolve(error.message));
    asked.end();
  });
}

/**
 * Whether this process runs in a container.
 *
 * @param root Where the file system of the process begins.
 */
export function insideContainer(root = "/"): boolean {
  if (existsSync(join(root, ".dockerenv"))) return true;
  if (existsSync(join(root, "run/.containerenv"))) return true;
  try {
    const groups = readFileSync(join(root, "proc/1/cgroup"), "utf8");
    return /\/(docker|kubepods|containerd|lxc|libpod)[-/.]/.test(groups);
  } catch {
    return false; // No such file: not Linux, or not to be seen.
  }
}
