/**
 * Holds unit tests to what they are: whatever starts a process, a thread or an isolate throws. Product
 * code may catch that and go on without, so what was refused fails the file too.
 */
import childProcess from "node:child_process";
import { registerHooks, syncBuiltinESMExports } from "node:module";
import workerThreads from "node:worker_threads";
import { afterAll } from "vitest";

const advice =
  "A unit test starts no process, no thread and no isolate. " +
  "Name its file *.engine.test.ts, *.hostile.test.ts or *.crash.test.ts.";

/** What a file tried to start. */
export const refused: string[] = [];

function refuse(what: string): never {
  refused.push(what);
  throw new Error(`${advice} Got ${what}.`);
}

const STARTERS = ["spawn", "spawnSync", "fork", "exec", "execSync", "execFile", "execFileSync"];
const replaced = Object.fromEntries(
  STARTERS.map((name) => [name, (command: unknown) => refuse(`${name}(${String(command)})`)]),
);
Object.assign(childProcess, replaced);
Object.assign(workerThreads, {
  Worker: class {
    constructor(file: unknown) {
      refuse(`new Worker(${String(file)})`);
    }
  },
});
syncBuiltinESMExports();
registerHooks({
  resolve: (specifier, context, next) =>
    /(^|\/)isolated-vm($|\/)/.test(specifier) ? refuse("isolated-vm") : next(specifier, context),
});

afterAll(() => {
  const all = refused.splice(0);
  if (all.length > 0) throw new Error(`${advice} Got ${all.join(", ")}.`);
});
