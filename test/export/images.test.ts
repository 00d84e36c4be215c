/** Pictures in training rows: each format's own form, or a drop with its reason. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { exportTraces } from "../../src/export/export.ts";
import type { Format } from "../../src/export/formats.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { png } from "../support/images.ts";
import {
  modelRun,
  requestWithCreation,
  requestWithImages,
  requestWithPeople,
  stillClock,
} from "../trace/runs.ts";

const home = mkdtempSync(join(tmpdir(), "trace-images-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const FILES = [
  [200, 0, 0],
  [0, 200, 0],
  [0, 0, 200],
].map((rgb) => png(56, 28, rgb));

// biome-ignore lint/suspicious/noExplicitAny: rows of several formats are looked into.
type AnyRow = any;

async function exported(format: Format) {
  const store = memoryEventStore({ clock: stillClock });
  // Services want ten rows: the pictures are told of in ten requests.
  for (let at = 0; at < 12; at++) await requestWithImages(store, `req-${at}`);
  await modelRun(store, "req-models");
  const options = { format, out: home, validation: 0, nearDuplicates: 1 };
  const result = await exportTraces(store, options);
  const text = readFileSync(join(result.folder, "train.jsonl"), "utf8");
  const rows: AnyRow[] = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const manifest = JSON.parse(readFileSync(join(result.folder, "manifest.json"), "utf8"));
  return { result, text, rows, manifest, folder: result.folder };
}

/** The files that a row names, as bytes. */
const filesOf = (folder: string, paths: readonly string[]) =>
  paths.map((path) => readFileSync(join(folder, path)));

describe("images in an export", () => {
  it("for TRL: a column of files, and a place for each in typed parts, in all rows alike", async () => {
    const { rows, folder, manifest } = await exported("trl-sft");
    for (const { messages, images } of rows) {
      const parts = messages.flatMap(({ content }: AnyRow) => content);
      for (const part of parts) {
        expect(part).toEqual(
          part.type === "image" ? { type: "image" } : { type: "text", text: expect.any(String) },
        );
      }
      expect(parts.filter(({ type }: AnyRow) => type === "image")).toHaveLength(images.length);
    }
    const seen = rows.filter(({ images }) => images.length === 3);
    expect(seen.length).toBeGreaterThan(0);
    for (const { images } of seen) expect(filesOf(folder, images)).toEqual(FILES);
    expect(rows.some(({ images }) => images.length === 0)).toBe(true);
    expect(readdirSync(join(folder, "images"))).toHaveLength(3);
    expect(manifest.images).toMatchObject({ count: 3, notScanned: 3 });
  });

  it("for LLaMA-Factory: a token for each file, also in observations", async () => {
    const { rows, folder } = await exported("llama-factory");
    for (const { conversations, images } of rows) {
      const words = conversations.map(({ value }: AnyRow) => value).join("\n");
      expect(words.split("<image>").length - 1).toBe(images.length);
    }
    const row = rows.find(({ images }) => images.length === 3);
    expect(
      row.conversations.map(({ from, value }: AnyRow) => [from, value.split("<image>").length - 1]),
    ).toEqual([
      ["human", 1],
      ["function_call", 0],
      ["observation", 2],
      ["gpt", 0],
    ]);
    expect(filesOf(folder, row.images)).toEqual(FILES);
    const info = JSON.parse(readFileSync(join(folder, "dataset_info.json"), "utf8"));
    expect(info.toolwright_train.columns.images).toBe("images");
  });

  it("for services: data URIs in user messages alone, behind the results that they belong to", async () => {
    const { rows } = await exported("openai-sft");
    const row = rows.find(({ messages }) => messages[0].content === "You look.");
    expect(row.messages.map(({ role }: AnyRow) => role)).toEqual([
      "system",
      "user",
      "assistant",
      "tool",
      "user",
      "assistant",
    ]);
    for (const { role, content } of row.messages) {
      if (role !== "user") expect(Array.isArray(content)).toBe(false);
    }
    const uris = row.messages
      .flatMap(({ content }: AnyRow) => (Array.isArray(content) ? content : []))
      .filter(({ type }: AnyRow) => type === "image_url")
      .map(({ image_url }: AnyRow) => image_url.url);
    expect(uris).toEqual(FILES.map((file) => `data:image/png;base64,${file.toString("base64")}`));
  });

  it("for Axolotl: paths in parts; its reader would lose tool calls there, so the fewer rows go", async () => {
    const store = memoryEventStore({ clock: stillClock });
    await requestWithImages(store, "req-0");
    const options = { format: "axolotl", validation: 0, nearDuplicates: 1 } as const;
    const pictured = await exportTraces(store, { ...options, out: join(home, "pictured") });
    expect(Object.keys(pictured.drops).join()).toMatch(/tool calls in a file with images/);
    const [line = ""] = readFileSync(join(pictured.folder, "train.jsonl"), "utf8").split("\n");
    expect(JSON.parse(line).messages[0].content).toEqual([
      { type: "image", path: expect.stringMatching(/^images\/[0-9a-f]{64}\.png$/) },
      { type: "text", text: "Is req-0 red?" },
    ]);
    expect(readFileSync(join(pictured.folder, "axolotl.yaml"), "utf8")).toMatch(/AutoProcessor/);

    for (const id of ["a", "b", "c", "d"]) await requestWithCreation(store, id, `tool_${id}`);
    const plain = await exportTraces(store, { ...options, out: join(home, "plain") });
    expect(Object.keys(plain.drops).join()).toMatch(/images, which its reader cannot combine/);
    expect(readFileSync(join(plain.folder, "axolotl.yaml"), "utf8")).not.toMatch(/AutoProcessor/);
  });

  it("stay out where they are not asked for, and the file is one of text", async () => {
    const store = memoryEventStore({ clock: stillClock });
    await requestWithImages(store, "req-0");
    await modelRun(store, "req-models");
    const out = join(home, "without");
    const options = { format: "trl-sft", out, validation: 0, images: "drop" } as const;
    const { folder, drops } = await exportTraces(store, options);
    expect(drops).toMatchObject({ "images, which were not asked for": expect.any(Number) });
    expect(readdirSync(folder)).not.toContain("images");
    const lines = readFileSync(join(folder, "train.jsonl"), "utf8").trim().split("\n");
    for (const line of lines) {
      expect(Object.keys(JSON.parse(line))).not.toContain("images");
      expect(typeof JSON.parse(line).messages[0].content).toBe("string");
    }
  });

  it("for lines of its own: what it is, and where it lies", async () => {
    const { rows, folder } = await exported("jsonl");
    const user = rows
      .flatMap(({ messages }) => messages)
      .find(({ images }) => images !== undefined);
    expect(user.images[0]).toMatchObject({ mimeType: "image/png", width: 56, height: 28 });
    expect(filesOf(folder, [user.images[0].path])).toEqual([FILES[0]]);
  });

  it("of a pair: in the column of its prompt, or the pair goes with the reason", async () => {
    const store = memoryEventStore({ clock: stillClock });
    const data = FILES[0]?.toString("base64") ?? "";
    const images = [{ type: "image" as const, mimeType: "image/png", data }];
    await requestWithPeople(store, "req-people", { images });
    const options = { out: join(home, "pairs"), validation: 0 };
    const { folder } = await exportTraces(store, { ...options, format: "trl-dpo" });
    const row = JSON.parse(readFileSync(join(folder, "train.jsonl"), "utf8"));
    expect(filesOf(folder, row.images)).toEqual([FILES[0]]);
    expect(row.prompt[1].content[0]).toEqual({ type: "image" });
    await expect(exportTraces(store, { ...options, format: "openai-dpo" })).rejects.toThrow(
      "1 x images, which the format does not hold",
    );
  });

  it("by its address: kept where the reader fetches it, else left out with the reason", async () => {
    const store = memoryEventStore({ clock: stillClock });
    const images = [{ type: "image" as const, url: "https://pictures.example/a.png" }];
    await requestWithPeople(store, "req-people", { images });
    const options = { out: join(home, "addresses"), validation: 0 };
    await expect(exportTraces(store, { ...options, format: "trl-dpo" })).rejects.toThrow(
      "1 x an image by its address, which its reader does not fetch",
    );
    const { folder } = await exportTraces(store, { ...options, format: "jsonl" });
    expect(readFileSync(join(folder, "train.jsonl"), "utf8")).toContain(
      '"url":"https://pictures.example/a.png"',
    );
  });

  it("is the same to the byte each time", async () => {
    for (const format of ["trl-sft", "openai-sft", "llama-factory", "jsonl"] as const) {
      const { text } = await exported(format);
      expect((await exported(format)).text).toBe(text);
      const head = text.split("\n").slice(0, 3).join("\n");
      await expect(`${head}\n`).toMatchFileSnapshot(`./golden/images/${format}.jsonl`);
    }
  });
});
