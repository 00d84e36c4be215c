import { describe } from "vitest";
import { memoryEventStore } from "../../../src/trace/store/memory.ts";
import { eventStoreContract } from "../../contracts/event-store.ts";

describe("event store: memory", () => {
  eventStoreContract(async () => memoryEventStore());
});
