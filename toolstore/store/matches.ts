/** The result of a search, with the reason if it is degraded. */
import type { ToolMatch, ToolMatches } from "../../src/core/ports.ts";

export function matches(found: readonly ToolMatch[], degraded: string | undefined): ToolMatches {
  return degraded === undefined ? found : Object.assign([...found], { degraded });
}
