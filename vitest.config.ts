import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";

/**
 * A test's project is the word before `.test.ts`; without one of these words it is a unit test.
 *
 *   unit      starts no process, no thread and no sandbox (`test/support/unit-only.ts` sees to it)
 *   engine    everything else: sandboxes, the engine, the command line
 *   hostile   unread code that means harm
 *   crash     processes that are killed, and what they leave
 *
 * `npm test` runs the first two, `npm run test:hard` the others.
 */
const CORES = availableParallelism();
const FIXTURES = "test/fixtures/**";
const only = (kind: string) => ({
  name: kind,
  include: [`test/**/*.${kind}.test.ts`],
  exclude: [...configDefaults.exclude, FIXTURES],
});

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A test whose expectations are never reached has shown nothing.
    expect: { requireAssertions: true },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [
            ...configDefaults.exclude,
            FIXTURES,
            "test/**/*.{engine,hostile,crash}.test.ts",
          ],
          setupFiles: ["test/support/unit-only.ts"],
          // One worker loads the program once for all of its files.
          isolate: false,
          maxWorkers: CORES,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        // They wait for processes and clocks: one more than the cores fills these pauses.
        test: { ...only("engine"), maxWorkers: CORES + 1, sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        // Each file attacks on all cores at once.
        test: { ...only("hostile"), maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
      {
        extends: true,
        test: { ...only("crash"), maxWorkers: CORES + 1, sequence: { groupOrder: 3 } },
      },
    ],
  },
});
