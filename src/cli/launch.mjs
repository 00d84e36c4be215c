#!/usr/bin/env node
/**
 * Starts Toolwright, or a development tool of its, on the Node that it needs.
 *
 * This is the one file that an old Node can run: plain JavaScript without dependencies. It installs
 * what is missing (only with --install, only in a source checkout) and hands over: to the program in
 * this process where its Node is new enough, else to one on the Node that the lockfile brings.
 *
 *   launch.mjs [--install] [--bin NAME] [ARGUMENT...]
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const MINIMUM = [24, 12];
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");
const windows = process.platform === "win32";

const args = process.argv.slice(2);
const install = takeFlag("--install");
const binary = takeOption("--bin");

if (install) installWhatIsMissing();
const node = findNode();
process.env.PATH = `${dirname(node)}${windows ? ";" : ":"}${process.env.PATH ?? ""}`;
// Half of a short command's time is compiling: what was compiled once is kept.
process.env.NODE_COMPILE_CACHE ??= join(root, "node_modules", ".cache", "toolwright");
// The parts of Node that the engine stands on and that call themselves experimental warn on stderr.
const QUIET = "--disable-warning=ExperimentalWarning";
if (binary !== undefined) start([binaryPath(binary), ...args]);
else if (node === process.execPath) await startHere(entryPoint());
else start([QUIET, entryPoint(), ...args]);

function takeFlag(name) {
  if (args[0] !== name) return false;
  args.shift();
  return true;
}

function takeOption(name) {
  if (args[0] !== name) return undefined;
  args.shift();
  return args.shift();
}

/** Runs `npm ci` when no installation matches the lockfile; says so on stderr; quiet otherwise. */
function installWhatIsMissing() {
  const lock = join(root, "package-lock.json");
  if (!existsSync(lock)) return; // A published package: npm has installed it.
  const digest = createHash("sha256").update(readFileSync(lock)).digest("hex");
  const stamp = join(root, "node_modules", ".toolwright-installed");
  if (isInstalled(lock, stamp, digest)) return;
  const guard = join(root, "node_modules.installing");
  if (!takeGuard(guard)) return;
  try {
    if (isInstalled(lock, stamp, digest)) return;
    process.stderr.write("Installing dependencies (npm ci), about 15-30 s, once ...\n");
    const npm = windows ? "npm.cmd" : "npm";
    const done = spawnSync(npm, ["ci"], {
      cwd: root,
      // stdout is data: what npm prints there goes to stderr.
      stdio: ["ignore", 2, 2],
      shell: windows,
    });
    if (done.status !== 0) {
      fail(
        `The installation failed: expected "npm ci" to end with 0, got ${done.status ?? done.error?.message}. ` +
          "Check the network to the npm registry, then run the command again.",
      );
    }
    writeFileSync(stamp, digest);
  } finally {
    rmSync(guard, { recursive: true, force: true });
  }
}

/** By our stamp, or by an `npm ci` of the user's own that is younger than the lockfile. */
function isInstalled(lock, stamp, digest) {
  if (existsSync(stamp)) return readFileSync(stamp, "utf8") === digest;
  const installed = join(root, "node_modules", ".package-lock.json");
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
}

/** Two commands started at once on a fresh clone must not install over each other. */
function takeGuard(guard) {
  const deadline = Date.now() + 180_000;
  for (;;) {
    try {
      mkdirSync(guard);
      writeFileSync(join(guard, "pid"), String(process.pid));
      return true;
    } catch (error) {
      if (error.code !== "EEXIST") {
        fail(`Cannot write to ${root}: ${error.message}. Make the folder writable.`);
      }
    }
    if (!ownerLives(guard)) rmSync(guard, { recursive: true, force: true });
    else if (Date.now() > deadline)
      fail(`Another installation has held ${guard} for 3 minutes. Remove it.`);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

function ownerLives(guard) {
  try {
    process.kill(Number(readFileSync(join(guard, "pid"), "utf8")), 0);
    return true;
  } catch (error) {
    // The pid file appears a moment after the folder: an unreadable one counts as alive, briefly.
    if (error.code === "ENOENT") {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
      return existsSync(join(guard, "pid"));
    }
    return error.code === "EPERM";
  }
}

/** Node strips no types under node_modules: an installed package runs what `tsc` built. */
function entryPoint() {
  const built = join(root, "dist", "src", "cli", "main.js");
  const packaged = root.includes(`${sep}node_modules${sep}`);
  return packaged ? built : join(root, "src", "cli", "main.ts");
}

function binaryPath(name) {
  // By path: not every package exports its manifest.
  const manifestPath = join(root, "node_modules", packageOf(name), "package.json");
  const { bin } = JSON.parse(readFileSync(manifestPath, "utf8"));
  return join(dirname(manifestPath), typeof bin === "string" ? bin : bin[name]);
}

function packageOf(name) {
  return { biome: "@biomejs/biome", tsc: "typescript" }[name] ?? name;
}

function isRecent(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

/** This process's, else the one that the lockfile of a source checkout brings. */
function findNode() {
  if (isRecent(process.versions.node)) return process.execPath;
  const name = `node-${windows ? "win" : process.platform}-${process.arch}`;
  try {
    const manifest = module.createRequire(import.meta.url).resolve(`${name}/package.json`);
    return join(dirname(manifest), "bin", windows ? "node.exe" : "node");
  } catch {
    const brought = existsSync(join(root, "package-lock.json")) && process.platform !== "darwin";
    return fail(
      `Toolwright needs Node ${MINIMUM.join(".")} or newer, got ${process.versions.node}. ` +
        `${brought ? `Run "npm ci" in ${root}, or install` : "Install"} a newer Node: https://nodejs.org.`,
    );
  }
}

async function startHere(entry) {
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  process.argv.splice(1, process.argv.length, entry, ...args);
  // It is too late for the flag itself; children get it.
  process.execArgv.push(QUIET);
  const [warn] = process.listeners("warning");
  process.removeAllListeners("warning");
  process.on("warning", (warning) => warning.name === "ExperimentalWarning" || warn?.(warning));
  await import(pathToFileURL(entry).href);
}

function start(command) {
  const child = spawn(node, command, { stdio: "inherit" });
  // A terminal sends Ctrl-C to the whole group: the child has it already and decides when to end.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("error", (error) => fail(`Cannot start ${node}: ${error.message}.`));
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0);
  });
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
