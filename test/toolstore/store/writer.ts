/**
 * A process that writes into a tool store and says so line by line, until it is ended:
 * `node writer.ts FILE NAME COUNT`. It prints a version only once that version is acknowledged.
 */
import { embeddedToolStore } from "../../../toolstore/store/embedded.ts";
import { sampleTool } from "../sample.ts";

const [, , path = "", name = "", count = "0"] = process.argv;
const store = embeddedToolStore(path);
for (let version = 1; version <= Number(count); version++) {
  await store.put(sampleTool({ name, version, body: `${version}` }));
  process.stdout.write(`${version}\n`);
}
await store.close();
