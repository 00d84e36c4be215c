/**
 * Labels containers with their owner, so that the leftovers of a crashed host can be distinguished
 * from the containers of a running one, and from containers of other programs.
 */
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type Docker from "dockerode";

export const OWNER_LABEL = "toolwright.sandbox.owner";
export const DEADLINE_LABEL = "toolwright.sandbox.deadline";

/** Machine, process namespace, process id and start time: unique for each process. */
export function ownerOf(pid: number = process.pid): string | undefined {
  const start = startOf(pid);
  return start === undefined ? undefined : `${machine()}/${pid}/${start}`;
}

function machine(): string {
  const boot = read("/proc/sys/kernel/random/boot_id")?.trim() ?? hostname();
  let namespace = "";
  try {
    namespace = readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  } catch {
    // No such link outside Linux: only the machine identifies it.
  }
  return `${boot}/${namespace}`;
}

function startOf(pid: number): string | undefined {
  const fields = read(`/proc/${pid}/stat`)?.split(") ").at(-1)?.split(" ");
  if (fields !== undefined) return fields[19];
  return pid === process.pid ? "0" : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * Whether the owner of a container is known to be dead. An owner on another machine cannot be
 * checked: its containers count as leftovers only after their deadline.
 */
export function ownerIsDead(owner: string, deadlineMs: number, nowMs: number): boolean {
  const at = owner.lastIndexOf("/", owner.lastIndexOf("/") - 1);
  if (owner.slice(0, at) !== machine()) return nowMs > deadlineMs;
  const pid = Number(owner.slice(at + 1).split("/")[0]);
  return ownerOf(pid) !== owner;
}

/** Removes the containers of dead owners. @returns The ids of removed containers. */
export async function reapLeftovers(engine: Docker, nowMs: number): Promise<readonly string[]> {
  const ours = await engine.listContainers({ all: true, filters: { label: [OWNER_LABEL] } });
  const dead = ours.filter((container) => {
    const owner = container.Labels[OWNER_LABEL];
    const deadline = Number(container.Labels[DEADLINE_LABEL]);
    return owner !== undefined && ownerIsDead(owner, deadline, nowMs);
  });
  await Promise.all(dead.map((container) => removeContainer(engine, container.Id)));
  return dead.map((container) => container.Id);
}

/** Removes a container, running or not. It is not an error if it is already removed. */
export async function removeContainer(engine: Docker, id: string): Promise<void> {
  try {
    await engine.getContainer(id).remove({ force: true, v: true });
  } catch (error) {
    const status = (error as { statusCode?: number }).statusCode;
    if (status !== 404 && status !== 409) throw error;
  }
}
