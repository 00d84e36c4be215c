import { describe, vi } from "vitest";
import { processSandbox } from "../../sandbox/process/process.ts";
import { sandboxContract } from "../contracts/sandbox.ts";

// Every program has a wall of its own built: on a busy machine a test with fifty takes a while.
vi.setConfig({ testTimeout: 180_000 });

describe("sandbox: process, JavaScript", () => {
  sandboxContract(() => processSandbox({ accept: "weaker-isolation" }), { language: "javascript" });
});
