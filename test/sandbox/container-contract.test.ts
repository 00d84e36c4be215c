import { describe } from "vitest";
import { containerSandbox } from "../../sandbox/container.ts";
import { sandboxContract } from "../contracts/sandbox.ts";
import { engineNote, withoutEngine } from "./container-engine.ts";

describe.skipIf(withoutEngine)(`sandbox: container, TypeScript${engineNote}`, () => {
  sandboxContract(() => containerSandbox(), { language: "typescript" });
});

describe.skipIf(withoutEngine)(`sandbox: container, Python${engineNote}`, () => {
  sandboxContract(() => containerSandbox({ languages: ["python"] }), { language: "python" });
});
