/**
 * Arguments that run a command inside bubblewrap: its own namespaces of every kind, no capabilities,
 * and a root that contains, read-only, the system's programs and the named paths, and nothing else
 * of the host.
 */
import { lstatSync, readlinkSync } from "node:fs";

/** System paths that a program needs to start; missing ones are skipped. */
const SYSTEM = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache"];

export interface BwrapShape {
  /** Absolute paths that it sees at the same path; missing ones are skipped. */
  readonly visible: readonly string[];
  /** Folders that it sees at another path. */
  readonly mapped?: readonly (readonly [from: string, to: string])[];
  /** Size of its own /tmp. */
  readonly scratchMiB: number;
}

export function bwrapCommand({ visible, mapped = [], scratchMiB }: BwrapShape): readonly string[] {
  return [
    "bwrap",
    "--unshare-all",
    // The caller spawns it in its own process group and session: killing the group also kills the
    // command inside, even while bubblewrap is still setting up.
    "--die-with-parent",
    "--cap-drop",
    "ALL",
    // The order matters: named paths may be under /usr or /tmp.
    "--ro-bind",
    "/usr",
    "/usr",
    "--size",
    String(scratchMiB * 1_048_576),
    "--tmpfs",
    "/tmp",
    ...[...SYSTEM, ...visible].flatMap(bindOf),
    ...mapped.flatMap(([from, to]) => ["--ro-bind", from, to]),
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--remount-ro",
    "/",
    "--chdir",
    "/",
  ];
}

function bindOf(path: string): readonly string[] {
  if (path.startsWith("/usr/")) return [];
  try {
    // Stays a link, so that its target has the same path inside and outside.
    if (lstatSync(path).isSymbolicLink()) return ["--symlink", readlinkSync(path), path];
  } catch {
    return []; // Missing, or not visible to this user.
  }
  return ["--ro-bind", path, path];
}
