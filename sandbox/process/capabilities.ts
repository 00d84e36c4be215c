/** What the process driver holds and does not hold on this machine, as data and as words. */
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
    "Each program runs in processes of its own with an empty environment, which are ended after it.",
    "Resident memory is measured every 20 ms and the program ended above its limit.",
    "At the wall-clock limit its process group is ended.",
    "JavaScript runs under Node's permission model: no files, no child processes, no threads.",
  ];
  const doesNotHold: string[] = [
    "A fault in the kernel or in an interpreter: there is no container.",
    "Time as a side channel: Python and shell read the real clock.",
  ];
  const say = (held: boolean | undefined, yes: string, no: string): void => {
    if (held === true) holds.push(yes);
    else doesNotHold.push(no);
  };
  say(
    confinement.memoryGroups,
    "The kernel counts a program's memory in a control group, files in memory included, and ends it above its limit.",
    "Memory between two measurements: a program can be above its limit for 20 ms.",
  );
  say(
    observed?.filtered,
    "Python and shell programs run behind a system-call filter: no keyrings, vsock sockets, new namespaces, mounts, or access to other processes.",
    "Python and shell programs make any system call: what they put into kernel keyrings outlives a run.",
  );
  const only = observed?.networkInterfaces.every((name) => name === "lo");
  const network = only !== true || confinement.namespaces === "none";
  say(
    !network,
    "No network: a loopback interface of its own and nothing else.",
    "The network: a program can reach whatever this machine can, services on it included.",
  );
  say(
    observed && !observed.readsHostFiles,
    `Files: it sees the host's programs, read-only, and a scratch directory in memory of ${scratchMiB} MiB.`,
    "Files: Python and shell read every file of the host that their user may read.",
  );
  say(
    observed && !observed.writesHostFiles,
    "It writes no file of the host.",
    "Python and shell write where their user may write.",
  );
  say(
    observed && observed.processesSeen < 10,
    "It neither sees nor signals a process of the host, and none of its own outlives it.",
    "It sees the host's processes, can signal those of its user, and one that leaves its group outlives it.",
  );
  say(
    confinement.otherUser && observed && !observed.root && !observed.capabilities,
    "It runs as a user without rights, of no capability.",
    observed?.capabilities === false
      ? "It runs as this process's user, though of no capability."
      : "It runs as this process's user, with that user's rights.",
  );
  say(
    observed && !observed.newPrivileges,
    "It can gain no privileges.",
    "It may gain privileges by set-user-id programs.",
  );
  say(
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
      scratch: `a scratch directory of ${scratchMiB} MiB, gone after the program`,
      sessions: false,
      network,
    }),
  };
}
