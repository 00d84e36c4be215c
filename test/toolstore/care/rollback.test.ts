import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { failureRise, shouldRollBack, worseThanBefore } from "../../../toolstore/care/rollback.ts";
import { rollBack } from "../../../toolstore/index.ts";
import { memoryToolStore } from "../../../toolstore/store/memory.ts";
import { sampleTool } from "../sample.ts";

async function twoVersions() {
  const store = memoryToolStore();
  await store.put(sampleTool({ name: "pack", body: "1" }));
  await store.put(sampleTool({ name: "pack", version: 2, body: "2" }));
  return store;
}

describe("roll back", () => {
  it("tests by Fisher's exact test: the lady tasting tea, 1/70 and 17/70", () => {
    // Fisher, The Design of Experiments (1935), chapter 2: eight cups, four of each kind.
    expect(failureRise({ calls: 4, successes: 0 }, { calls: 4, successes: 4 })).toBeCloseTo(
      1 / 70,
      12,
    );
    expect(failureRise({ calls: 4, successes: 1 }, { calls: 4, successes: 3 })).toBeCloseTo(
      17 / 70,
      12,
    );
    expect(failureRise({ calls: 9, successes: 9 }, { calls: 9, successes: 0 })).toBeCloseTo(1, 12);
  });

  it("waits for ten calls of each version", () => {
    const good = { calls: 500, successes: 500 };
    expect(shouldRollBack({ calls: 9, successes: 0 }, good)).toBe(false);
    expect(shouldRollBack({ calls: 10, successes: 0 }, good)).toBe(true);
    expect(shouldRollBack({ calls: 10, successes: 0 }, { calls: 9, successes: 9 })).toBe(false);
  });

  it("raises a false alarm in at most 5 % of 200-call lives at equal rates, looking after each call", () => {
    const random = seededRandom(11);
    const previous = { calls: 200, successes: 180 };
    let alarms = 0;
    const lives = 400;
    for (let life = 0; life < lives; life++) {
      let successes = 0;
      for (let calls = 1; calls <= 200; calls++) {
        if (random.next() < 0.9) successes++;
        if (shouldRollBack({ calls, successes }, previous)) {
          alarms++;
          break;
        }
      }
    }
    expect(alarms / lives).toBeLessThanOrEqual(0.05);
  });

  it("goes back to the version before and keeps the other in the history", async () => {
    const store = await twoVersions();
    expect((await rollBack(store, "pack")).version).toBe(1);
    expect((await store.get("pack", 2)).status).toBe("deprecated");
    expect(await store.history("pack")).toHaveLength(2);
    await expect(rollBack(store, "pack")).rejects.toMatchObject({
      code: "NOTHING_TO_ROLL_BACK_TO",
    });
  });

  it("goes back to a named version, deprecated or not", async () => {
    const store = await twoVersions();
    await store.put(sampleTool({ name: "pack", version: 3, body: "3" }));
    await store.setStatus("pack", 1, "deprecated");
    expect((await rollBack(store, "pack", 1)).version).toBe(1);
    expect((await store.history("pack")).map(({ status }) => status)).toEqual([
      "active",
      "deprecated",
      "deprecated",
    ]);
    await expect(rollBack(store, "pack", 3)).rejects.toMatchObject({
      code: "NOTHING_TO_ROLL_BACK_TO",
    });
    await expect(rollBack(store, "pack", 4)).rejects.toMatchObject({ code: "TOOL_NOT_FOUND" });
  });

  it("happens by itself when live failures rise, and only then", async () => {
    const store = await twoVersions();
    for (let i = 0; i < 20; i++) await store.recordUse("pack", 1, { succeeded: true, wallMs: 1 });
    for (let i = 0; i < 20; i++)
      await store.recordUse("pack", 2, { succeeded: i !== 3, wallMs: 1 });
    expect(await worseThanBefore(store, "pack")).toBeUndefined();
    for (let i = 0; i < 20; i++) await store.recordUse("pack", 2, { succeeded: false, wallMs: 1 });
    expect(await worseThanBefore(store, "pack")).toMatchObject({
      current: { version: 2 },
      previous: { version: 1 },
    });
  });
});
