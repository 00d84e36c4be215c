/** Hostile programs of our own in isolates. */
import { describe } from "vitest";
import { isolateSandbox } from "../../sandbox/index.ts";
import { attacks } from "./attacks.ts";
import { HOSTILE_JAVASCRIPT } from "./more-hostile-programs.ts";

describe("more hostile JavaScript in an isolate", () => {
  attacks("javascript", HOSTILE_JAVASCRIPT, () => isolateSandbox({ slots: 1 }));
});
