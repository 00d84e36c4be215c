import { describe, vi } from "vitest";
import { containerSandbox } from "../../sandbox/container/container.ts";
import { sandboxContract } from "../contracts/sandbox.ts";
import { engineNote, withoutEngine } from "./container-engine.ts";

// Every program has a wall of its own built: on a busy machine a test with fifty takes a while.
vi.setConfig({ testTimeout: 180_000 });

describe.skipIf(withoutEngine)(`sandbox: container, TypeScript${engineNote}`, () => {
  sandboxContract(() => containerSandbox(), { language: "typescript" });
});

describe.skipIf(withoutEngine)(`sandbox: container, Python${engineNote}`, () => {
  sandboxContract(() => containerSandbox({ languages: ["python"] }), { language: "python" });
});
