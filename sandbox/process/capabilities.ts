/** What the process driver holds and does not hold on this machine, as data and as text. */
import type { Language } from "../../src/core/execution.ts";
import type { SandboxCapabilities } from "../../src/core/ports.ts";
import { capabilityPrompt } from "../guest/prompt.ts";
import type { Confinement } from "../walls/process.ts";
import type { Observed } from "./observe.ts";

export function processCapabilities(
  languages: readonly Language[],
  confinement: Confinement,
  observed: Observed | undefined,
  scratchMiB: number,
): SandboxCapabilities {
  const holds: string[] = [
    "Each program runs in its own processes with an empty environment, which are killed afterwards.",
    "Resident memory is measured every 20 ms, and the program is killed above its limit.",
    "At the wall-clock limit its process group is killed.",
    "JavaScript runs under Node's permission model: no files, no child processes, no threads.",
  ];
  const doesNotHold: string[] = [
    "Against a vulnerability of the kernel or of an interpreter: there is no container.",
    "Against timing side channels: Python and shell read the real clock.",
  ];
  const state = (held: boolean | undefined, yes: string, no: string): void => {
    if (held === true) holds.push(yes);
    else doesNotHold.push(no);
  };
  state(
    confinement.memoryGroups,
    "The kernel counts a program's memory in a control group, including in-memory files, and kills it above its limit.",
    "Memory between two measurements: a program can exceed its limit for 20 ms.",
  );
  state(
    observed?.filtered,
    "Python and shell programs run behind a system-call filter: no keyrings, vsock sockets, new namespaces, mounts, or access to other processes.",
    "System calls: Python and shell programs can make any; what they put into kernel keyrings remains after a run.",
  );
  const only = observed?.networkInterfaces.every((name) => name === "lo");
  const network = only !== true || confinement.namespaces === "none";
  state(
    !network,
    "No network: only its own loopback interface.",
    "The network: a program can reach everything that this machine can reach, including local services.",
  );
  state(
    observed && !observed.readsHostFiles,
    `Files: it sees only the host's programs, read-only, and an in-memory scratch directory of ${scratchMiB} MiB.`,
    "Files: Python and shell can read every host file that their user may read.",
  );
  state(
    observed && !observed.writesHostFiles,
    "It cannot write files of the host.",
    "Writing: Python and shell can write everywhere that their user may write.",
  );
  state(
    observed && observed.processesSeen < 10,
    "It cannot see or signal processes of the host, and all its own processes are killed with it.",
    "Processes: it sees the host's processes, can signal those of its user, and a child process that leaves its group keeps running.",
  );
  state(
    confinement.otherUser && observed && !observed.root && !observed.capabilities,
    "It runs as an unprivileged user without capabilities.",
    observed?.capabilities === false
      ? "The user: it runs as this process's user, but without capabilities."
      : "The user: it runs as this process's user, with that user's rights.",
  );
  state(
    observed && !observed.newPrivileges,
    "It cannot gain privileges.",
    "Privileges: it may gain some through set-user-id programs.",
  );
  state(
    confinement.prlimit,
    "Processor time, file size, open files, processes and core dumps are limited.",
    "Processor time, file size, open files and processes are not limited: prlimit is missing.",
  );
  return {
    languages,
    network,
    files: "scratch",
    packages: [],
    stateful: false,
    holds,
    doesNotHold,
    prompt: capabilityPrompt({
      languages,
      scratch: `a scratch directory of ${scratchMiB} MiB, deleted after the program`,
      sessions: false,
      network,
    }),
  };
}
