/** Reports which sandbox layers and drivers work on this machine. Each one is tried. */

import { findEngine } from "./container/address.ts";
import { confinement, type Layer } from "./walls/host.ts";
import { findConfinement } from "./walls/process.ts";

/** Which confinement layers of the isolate driver's host process work on this machine. */
export async function confinementReport(): Promise<Layer[]> {
  return [...(await confinement()).layers];
}

export interface DriverReport {
  readonly driver: "container" | "process";
  readonly works: boolean;
  readonly detail: string;
}

const NAMESPACES = {
  root: "namespaces created as root, an unprivileged user, a private root",
  user: "namespaces created in a user namespace, a private root",
  bwrap: "namespaces and private root by bubblewrap",
  none: "no namespaces: a program sees the network, files and processes of its user",
} as const;

/** Whether the other two drivers are available, and which languages they run. */
export async function driversReport(): Promise<DriverReport[]> {
  const { address, failure } = await findEngine();
  const { namespaces, prlimit, interpreters } = findConfinement();
  const { python, shell } = interpreters;
  const languages = ["JavaScript", ...(python ? ["Python"] : []), ...(shell ? ["shell"] : [])];
  return [
    {
      driver: "container",
      works: failure === undefined,
      detail:
        failure === undefined
          ? `an engine answers at ${address}: Python and shell run there`
          : `no engine at ${address} (${failure}): Python and shell do not run, unless a driver is configured for them`,
    },
    {
      driver: "process",
      works: namespaces !== "none" && prlimit,
      detail: `weaker, used only if configured by name; ${languages.join(", ")}; ${NAMESPACES[namespaces]}${prlimit ? "" : "; no resource limits"}`,
    },
  ];
}
