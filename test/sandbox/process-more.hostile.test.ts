/** Hostile programs of our own in processes. */
import { existsSync } from "node:fs";
import { describe } from "vitest";
import { processSandbox } from "../../sandbox/process/process.ts";
import { attacks } from "./attacks.ts";
import { HOSTILE_JAVASCRIPT, HOSTILE_PYTHON } from "./more-hostile-programs.ts";

const withoutPython = !["/usr/bin/python3", "/usr/local/bin/python3"].some(existsSync);

describe("more hostile JavaScript in a process", () => {
  attacks("javascript", HOSTILE_JAVASCRIPT, () =>
    processSandbox({ accept: "weaker-isolation", concurrency: 1 }),
  );
});

describe.skipIf(withoutPython)(
  "more hostile Python in a process (skipped where there is no Python 3)",
  () => {
    attacks("python", HOSTILE_PYTHON, () =>
      processSandbox({ accept: "weaker-isolation", concurrency: 1 }),
    );
  },
);
