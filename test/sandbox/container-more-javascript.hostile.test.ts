/** Hostile JavaScript of our own in containers. */
import { describe } from "vitest";
import { containerSandbox } from "../../sandbox/container/container.ts";
import { attacks } from "./attacks.ts";
import { engineNote, withoutEngine } from "./container-engine.ts";
import { HOSTILE_JAVASCRIPT } from "./more-hostile-programs.ts";

describe.skipIf(withoutEngine)(`more hostile JavaScript in a container${engineNote}`, () => {
  attacks("javascript", HOSTILE_JAVASCRIPT, () =>
    containerSandbox({ languages: ["javascript"], concurrency: 1 }),
  );
});
