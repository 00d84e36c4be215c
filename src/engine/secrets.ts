/**
 * The secrets of a configuration: values of the environment variables that it refers to, under any
 * name, and values in the configuration whose field name marks them as secret.
 */

/** Ending of fields that hold the name of a variable. */
const POINTS = /Env$/;
const SAYS_SO = /key|token|secret|password|authorization|cookie/i;

/** @returns Values by name, for the redactor. */
export function configuredSecrets(
  config: object,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const visit = (value: unknown, name: string): void => {
    if (typeof value === "string") {
      if (POINTS.test(name)) {
        const secret = Object.hasOwn(environment, value) ? environment[value] : undefined;
        if (secret !== undefined) found[value] = secret;
      } else if (SAYS_SO.test(name)) found[name] = value;
    } else if (Array.isArray(value)) {
      for (const item of value) visit(item, name);
    } else if (value !== null && typeof value === "object") {
      for (const [key, item] of Object.entries(value)) visit(item, key);
    }
  };
  visit(config, "");
  return found;
}
