/**
 * Whether a container engine answers, and whether this process itself runs in a container. These
 * checks take a few milliseconds and do not load the engine's client, so callers that start no
 * container do not pay for it.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type EnginePlace, enginePlaces, NoEnginePlace, placeOf } from "./place.ts";

const PING_MS = 1_000;

export type FoundEngine =
  | { readonly address: string; readonly failure: undefined; readonly place: EnginePlace }
  | { readonly address: string; readonly failure: string };

/**
 * Asks for the engine.
 *
 * @param address One place, as in DOCKER_HOST. Default: see `enginePlaces`.
 * @returns The first place that answers; if none does, the first one and why it does not.
 */
export async function findEngine(address?: string, patienceMs = PING_MS): Promise<FoundEngine> {
  let first: FoundEngine | undefined;
  try {
    for (const place of address === undefined ? enginePlaces() : [placeOf(address)]) {
      const failure = await pingFailure(place, patienceMs);
      if (failure === undefined) return { address: place.address, failure, place };
      first ??= { address: place.address, failure };
    }
  } catch (error) {
    if (!(error instanceof NoEnginePlace)) throw error;
    return { address: error.address, failure: error.message };
  }
  return first as FoundEngine;
}

async function pingFailure({ to, tls }: EnginePlace, patienceMs: number) {
  // Loaded here: they bring all of Node's web client with them.
  const { request } = await (tls === undefined ? import("node:http") : import("node:https"));
  return new Promise<string | undefined>((resolve) => {
    const options = { ...to, ...tls, path: "/_ping", timeout: patienceMs };
    const ping = request(options, (reply) => {
      reply.resume();
      const { statusCode } = reply;
      const hint = statusCode === 400 && tls === undefined ? `; ${NEEDS_TLS}` : "";
      resolve(statusCode === 200 ? undefined : `it answered ${statusCode}${hint}`);
    });
    ping.on("timeout", () => ping.destroy(new Error(`no answer within ${patienceMs} ms`)));
    // An error of several addresses of one host has no message of its own.
    ping.on("error", (error: NodeJS.ErrnoException) => resolve(error.message || `${error.code}`));
    ping.end();
  });
}

const NEEDS_TLS = "where it expects TLS, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH";

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
