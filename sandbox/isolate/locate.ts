/**
 * Paths of the isolate driver's files, in the source (`.ts`) and after `tsc` (`.js` in dist). The
 * compiler rewrites import specifiers but not paths built at run time, so only this file decides
 * the extension.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SandboxUnavailableError } from "../../src/core/errors.ts";

const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const here = dirname(fileURLToPath(import.meta.url));

/** Absolute path of a file in this folder, given without extension. */
export function siblingFile(name: string): string {
  return join(here, name + extension);
}

/**
 * Paths that the host process must read: its own files, the packages that it loads, and what Node
 * reads to resolve them: the package.json files above, and the places where a package manager may
 * have put a link instead of the package.
 *
 * @throws SandboxUnavailableError without isolated-vm.
 */
export function readableByHost(
  resolve: (name: string) => string = createRequire(import.meta.url).resolve,
): readonly string[] {
  const isolatedVm = packageOf(resolveIsolatedVm(resolve));
  const loader = createRequire(join(isolatedVm, "package.json")).resolve("node-gyp-build");
  const packages = [isolatedVm, packageOf(loader), packageOf(resolve("acorn"))];
  const above = foldersAbove(here);
  return [
    here,
    join(dirname(here), `source${extension}`),
    ...["frames", "blocking", "program-text"].map((name) =>
      join(dirname(here), "inside", name + extension),
    ),
    ...["strip-types", "module-text"].map((name) =>
      join(dirname(here), "..", "src", "core", name + extension),
    ),
    ...packages,
    ...above.map((folder) => join(folder, "package.json")),
    ...[...above, ...foldersAbove(isolatedVm)].flatMap((folder) =>
      ["isolated-vm", "node-gyp-build", "acorn"].map((name) => join(folder, "node_modules", name)),
    ),
    // node-gyp-build checks this file to detect musl.
    "/etc/alpine-release",
  ].filter((path, index, all) => all.indexOf(path) === index);
}

function resolveIsolatedVm(resolve: (name: string) => string): string {
  try {
    return resolve("isolated-vm");
  } catch (error) {
    throw new SandboxUnavailableError(
      "The isolate sandbox needs the package isolated-vm, which is not installed: npm leaves it out " +
        "where it runs on a Node older than 24. Install again with Node 24.12 or newer.",
      { cause: error },
    );
  }
}

function packageOf(file: string): string {
  return foldersAbove(dirname(file)).find((at) => existsSync(join(at, "package.json"))) ?? file;
}

/** The folder itself and all above it. */
function foldersAbove(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersAbove(above)];
}
