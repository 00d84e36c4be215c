/** Hostile Python of our own in containers. */
import { describe } from "vitest";
import { containerSandbox } from "../../sandbox/container/container.ts";
import { attacks } from "./attacks.ts";
import { engineNote, withoutEngine } from "./container-engine.ts";
import { HOSTILE_PYTHON } from "./more-hostile-programs.ts";

describe.skipIf(withoutEngine)(`more hostile Python in a container${engineNote}`, () => {
  attacks("python", HOSTILE_PYTHON, () =>
    containerSandbox({ languages: ["python"], concurrency: 1 }),
  );
});
