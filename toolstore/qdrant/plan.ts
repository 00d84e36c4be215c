/** Plans the changes to one tool's points for some writes. */
import { EngineError } from "../../src/core/errors.ts";
import type { Tool } from "../../src/core/tool.ts";
import { changed, type Operation } from "./operations.ts";
import { isUpToDate, type Stored } from "./points.ts";

export interface Job {
  readonly operation: Operation;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface Planned {
  readonly history: readonly Tool[];
  /** Versions whose points must be written, with the revision that was read; 0 is a new point. */
  readonly changes: readonly {
    readonly tool: Tool;
    readonly revision: number;
    readonly operations: readonly string[];
  }[];
  /** Completed jobs. */
  readonly done: readonly Job[];
  readonly refused: ReadonlyMap<Job, unknown>;
}

/** Pure. @param stored All versions of the jobs' tool, oldest first. */
export function planned(stored: readonly Stored[], jobs: readonly Job[]): Planned {
  const history = new Map(stored.map(({ tool }) => [tool.version, tool]));
  const operations = new Map(
    stored.map(({ tool, payload }) => [tool.version, [...payload.operations]]),
  );
  const written = new Set(stored.flatMap(({ payload }) => payload.operations));
  const refused = new Map<Job, unknown>();
  const applied: Job[] = [];
  const touched = new Set<number>();
  for (const job of jobs) {
    const { operation } = job;
    if (written.has(operation.id)) {
      applied.push(job);
      continue;
    }
    try {
      const ordered = [...history.values()].sort((a, z) => a.version - z.version);
      const tool = changed(ordered, operation);
      if (tool === undefined) {
        applied.push(job);
        continue;
      }
      history.set(tool.version, tool);
      operations.set(tool.version, [...(operations.get(tool.version) ?? []), operation.id]);
      touched.add(tool.version);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      refused.set(job, error);
    }
  }
  const ordered = [...history.values()].sort((a, z) => a.version - z.version);
  const changes = ordered.flatMap((tool) => {
    const point = stored.find((each) => each.tool.version === tool.version);
    if (point !== undefined && !touched.has(tool.version) && isUpToDate(point, ordered)) return [];
    return [
      {
        tool,
        revision: point?.payload.revision ?? 0,
        operations: operations.get(tool.version) ?? [],
      },
    ];
  });
  // Applied jobs are done only if all points are read back as they must be.
  const done = [...refused.keys(), ...(changes.length === 0 ? applied : [])];
  return { history: ordered, changes, done, refused };
}
