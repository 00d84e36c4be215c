/** A process that carries one request on and may be killed at a write: what durable.crash.test.ts forks. */
import { appendFileSync } from "node:fs";
import { systemClock } from "../../src/core/clock.ts";
import { runAttempt } from "../../src/journal/durable.ts";
import { failpointOf } from "../../src/journal/failpoint.ts";
import { sqliteEventStore } from "../../src/trace/store/sqlite.ts";
import { orderWorkflow } from "./order-workflow.ts";

const [path = "", id = "", effects = ""] = process.argv.slice(2);
const store = sqliteEventStore(path);
const end = await runAttempt(
  {
    store,
    clock: systemClock,
    clean: (value) => value,
    failpoint: failpointOf(process.env.TOOLWRIGHT_FAILPOINT),
  },
  id,
  orderWorkflow((key) => appendFileSync(effects, `${key}\n`)),
  { cancel: new AbortController().signal },
);
await store.close();
process.stdout.write(JSON.stringify(end));
