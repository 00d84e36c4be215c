import { expect, test } from "vitest";
import { ConfigError } from "../../src/core/errors.ts";
import { optionalPackage } from "../../src/core/optional-package.ts";

const PACKAGE = "no-such-package-anywhere";

test("a package that is not installed is an error that says who needs it and how to install it", async () => {
  const loading = optionalPackage("The thing", [PACKAGE, "and-another"], () => import(PACKAGE));
  const error = await loading.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ConfigError);
  expect(error).toMatchObject({
    code: "PACKAGE_MISSING",
    message: expect.stringMatching(
      /^The thing .*npm install no-such-package-anywhere and-another$/,
    ),
  });
});

test("a fault inside a package stays what it is", async () => {
  const fault = new TypeError("broken");
  const loading = optionalPackage("The thing", [PACKAGE], () => Promise.reject(fault));
  await expect(loading).rejects.toBe(fault);
});
