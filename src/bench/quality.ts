/**
 * The quality of search results per evaluation: every strategy with one generator, and every offline
 * generator with one strategy, compared with the baselines over several seeds. It takes minutes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { QualityRow } from "../../experiments/index.ts";
import { manifestFile } from "../tasks/experiment-manifests.ts";
import { workerCommand } from "../tasks/experiment-worker.ts";
import { loadStream, workbench } from "../tasks/workbench.ts";

const MANIFESTS = ["quality-strategies", "quality-generators"] as const;

/** @param seeds Number of seeds per cell; default: five, as in the manifests. */
export async function* benchQuality(
  { seeds }: { readonly seeds?: number },
  signal: AbortSignal,
): AsyncGenerator<readonly [name: string, rows: readonly QualityRow[]]> {
  const experiments = await import("../../experiments/index.ts");
  const bench = workbench();
  for (const name of MANIFESTS) {
    const override = seeds === undefined ? [] : [`seeds=${seeds}`];
    const read = await experiments.readManifest(manifestFile(name), override);
    const { manifest } = read;
    const cells = await experiments.gridOf(read, bench);
    const folder = mkdtempSync(join(tmpdir(), "toolwright-bench-"));
    try {
      await experiments.runExperiment(
        {
          manifest,
          cells,
          folder: join(folder, name),
          bench,
          loadStream,
          resume: false,
          workers: availableParallelism(),
          startWorker: (home) => experiments.processWorker(workerCommand(home)),
          onProgress: () => undefined,
        },
        signal,
      );
      const { batch, records } = experiments.readBatch(join(folder, name));
      yield [name, experiments.qualityRows(experiments.reportData(batch, records))];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
