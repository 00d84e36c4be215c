/**
 * Where the files of the isolate driver lie, from source (`.ts`) and after `tsc` (`.js` in dist).
 * Import specifiers are rewritten by the compiler; paths made at run time are not, so the extension
 * is decided here and nowhere else.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** Absolute path of a file beside this one, named without extension. */
export function besideThis(name: string): string {
  return fileURLToPath(new URL(`./${name}${extension}`, import.meta.url));
}

/**
 * What the host process has to read: its own files, the packages it loads, and the manifests that
 * Node consults to tell the type of a module.
 */
export function readableByHost(): readonly string[] {
  const here = dirname(fileURLToPath(import.meta.url));
  const require = createRequire(import.meta.url);
  const packages = ["isolated-vm", "acorn"].map((name) => packageRoot(require.resolve(name)));
  const ivmRequire = createRequire(join(packages[0] ?? here, "package.json"));
  packages.push(packageRoot(ivmRequire.resolve("node-gyp-build")));
  // node-gyp-build asks whether the C library is musl by probing this file.
  const source = join(dirname(here), `source${extension}`);
  return [here, source, ...packages, ...manifestsAbove(here), "/etc/alpine-release"];
}

function packageRoot(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return folder;
}

function manifestsAbove(folder: string): string[] {
  const found: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    found.push(join(at, "package.json"));
    if (existsSync(join(at, "package.json")) || dirname(at) === at) return found;
  }
}
