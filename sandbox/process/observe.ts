/**
 * Observes what the confinement holds on this machine by trying it from inside, instead of trusting
 * the list of layers.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Confinement, confine } from "../walls/process.ts";

export interface Observed {
  readonly networkInterfaces: readonly string[];
  readonly processesSeen: number;
  readonly readsHostFiles: boolean;
  readonly writesHostFiles: boolean;
  readonly root: boolean;
  readonly capabilities: boolean;
  readonly newPrivileges: boolean;
  readonly filtered: boolean;
}

// Only shell built-ins, so that it runs on every system with a shell.
const PROBE = `
i=; { read l; read l; while IFS=: read n l; do i="$i $n"; done; } < /proc/net/dev
p=0; for d in /proc/[0-9]*; do p=$((p + 1)); done
u=; c=; n=; s=
while read k v l; do case $k in Uid:) u=$v;; CapEff:) c=$v;; NoNewPrivs:) n=$v;; Seccomp:) s=$v;; esac; done < /proc/self/status
r=no; [ -r "$1" ] && r=yes
{ : > "$1.w"; } 2>/dev/null
echo "$p|$u|$c|$n|$s|$r|$i"
`;

/** @returns undefined if no shell can be started inside. */
export function observeConfinement(confinement: Confinement): Observed | undefined {
  const shell = confinement.interpreters.shell;
  if (shell === undefined) return undefined;
  const scratch = mkdtempSync(join(tmpdir(), "toolwright-observe-"));
  // In a folder that everybody may write: if the file appears here, the program's folder is not private.
  const marker = `${scratch}.marker`;
  try {
    writeFileSync(marker, "", { mode: 0o644 });
    const [file = "", ...rest] = confine(
      confinement,
      [shell, "-c", PROBE, "probe", marker],
      { cpuSeconds: 10, dataMiB: null, fileMiB: 1, filtered: true },
      { root: scratch, program: scratch, scratchMiB: 1 },
    );
    const answer = spawnSync(file, rest, { encoding: "utf8", timeout: 10_000, cwd: "/" });
    const line = (answer.stdout ?? "").trim();
    if (answer.status !== 0 || line === "") return undefined;
    const [seen, user, effective, newPrivileges, mode, reads, interfaces] = line.split("|");
    return {
      networkInterfaces: (interfaces ?? "").split(/\s+/).filter((name) => name !== ""),
      processesSeen: Number(seen),
      readsHostFiles: reads === "yes",
      writesHostFiles: existsSync(`${marker}.w`),
      root: user === "0",
      capabilities: !/^0*$/.test(effective ?? ""),
      newPrivileges: newPrivileges !== "1",
      filtered: confinement.filter && mode === "2",
    };
  } finally {
    rmSync(marker, { force: true });
    rmSync(`${marker}.w`, { force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
}
