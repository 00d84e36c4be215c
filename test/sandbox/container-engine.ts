/** Whether a container engine answers, so that its tests can be left out by name where none does. */
import { connectEngine } from "../../sandbox/container/engine.ts";

export const engine = await connectEngine().catch(() => undefined);
export const withoutEngine = engine === undefined;
/** For titles: says why the tests below it did not run. */
export const engineNote = withoutEngine ? " (skipped: no container engine answers here)" : "";
