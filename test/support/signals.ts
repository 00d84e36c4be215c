/** Signals for steps in this process: nothing but tests sends them there. */
import type { Signal } from "../../src/core/steps.ts";
import type { StepsMemory } from "../../src/journal/immediate.ts";

/** @returns false if a signal of this id came before. */
export function sendTo(memory: StepsMemory, signal: Signal): boolean {
  if (memory.signals.some(({ id }) => id === signal.id)) return false;
  memory.signals.push(signal);
  for (const listener of [...memory.listeners]) listener();
  return true;
}
