/**
 * A user's own sandbox driver: any object that implements the contract. Its shape is checked when it
 * is loaded, so that a wrong driver fails with the name of the member and not during a run.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { ConfigError } from "../src/core/errors.ts";
import { Language } from "../src/core/execution.ts";
import type { Sandbox } from "../src/core/ports.ts";
import { checkSchema, faultText, fieldOf } from "../src/core/schema-check.ts";

const method = z.custom<(...parts: never[]) => unknown>((value) => typeof value === "function", {
  error: (issue) => `expected a function, got ${kindOf(issue.input)}`,
});
const sentences = z.array(z.string());
const Shape = z.looseObject({
  name: z.string().min(1),
  capabilities: z.looseObject({
    languages: z.array(Language).min(1),
    network: z.boolean(),
    files: z.enum(["none", "scratch", "mounted"]),
    packages: sentences,
    stateful: z.boolean(),
    holds: sentences,
    doesNotHold: sentences,
    prompt: z.string(),
  }),
  run: method,
  runBatch: method,
  close: method,
});

/**
 * @param where Name of the driver in errors: its option or its module.
 * @returns The same object; methods stay bound to it.
 * @throws ConfigError BAD_SANDBOX_DRIVER naming each member that is missing or of the wrong type.
 */
export function checkSandbox(value: unknown, where: string): Sandbox {
  const checked = checkSchema(Shape, value);
  if (checked.ok) return value as Sandbox;
  const faults = faultText(checked.faults, { whole: "the driver itself" }).split("\n");
  throw new ConfigError(
    "BAD_SANDBOX_DRIVER",
    `${where} must be a sandbox driver, an object with name, capabilities, run, runBatch and close. ${faults.join("; ")}. Correct these members.`,
    { facts: { driver: where, members: checked.faults.map(({ path }) => fieldOf(path)) } },
  );
}

/**
 * @param modulePath A file, relative to the working directory. It exports `sandbox`, the driver, or
 * `createSandbox`, a function that returns the driver or a promise of it.
 * @throws ConfigError BAD_SANDBOX_DRIVER if it cannot be loaded or does not export a driver.
 */
export async function loadSandbox(modulePath: string): Promise<Sandbox> {
  const url = pathToFileURL(resolve(modulePath)).href;
  let exported: { readonly sandbox?: unknown; readonly createSandbox?: unknown };
  try {
    exported = (await import(url)) as typeof exported;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(
      "BAD_SANDBOX_DRIVER",
      `Expected the name of a sandbox driver (auto, isolate, container) or the path of a module that gives one, got "${modulePath}", which cannot be loaded: ${reason}.`,
      { facts: { driver: modulePath }, cause },
    );
  }
  if (exported.sandbox !== undefined) return checkSandbox(exported.sandbox, modulePath);
  if (typeof exported.createSandbox === "function") {
    return checkSandbox(await exported.createSandbox(), `${modulePath}, createSandbox()`);
  }
  throw new ConfigError(
    "BAD_SANDBOX_DRIVER",
    `The module ${modulePath} must export "sandbox", a driver, or "createSandbox", a function that gives one; it exports ${Object.keys(exported).join(", ") || "nothing"}.`,
    { facts: { driver: modulePath } },
  );
}

function kindOf(value: unknown): string {
  return value === undefined ? "nothing" : value === null ? "null" : typeof value;
}
