import { expect, test } from "vitest";
import { readableByHost } from "../../sandbox/isolate/locate.ts";
import { SandboxUnavailableError } from "../../src/core/errors.ts";

test("without isolated-vm the sandbox says which package is missing and what to do", () => {
  const missing = (name: string): string => {
    throw new Error(`Cannot find module '${name}'`);
  };
  expect(() => readableByHost(missing)).toThrow(SandboxUnavailableError);
  expect(() => readableByHost(missing)).toThrow(/isolated-vm.*Install again with Node 24/s);
});

test("the host may read isolated-vm, wherever it lies", () => {
  expect(readableByHost().some((path) => /isolated-vm$/.test(path))).toBe(true);
});
