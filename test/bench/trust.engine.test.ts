import { expect, test } from "vitest";
import { benchTrust } from "../../src/bench/trust.ts";

const signal = new AbortController().signal;
async function bench(only: string, evaluations: number) {
  const sections: Record<string, readonly object[]> = {};
  for await (const [name, rows] of benchTrust({ only, evaluations }, signal)) sections[name] = rows;
  return sections;
}

test("a tool that agrees with the reference on unseen inputs counts as right", async () => {
  const { counts, "not right": faults } = await bench("numbers/pages-needed", 400);
  expect(counts).toEqual([
    expect.objectContaining({ part: "development", jobs: 1, "wrong and trusted": 0 }),
  ]);
  expect(counts?.[0]).toSatisfy(
    (row: Record<string, number>) =>
      (row["right and trusted"] ?? 0) + (row["right and provisional"] ?? 0) === 1,
  );
  expect(faults).toEqual([]);
});

test("a job without a tool is listed as not found", async () => {
  const { counts, "not right": faults } = await bench("texts/caesar-shift", 20);
  expect(counts?.[0]).toMatchObject({ "not found": 1, "right and trusted": 0 });
  expect(faults).toEqual([expect.objectContaining({ job: "texts/caesar-shift" })]);
});

test("an unknown name is refused", async () => {
  await expect(bench("no-such-job", 20)).rejects.toMatchObject({ code: "USAGE" });
});
