import { existsSync } from "node:fs";
import { describe, vi } from "vitest";
import { processSandbox } from "../../sandbox/process/process.ts";
import { sandboxContract } from "../contracts/sandbox.ts";

// Every program has a wall of its own built: on a busy machine a test with fifty takes a while.
vi.setConfig({ testTimeout: 180_000 });

const withoutPython = !["/usr/bin/python3", "/usr/local/bin/python3"].some(existsSync);

describe.skipIf(withoutPython)("sandbox: process, Python (skipped where there is none)", () => {
  sandboxContract(() => processSandbox({ accept: "weaker-isolation" }), { language: "python" });
});
