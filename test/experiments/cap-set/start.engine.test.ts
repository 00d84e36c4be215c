/** The main job on a task without sealed instances: its training instance is the request's own. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../../support/cli.ts";

let place: Workplace;
beforeAll(() => {
  place = workplace();
});
afterAll(() => place.remove());

describe("start --task cap-set-4", () => {
  it("makes a tool whose set has the largest size, then finds it", async () => {
    const args = ["start", "--task", "cap-set-4", "--budget-evaluations", "3000", "--seed", "1"];
    const first = await place.json(args);
    expect(first.status).toBe(0);
    expect(first.value).toMatchObject({
      created: true,
      tool: { name: "extend_cap_set_4" },
      // Pellegrino, 1970: no cap set of F_3^4 has more than 20 vectors.
      measures: { size: 20 },
    });
    const second = await place.json(args);
    expect(second.value).toMatchObject({ created: false, measures: { size: 20 } });
  }, 120_000);
});

describe("evolve cap-set-4", () => {
  it("compares with the null candidate on what there is: it has no sealed instances", async () => {
    const { value } = await place.json(["evolve", "cap-set-4", "--budget-evaluations", "100"]);
    // Equal priorities take vectors in order: all of {0, 1}^4, since three of them never sum to 0.
    expect(value).toMatchObject({ comparedOn: "training", floor: 16 });
  }, 60_000);
});
