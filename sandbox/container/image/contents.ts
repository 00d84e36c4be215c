/**
 * The contents of the sandbox image: this machine's Node, a Python 3 and a shell with the usual text
 * tools, each with the libraries that it loads, and nothing else: no package manager, no compiler,
 * no network tool, no set-uid program.
 *
 * Node is installed executable but not readable (mode 0111). If a user cannot read a process's
 * executable, the kernel allows only root to trace that process or read its memory and descriptors.
 * This protects the supervisor and the harness from the program, which runs under the same user.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, constants, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ConfigError } from "../../../src/core/errors.ts";
import type { ImageEntry } from "./archive.ts";

/** Paths in the image. */
export const IMAGE_NODE = "/usr/local/bin/node";
export const IMAGE_SHELL = "/bin/sh";
export const IMAGE_PYTHON = "/usr/bin/python3";

const TOOLS =
  "awk base64 basename bash cat cmp comm cp cut date diff dirname env expr id factor false find fold grep egrep fgrep head join ln ls md5sum mkdir mktemp mv nl numfmt od paste printf pwd readlink realpath rm rmdir sed seq sha256sum shuf sleep sort split stat sum tac tail tee test timeout touch tr true tsort uniq wc xargs yes";
const UNWANTED =
  /^(test|tests|idlelib|ensurepip|tkinter|turtledemo|lib2to3|distutils|site-packages|dist-packages|config-.*|pydoc_data|venv)$/;
const PYTHON_FACTS =
  "import json, sys, sysconfig; print(json.dumps([sys.executable, sysconfig.get_path('stdlib'), sysconfig.get_path('platstdlib'), list(sys.version_info[:2])]))";

/** Every entry of the image, parents before children. @throws ConfigError if a part is missing. */
export function imageContents(): readonly ImageEntry[] {
  const entries = new Map<string, ImageEntry>();
  const binaries: string[] = [];

  const folder = (path: string, mode = 0o755): void => {
    const parent = dirname(path);
    if (parent !== "." && parent !== "/") folder(parent);
    const key = path.replace(/^\//, "");
    if (key !== "" && !entries.has(key)) {
      entries.set(key, { kind: "directory", path: key, mode, mtimeSeconds: 0 });
    }
  };
  const file = (from: string, to: string, mode?: number): void => {
    const status = statSync(from);
    folder(dirname(to));
    entries.set(to.slice(1), {
      kind: "file",
      path: to.slice(1),
      from,
      bytes: status.size,
      mode: mode ?? (status.mode & 0o111 ? 0o755 : 0o644),
      mtimeSeconds: Math.trunc(status.mtimeMs / 1000),
    });
  };
  const program = (from: string, to: string, mode?: number): void => {
    file(from, to, mode);
    binaries.push(from);
  };
  const text = (path: string, body: string): void => {
    folder(dirname(path));
    const key = path.slice(1);
    entries.set(key, { kind: "text", path: key, text: body, mode: 0o644, mtimeSeconds: 0 });
  };

  for (const path of ["/proc", "/sys", "/dev", "/etc", "/bin", "/usr/bin", "/usr/local/bin"]) {
    folder(path);
  }
  folder("/tmp", 0o1777);
  text(
    "/etc/passwd",
    "root:x:0:0:root:/:/bin/false\nnobody:x:65534:65534:nobody:/tmp:/bin/false\n",
  );
  text("/etc/group", "root:x:0:\nnogroup:x:65534:\n");
  text("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");

  program(process.execPath, IMAGE_NODE, 0o111);

  const shell = onPath("dash") ?? onPath("sh");
  if (shell === undefined) throw missing("a shell (dash or sh)");
  program(realpathSync(shell), IMAGE_SHELL);
  for (const tool of TOOLS.split(" ")) {
    const found = onPath(tool);
    if (found !== undefined) program(realpathSync(found), `/usr/bin/${tool}`);
  }

  const python = pythonFacts();
  program(python.executable, IMAGE_PYTHON);
  for (const root of new Set([python.library, python.platform])) {
    // The interpreter finds its library relative to itself: /usr/bin/python3 looks in /usr/lib.
    const to = `/usr/lib/python${python.version}`;
    walk(root, (path) => {
      file(join(root, path), `${to}/${path}`);
      if (path.endsWith(".so")) binaries.push(join(root, path));
    });
  }

  for (const library of librariesOf(binaries)) file(library, library, 0o755);
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function onPath(name: string): string | undefined {
  // The system's own folders first: a version manager's shim is a script, not the program.
  const folders = ["/usr/bin", "/bin", ...(process.env.PATH ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, name)).find(executable);
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function pythonFacts(): {
  readonly executable: string;
  readonly library: string;
  readonly platform: string;
  readonly version: string;
} {
  const found = onPath("python3");
  if (found === undefined) throw missing("python3");
  const answer = execFileSync(found, ["-I", "-S", "-c", PYTHON_FACTS], { encoding: "utf8" });
  const [executable, library, platform, version] = JSON.parse(answer) as [
    string,
    string,
    string,
    [number, number],
  ];
  return { executable: realpathSync(executable), library, platform, version: version.join(".") };
}

/** Every regular file below `root` that an interpreter needs, as a path relative to it. */
function walk(root: string, visit: (path: string) => void, below = ""): void {
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (UNWANTED.test(entry.name)) continue;
    if (entry.isDirectory()) walk(root, visit, path);
    else if (lstatSync(join(root, path)).isFile()) visit(path);
  }
}

/** The shared libraries that the programs load, as this machine's loader resolves them. */
function librariesOf(programs: readonly string[]): readonly string[] {
  // For scripts and static programs, ldd writes to standard error and still lists the others.
  const listing = spawnSync("ldd", [...new Set(programs)], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  const found = new Set<string>();
  for (const match of (listing.stdout ?? "").matchAll(/(?:=>\s*|^\s*)(\/\S+)\s+\(0x/gm)) {
    if (match[1] !== undefined) found.add(match[1]);
  }
  return [...found];
}

function missing(what: string): ConfigError {
  return new ConfigError(
    "IMAGE_PART_MISSING",
    `The sandbox image is made of this machine's own programs and needs ${what}, which is not installed. Install it and build the image again.`,
    { facts: { part: what } },
  );
}
