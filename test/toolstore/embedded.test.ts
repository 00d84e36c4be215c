import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe } from "vitest";
import { embeddedToolStore } from "../../toolstore/index.ts";
import { toolStoreContract } from "../contracts/tool-store.ts";

const folder = mkdtempSync(join(tmpdir(), "tool-store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(folder, `${++files}.db`);

describe("toolstore: embedded", () => {
  toolStoreContract(async () => embeddedToolStore(newPath()));
});
