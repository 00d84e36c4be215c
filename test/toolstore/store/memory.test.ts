import { describe } from "vitest";
import { memoryToolStore } from "../../../toolstore/store/memory.ts";
import { toolStoreContract } from "../../contracts/tool-store.ts";

describe("toolstore: memory", () => {
  toolStoreContract(async () => memoryToolStore());
});
