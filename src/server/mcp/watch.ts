/**
 * Notices that the list of active tools has changed, whoever changed it: another process that holds
 * the same store tells nobody.
 */
import type { ToolStore } from "../../core/ports.ts";

const EVERY_MS = 1_000;
/** Looking may take this share of the time: a large store is looked at less often. */
const SHARE = 0.02;

/** @returns Stops watching. */
export function watchTools(store: Pick<ToolStore, "list">, onChange: () => void): () => void {
  let known: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    const started = performance.now();
    try {
      const tools = await store.list({ statuses: ["active"] });
      const now = tools.map(({ name, version }) => `${name}@${version}`).join();
      if (known !== undefined && known !== now && !stopped) onChange();
      known = now;
    } catch {
      // A store that can not be read now is read at the next look; calls say what is wrong with it.
    }
    if (stopped) return;
    timer = setTimeout(look, Math.max(EVERY_MS, (performance.now() - started) / SHARE));
    timer.unref();
  }

  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
