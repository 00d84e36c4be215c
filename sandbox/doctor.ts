/** What the sandboxes have to stand on here, each found out by trying it. */

import { engineAddress, silenceOf } from "./container/address.ts";
import { confinement, type Layer } from "./walls/host.ts";
import { findConfinement } from "./walls/process.ts";

/** Which layers round a host process of the isolate driver hold on this machine. */
export async function confinementReport(): Promise<Layer[]> {
  return [...(await confinement()).layers];
}

export interface DriverReport {
  readonly driver: "container" | "process";
  readonly works: boolean;
  readonly detail: string;
}

const NAMESPACES = {
  root: "namespaces by root's right, an unprivileged user, a private root",
  user: "namespaces by a user namespace, a private root",
  bwrap: "bubblewrap's namespaces and private root",
  none: "no namespaces: a program sees the network, files and processes of its user",
} as const;

/** Whether the other two drivers can be had, and what they would run. */
export async function driversReport(): Promise<DriverReport[]> {
  const address = engineAddress();
  const silence = await silenceOf(address);
  const { namespaces, prlimit, interpreters } = findConfinement();
  const { python, shell } = interpreters;
  const languages = ["JavaScript", ...(python ? ["Python"] : []), ...(shell ? ["shell"] : [])];
  return [
    {
      driver: "container",
      works: silence === undefined,
      detail:
        silence === undefined
          ? `an engine answers at ${address}: Python and shell run there`
          : `no engine at ${address} (${silence}): Python and shell do not run, unless a driver is configured for them`,
    },
    {
      driver: "process",
      works: namespaces !== "none" && prlimit,
      detail: `weaker, only where it is named; ${languages.join(", ")}; ${NAMESPACES[namespaces]}${prlimit ? "" : "; no resource limits"}`,
    },
  ];
}
