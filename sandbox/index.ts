/** Sandboxes run untrusted code. Each driver implements the `Sandbox` port. */
export { confinementReport, driversReport } from "./doctor.ts";
export { isolateSandbox } from "./isolate/driver.ts";
