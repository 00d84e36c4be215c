/** Both implementations of Steps keep the contract; the durable one on both stores. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { immediateSteps, stepsMemory } from "../../src/journal/immediate.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { sqliteEventStore } from "../../src/trace/store/sqlite.ts";
import { stepsContract } from "../contracts/steps.ts";
import { sendTo } from "../support/signals.ts";
import { durablePlace } from "./request.ts";

const home = mkdtempSync(join(tmpdir(), "steps-"));
let files = 0;
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("durable steps: memory", () => {
  stepsContract(() => durablePlace(memoryEventStore()));
});

describe("durable steps: sqlite", () => {
  stepsContract(() => durablePlace(sqliteEventStore(join(home, `${files++}.db`))));
});

describe("immediate steps", () => {
  stepsContract(async () => {
    const memory = stepsMemory();
    return {
      live: async (workflow) => {
        // The attempt is cut off where it has come to.
        const cut = new AbortController();
        const done = workflow(immediateSteps(memory, { signal: cut.signal })).catch(
          () => "waiting" as const,
        );
        setTimeout(() => cut.abort(new Error("cut")), 60);
        return done;
      },
      send: async (signal) => sendTo(memory, signal),
      traced: async () => memory.events.map(({ type }) => type),
    };
  });
});
