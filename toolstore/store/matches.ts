/** An answer of `search`, with what was wrong about it, if anything. */
import type { ToolMatch, ToolMatches } from "../../src/core/ports.ts";

export function matches(found: readonly ToolMatch[], degraded: string | undefined): ToolMatches {
  return degraded === undefined ? found : Object.assign([...found], { degraded });
}
