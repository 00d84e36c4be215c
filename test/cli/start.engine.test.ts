/** What `npm start` suggests next can be done, after the first start and after the second. */
import { afterAll, expect, it } from "vitest";
import { workplace } from "../support/cli.ts";

const place = workplace();
afterAll(place.remove);

/** What stands behind "Next:", as the words of toolwright. */
function suggested(stdout: string): readonly (readonly string[])[] {
  const [, next = ""] = stdout.split("Next:\n");
  return next
    .trim()
    .split("\n")
    .map((line) => line.replace(/\(.*/, "").trim())
    .filter((line) => line !== "npm start")
    .map((line) => line.replace(/^npm run -s toolwright -- /, "").split(" "));
}

it("each command line that a start suggests ends with status 0", async () => {
  for (const found of ["made for this request", "found in the store"]) {
    const args = ["start", "--task", "bin-packing", "--budget-evaluations", "1500"];
    const started = await place.run(args);
    expect(started.stdout).toContain(found);
    const lines = suggested(started.stdout);
    expect(lines.map(([name]) => name)).toEqual(expect.arrayContaining(["tools", "traces"]));
    for (const line of lines) {
      const { status, stderr } = await place.run(line);
      expect(status, `${line.join(" ")}: ${stderr}`).toBe(0);
    }
  }
}, 120_000);
