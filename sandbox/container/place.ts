/**
 * Where the container engine is expected, as Docker's own clients decide it: DOCKER_HOST, else the
 * context of DOCKER_CONTEXT or of Docker's configuration, else the usual sockets of this machine.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { present } from "../../src/core/present.ts";

/** A socket, or a host with or without TLS. */
export interface EnginePlace {
  /** As in DOCKER_HOST. */
  readonly address: string;
  readonly to: { readonly socketPath: string } | { readonly host: string; readonly port: number };
  readonly tls?: EngineTls;
}

interface EngineTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Why no place can be named. The address is what was tried, for messages. */
export class NoEnginePlace extends Error {
  readonly address: string;

  constructor(address: string, reason: string) {
    super(reason);
    this.address = address;
  }
}

const FORMS = "unix:///path, npipe:////./pipe/name, tcp://host:port or https://host:port";

/**
 * Places in the order in which to ask them; at least one.
 *
 * @param home The user's home folder.
 * @throws NoEnginePlace
 */
export function enginePlaces(
  environment: Environment = process.env,
  home: string = homedir(),
): readonly EnginePlace[] {
  const folder = environment.DOCKER_CONFIG || join(home, ".docker");
  const host = environment.DOCKER_HOST;
  if (host) return [placeOf(host, tlsOf(environment, folder, host))];
  const context = environment.DOCKER_CONTEXT || currentContext(folder);
  if (context !== undefined && context !== "default") return [contextPlace(folder, context)];
  const [usual = "", ...others] = usualAddresses(environment, home);
  const found = [usual, ...others].filter((address) => existsSync(address.slice("unix://".length)));
  return (found.length > 0 ? found : [usual]).map((address) => placeOf(address));
}

/**
 * @param tls For an address that is a host; an https address has TLS also without it.
 * @throws NoEnginePlace
 */
export function placeOf(address: string, tls?: EngineTls): EnginePlace {
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(address)?.[1];
  const socketPath = socket ?? (address.startsWith("/") ? address : undefined);
  if (socketPath !== undefined) return { address, to: { socketPath } };
  if (address.startsWith("ssh:")) {
    throw new NoEnginePlace(
      address,
      "ssh is not supported. Forward the engine's socket (ssh -N -L /tmp/engine.sock:/var/run/docker.sock HOST) and set DOCKER_HOST=unix:///tmp/engine.sock",
    );
  }
  const [, scheme = "tcp", rest = ""] =
    /^(?:(tcp|https?):\/\/|(?=.+:\d+$))([^/\s]+)\/?$/.exec(address) ?? [];
  // Unlike http, tcp has no port of its own that would be left out of the parsed address.
  const url = URL.canParse(`tcp://${rest}`) ? new URL(`tcp://${rest}`) : undefined;
  if (url === undefined || url.hostname === "") {
    throw new NoEnginePlace(address, `it is not an engine's address, which is ${FORMS}`);
  }
  const secure = tls ?? (scheme === "https" ? { rejectUnauthorized: true } : undefined);
  const port = Number(url.port || (secure === undefined ? 2375 : 2376));
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { address, to: { host, port }, ...present({ tls: secure }) };
}

/** A non-empty variable switches TLS on, whatever its value: so do Docker's clients. */
function tlsOf(environment: Environment, folder: string, address: string): EngineTls | undefined {
  const { DOCKER_TLS_VERIFY: verify, DOCKER_TLS: plain, DOCKER_CERT_PATH: path } = environment;
  const secure = verify || plain || path || /^https:/.test(address);
  if (!secure || /^(unix|npipe):|^\//.test(address)) return undefined;
  const unchecked = !verify && (Boolean(plain) || Boolean(path));
  return certificates(path || folder, address, unchecked, Boolean(path));
}

/** @param required Whether the folder was named, so that missing certificates are a fault. */
function certificates(
  folder: string,
  address: string,
  unchecked: boolean,
  required: boolean,
): EngineTls {
  const read = (name: string, needed: boolean): string | undefined => {
    const file = join(folder, name);
    if (!needed && !existsSync(file)) return undefined;
    try {
      return readFileSync(file, "utf8");
    } catch (error) {
      throw new NoEnginePlace(
        address,
        `its certificates cannot be read: ${(error as Error).message}. Correct DOCKER_CERT_PATH`,
      );
    }
  };
  const ca = read("ca.pem", required);
  const cert = read("cert.pem", required);
  const key = read("key.pem", cert !== undefined);
  return { ...present({ ca, cert, key }), rejectUnauthorized: !unchecked };
}

function usualAddresses(environment: Environment, home: string): readonly string[] {
  if (process.platform === "win32") return ["npipe:////./pipe/docker_engine"];
  const runtime = environment.XDG_RUNTIME_DIR;
  const ofUser = runtime ? [`${runtime}/docker.sock`, `${runtime}/podman/podman.sock`] : [];
  const inHome = [`${home}/.docker/run/docker.sock`, `${home}/.docker/desktop/docker.sock`];
  return ["/var/run/docker.sock", ...ofUser, ...inHome, "/run/podman/podman.sock"].map(
    (path) => `unix://${path}`,
  );
}

const DockerConfig = z.looseObject({ currentContext: z.string().optional() });
const ContextFile = z.looseObject({
  Endpoints: z.looseObject({
    docker: z.looseObject({
      Host: z.string().min(1),
      SkipTLSVerify: z.boolean().optional(),
    }),
  }),
});

function currentContext(folder: string): string | undefined {
  const file = join(folder, "config.json");
  if (!existsSync(file)) return undefined;
  return parsed(file, file, DockerConfig).currentContext || undefined;
}

function contextPlace(folder: string, name: string): EnginePlace {
  const id = createHash("sha256").update(name).digest("hex");
  const called = `context ${name}`;
  const file = join(folder, "contexts", "meta", id, "meta.json");
  if (!existsSync(file)) {
    throw new NoEnginePlace(
      called,
      `Docker has no such context below ${folder}. Correct DOCKER_CONTEXT, choose one with docker context use, or set DOCKER_HOST`,
    );
  }
  const { Host, SkipTLSVerify = false } = parsed(file, called, ContextFile).Endpoints.docker;
  const keys = join(folder, "contexts", "tls", id, "docker");
  const tls = existsSync(keys) ? certificates(keys, called, SkipTLSVerify, false) : undefined;
  const place = placeOf(Host, tls);
  return { ...place, address: `${Host} (${called})` };
}

function parsed<S extends z.ZodType>(file: string, address: string, schema: S): z.output<S> {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8").replace(/^\ufeff/, "")));
  } catch (error) {
    const reason = error instanceof z.ZodError ? "it has another form" : (error as Error).message;
    throw new NoEnginePlace(
      address,
      `${file} cannot be read: ${reason}. Correct it, or set DOCKER_HOST`,
    );
  }
}
