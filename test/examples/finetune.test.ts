/** The fine-tuning example reads what the export writes, as far as a machine without a GPU can tell. */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exportTraces } from "../../src/trace/export/export.ts";
import { awkwardStore } from "../trace/runs.ts";

const SCRIPT = join(import.meta.dirname, "../../examples/finetune/finetune.py");
const python = spawnSync("python3", ["--version"]).status === 0;
const home = mkdtempSync(join(tmpdir(), "finetune-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const check = (folder: string) =>
  spawnSync("python3", [SCRIPT, "--data", folder, "--check"], { encoding: "utf8" });

describe.skipIf(!python)("the fine-tuning script (skipped where python3 is absent)", () => {
  for (const format of ["trl-sft", "trl-dpo", "trl-kto"] as const) {
    test(`takes every row of awkward traces as ${format}, and refuses a changed file`, async () => {
      const out = join(home, format);
      const { folder, rows } = await exportTraces(await awkwardStore(), {
        format,
        out,
        validation: 0.3,
      });
      expect(rows).toBeGreaterThan(0);
      const read = check(folder);
      expect(read.stderr).toBe("");
      expect(read.status).toBe(0);
      const counted = [...read.stdout.matchAll(/(\d+) (?:train|validation)/g)];
      expect(counted.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(rows);

      appendFileSync(join(folder, "train.jsonl"), '{"messages": []}\n');
      const changed = check(folder);
      expect(changed.status).toBe(1);
      expect(changed.stderr).toContain("SHA-256");
    });
  }

  test("names the format that it was given and the ones that it reads", async () => {
    const { folder } = await exportTraces(await awkwardStore(), {
      format: "jsonl",
      out: join(home, "other"),
    });
    const refused = check(folder);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain("got jsonl");
  });
});
