/** Real processes that are killed, interrupted, or two on one home. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../support/cli.ts";
import { CLAMP } from "./specs.ts";

let place: Workplace;
beforeAll(() => {
  place = workplace({ apart: true });
});
afterAll(() => place.remove());

describe("a killed process", () => {
  const args = ["evolve", "bin-packing", "--seed", "6", "--budget-evaluations", "300"];
  const best = (value: unknown) => (value as { best: unknown }).best;
  let whole: unknown;
  beforeAll(async () => {
    whole = best((await place.json([...args, "--home", `${place.folder}/whole`])).value);
  }, 120_000);

  it.each([1_200, 2_000])(
    "after %i ms loses nothing: resumed, its run ends as if it had not been killed",
    async (killAfterMs) => {
      const home = `${place.folder}/killed-${killAfterMs}`;
      await place.run([...args, "--home", home], { killAfterMs });
      const listed = await place.json(["traces", "ls", "--home", home]);
      const [run] = listed.value as { id: string; status: string }[];
      const resume = run === undefined ? [] : ["--resume", run.id];
      const resumed = await place.json([...args, ...resume, "--home", home]);
      expect(best(resumed.value)).toEqual(whole);
      for (const status of (listed.value as { status: string }[]).map((each) => each.status)) {
        expect(["interrupted", "succeeded"]).toContain(status);
      }
    },
    120_000,
  );
});

describe("a process", { timeout: 120_000 }, () => {
  it("keeps what is done when it is interrupted, and starts clean the next time", async () => {
    const stopped = await place.run(
      ["evolve", "bin-packing", "--budget-seconds", "60", "--home", `${place.folder}/stopped`],
      { interruptAfterMs: 3_000 },
    );
    expect(stopped.status).toBe(130);
    const { value } = await place.json(["traces", "ls", "--home", `${place.folder}/stopped`]);
    expect(value).toMatchObject([{ kind: "evolution", status: "canceled" }]);
  });

  it("shares its home with another", async () => {
    const spec = place.file("clamp.json", JSON.stringify(CLAMP));
    const both = await Promise.all([
      place.json(["evolve", "--spec", spec, "--seed", "3", "--budget-evaluations", "300"]),
      place.json(["evolve", "--spec", spec, "--seed", "4", "--budget-evaluations", "300"]),
    ]);
    for (const { value } of both) expect(value).toMatchObject({ runId: expect.any(String) });
    expect((await place.json(["traces", "ls"])).value).toHaveLength(2);
  });
});
