/**
 * The words that put a command behind bubblewrap: every namespace of its own, no capability, and a
 * root that holds the system's programs, read-only, what is named, and nothing else of the host.
 */
import { lstatSync, readlinkSync } from "node:fs";

/** What a program needs of a system to be started at all; absent ones are left out. */
const SYSTEM = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache"];

export interface BwrapShape {
  /** Absolute paths that it sees, at their own place; those that are not there are left out. */
  readonly visible: readonly string[];
  /** Folders that it sees elsewhere: where they are, and where they shall be. */
  readonly placed?: readonly (readonly [from: string, to: string])[];
  /** Size of its own /tmp. */
  readonly scratchMiB: number;
}

export function bwrapWords({ visible, placed = [], scratchMiB }: BwrapShape): readonly string[] {
  return [
    "bwrap",
    "--unshare-all",
    // Who spawns it gives it a group of its own (and with it a session): ended as a group, what is
    // inside ends with it even while bubblewrap is still building its walls.
    "--die-with-parent",
    "--cap-drop",
    "ALL",
    // The order counts: what is named may lie under /usr or /tmp.
    "--ro-bind",
    "/usr",
    "/usr",
    "--size",
    String(scratchMiB * 1_048_576),
    "--tmpfs",
    "/tmp",
    ...[...SYSTEM, ...visible].flatMap(shown),
    ...placed.flatMap(([from, to]) => ["--ro-bind", from, to]),
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

function shown(path: string): readonly string[] {
  if (path.startsWith("/usr/")) return [];
  try {
    // As a link, so that what is behind it has one name inside as outside.
    if (lstatSync(path).isSymbolicLink()) return ["--symlink", readlinkSync(path), path];
  } catch {
    return []; // Not there, or not to be seen by this user.
  }
  return ["--ro-bind", path, path];
}
