/** Hostile programs of our own in isolates and in containers. */
import { describe } from "vitest";
import { containerSandbox } from "../../sandbox/container.ts";
import { isolateSandbox } from "../../sandbox/index.ts";
import { attacks } from "./attacks.ts";
import { engineNote, withoutEngine } from "./container-engine.ts";
import { HOSTILE_JAVASCRIPT, HOSTILE_PYTHON } from "./more-hostile-programs.ts";

describe("more hostile JavaScript in an isolate", () => {
  attacks("javascript", HOSTILE_JAVASCRIPT, () => isolateSandbox({ slots: 1 }));
});

describe.skipIf(withoutEngine)(`more hostile programs in a container${engineNote}`, () => {
  describe("Python", () => {
    attacks("python", HOSTILE_PYTHON, () =>
      containerSandbox({ languages: ["python"], concurrency: 1 }),
    );
  });
  describe("JavaScript", () => {
    attacks("javascript", HOSTILE_JAVASCRIPT, () =>
      containerSandbox({ languages: ["javascript"], concurrency: 1 }),
    );
  });
});
