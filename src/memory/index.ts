/** A home's memory: people's preferences, outcomes of requests, and search in people's files. */

import type { EventStore } from "../core/ports.ts";
import { openMemoryFile } from "./file.ts";
import { type OutcomeIndex, outcomeIndex } from "./outcomes.ts";
import { type PreferencePorts, type PreferenceStore, preferenceStore } from "./preferences.ts";

export { findPassages } from "./documents.ts";

export { DEFAULT_USER, Preference } from "./preferences.ts";

export interface Memory {
  readonly preferences: PreferenceStore;
  readonly outcomes: OutcomeIndex;
  close(): void;
}

/** @throws StoreError MEMORY_UNREADABLE */
export function openMemory(path: string, events: EventStore, ports: PreferencePorts): Memory {
  const database = openMemoryFile(path);
  return {
    preferences: preferenceStore(database, ports),
    outcomes: outcomeIndex(database, events),
    close: () => database.close(),
  };
}
