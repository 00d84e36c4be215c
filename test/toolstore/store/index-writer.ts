/**
 * A process that is killed while the index in the file is written: `node index-writer.ts fill FILE` puts
 * tools by the hundred, for ever, and prints how many are acknowledged; `half FILE` writes an index over
 * the one that is there, prints "half" before that is committed, and waits.
 */
import { DatabaseSync } from "node:sqlite";
import { catalogue } from "../../../toolstore/store/catalogue.ts";
import { embeddedToolStore } from "../../../toolstore/store/embedded.ts";
import { writeSegment } from "../../../toolstore/store/embedded-index.ts";
import { sampleTool } from "../sample.ts";

const [, , mode, path = ""] = process.argv;
const described = (i: number) =>
  sampleTool({ name: `tool_${i}`, description: `handles case ${i} of ${i % 7} cargo loads` });

if (mode === "half") {
  const database = new DatabaseSync(path);
  // So little is kept in memory that most of it is in the log before anybody commits.
  database.exec("PRAGMA cache_size = 10; BEGIN IMMEDIATE");
  const other = catalogue();
  for (let i = 0; i < 3_000; i++) other.put([described(i + 50_000)]);
  const at = { number: 0, from: 0, change: 2_000 };
  writeSegment(database, { names: [], dump: other.dump() }, at);
  process.stdout.write("half\n");
  setInterval(() => database.isOpen, 1_000);
} else {
  const store = embeddedToolStore(path);
  for (let done = 0; ; done += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.put(described(done + i))));
    process.stdout.write(`${done + 100}\n`);
  }
}
