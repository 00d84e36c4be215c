/** The fine-tuning example reads what the export writes, as far as a machine without a GPU can tell. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exportTraces } from "../../src/export/export.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { png } from "../support/images.ts";
import {
  awkwardStore,
  modelRun,
  requestWithImages,
  requestWithPeople,
  stillClock,
} from "../trace/runs.ts";

const SCRIPT = join(import.meta.dirname, "../../examples/finetune/finetune.py");
const python = spawnSync("python3", ["--version"]).status === 0;
const home = mkdtempSync(join(tmpdir(), "finetune-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const check = (folder: string) =>
  spawnSync("python3", [SCRIPT, "--data", folder, "--check"], { encoding: "utf8" });

/** Changes the rows and lets the manifest know. */
function change(folder: string, edit: (text: string) => string): void {
  const [rows, manifest] = ["train.jsonl", "manifest.json"].map((name) => join(folder, name));
  if (rows === undefined || manifest === undefined) return;
  const text = edit(readFileSync(rows, "utf8"));
  const said = JSON.parse(readFileSync(manifest, "utf8"));
  said.files[0].sha256 = createHash("sha256").update(text).digest("hex");
  writeFileSync(rows, text);
  writeFileSync(manifest, JSON.stringify(said));
}

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

  for (const format of ["trl-sft", "trl-dpo"] as const) {
    test(`takes rows with images as ${format}, each place with its file`, async () => {
      const store = memoryEventStore({ clock: stillClock });
      await requestWithImages(store, "req-images");
      await modelRun(store, "req-models");
      const data = png(3, 2, [1, 2, 3]).toString("base64");
      await requestWithPeople(store, "req-people", {
        images: [{ type: "image", mimeType: "image/png", data }],
      });
      const out = join(home, `${format}-images`);
      const { folder } = await exportTraces(store, { format, out, validation: 0 });
      const read = check(folder);
      expect(read.stderr).toBe("");
      expect(read.status).toBe(0);
      expect(read.stdout).toMatch(/not run, .*torch|need the processor/);

      const { images } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
      const file = join(folder, images.files[0].path);
      const bytes = readFileSync(file);
      writeFileSync(file, "another picture");
      expect(check(folder).stderr).toContain("SHA-256");
      rmSync(file);
      expect(check(folder).stderr).toContain("copy the whole folder");
      writeFileSync(file, bytes);

      change(folder, (text) => text.replace('{"type":"image"},', ""));
      expect(check(folder).stderr).toMatch(
        /train\.jsonl:\d+: images: expected \d+, one for each place/,
      );
      change(folder, (text) => text.replace(/images\/[0-9a-f]{8}/, "images/00000000"));
      expect(check(folder).stderr).toContain("expected files that the manifest names");
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
