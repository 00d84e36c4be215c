/** A host that is killed while its container is busy; started by the container tests. */

import { containerSandbox } from "../../sandbox/container/container.ts";
import { ownerOf } from "../../sandbox/container/owner.ts";
import { Limits } from "../../src/core/execution.ts";

const sandbox = await containerSandbox({ warm: 1, languages: ["python"] });
const job = {
  program: { language: "python" as const, source: "def f():\n    while True: pass", entry: "f" },
  inputs: [[]],
  limits: Limits.parse({ timeoutMs: 60_000 }),
  seed: 1,
};
setTimeout(() => process.stdout.write(`${ownerOf()}\n`), 500);
await sandbox.run(job, new AbortController().signal);
