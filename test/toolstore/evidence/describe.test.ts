import { expect, it } from "vitest";
import { describeTests } from "../../../toolstore/evidence/describe.ts";

it("says what was tested and what was not", () => {
  expect(describeTests([[[1, 2]], [[]]], ["3"])).toBe(
    "Tested on 2 cases. Not tested: negative numbers, zero, decimals. " +
      "Numbers of the request that it does not use: 3.",
  );
  expect(describeTests([["a"]], [])).toBe(
    "Tested on 1 case. Not tested: an empty text, letters beyond ASCII.",
  );
});

it("names nothing that the cases have", () => {
  expect(describeTests([["é"], [""]], [])).toBe("Tested on 2 cases.");
});
