/** Packages that only some users need and install themselves; the error names the command to install one. */
import { ConfigError } from "./errors.ts";

/**
 * @param what The part that needs them, as the subject of a sentence.
 * @param packages Names for `npm install`.
 * @param load Imports them.
 * @throws ConfigError PACKAGE_MISSING when one is not installed.
 */
export async function optionalPackage<T>(
  what: string,
  packages: readonly string[],
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new ConfigError(
      "PACKAGE_MISSING",
      `${what} needs a package that is not installed. Run: npm install ${packages.join(" ")}`,
      { facts: { packages: [...packages] }, cause: error },
    );
  }
}
