/**
 * Kills this process at a chosen write of the journal, so that tests can check every boundary:
 * `TOOLWRIGHT_FAILPOINT=before:7` at the seventh write, before it is on disk; `after:7` once it is.
 */

export interface Failpoint {
  before(): void;
  after(): void;
}

export function failpointOf(setting: string | undefined): Failpoint {
  const [when, count] = setting?.split(":") ?? [];
  const target = Number(count);
  const reached = (side: string): (() => void) => {
    let writes = 0;
    return () => {
      // No handler runs and nothing is flushed, as in a power failure.
      if (++writes === target && when === side) process.kill(process.pid, "SIGKILL");
    };
  };
  return { before: reached("before"), after: reached("after") };
}
