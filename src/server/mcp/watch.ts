/**
 * Detects changes of the list of active tools by polling, because another process that changes the
 * store sends no notification.
 */
import type { ToolStore } from "../../core/ports.ts";

const EVERY_MS = 1_000;
/** Maximum share of the time that polling may take: a large store is read less often. */
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
      // If the store cannot be read now, the next poll tries again; calls report the error.
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
