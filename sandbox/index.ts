/** Sandboxes: what runs code that nobody has read. Each driver keeps the contract of the port. */
export { confinementReport, driversReport } from "./doctor.ts";
export { isolateSandbox } from "./isolate/driver.ts";
