import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { DataOf } from "../../src/core/events/schemas.ts";
import { exportTraces } from "../../src/export/export.ts";
import { FORMATS } from "../../src/export/formats.ts";
import type { ExportOptions } from "../../src/export/options.ts";
import { memoryEventStore } from "../../src/trace/store/memory.ts";
import { codeOf } from "../contracts/event-store.ts";
import { eventOf } from "../support/events.ts";
import {
  awkwardStore,
  evolutionRun,
  program,
  requestWithCreation,
  submitted,
  write,
} from "../trace/runs.ts";
import { rowsIn } from "./rows.ts";

const home = mkdtempSync(join(tmpdir(), "trace-pipeline-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const rowsOf = rowsIn(home);

describe("an export", () => {
  it("of the same traces and options is the same to the byte, in every format", async () => {
    const store = await awkwardStore();
    for (const format of FORMATS) {
      const bytes = [];
      for (const out of [join(home, "one"), join(home, "two")]) {
        const { folder } = await exportTraces(store, { format, out, validation: 0.3 });
        bytes.push(
          readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
        );
      }
      expect(bytes[0]).toEqual(bytes[1]);
    }
  });

  it("says in its manifest what every example became", async () => {
    const store = await awkwardStore();
    const out = join(home, "manifest");
    const { folder, files } = await exportTraces(store, {
      format: "openai-sft",
      out,
      validation: 0.3,
    });
    const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    const dropped = Object.values<number>(manifest.counts.dropped).reduce((a, b) => a + b, 0);
    expect(manifest.counts.examples).toBe(manifest.counts.rows + dropped);
    expect(files.reduce((sum, { rows }) => sum + rows, 0)).toBe(manifest.counts.rows);
    for (const { name, sha256, bytes } of manifest.files) {
      const text = readFileSync(join(folder, name));
      expect(createHash("sha256").update(text).digest("hex")).toBe(sha256);
      expect(text.length).toBe(bytes);
    }
    expect(manifest.runs.map(({ id }: { id: string }) => id)).toContain("evo-packing");
    expect(manifest.tokenCount).toContain("estimate");
    expect(manifest.counts.notMade).toHaveProperty("candidate does not beat its parents");
  });

  it("holds by default only what open models, the engine and people wrote, ancestors included", async () => {
    const store = memoryEventStore();
    await evolutionRun(store, "open", { task: "open", model: "open-weights:mit" });
    await evolutionRun(store, "closed", { task: "closed", model: "openai" });
    const { train, result } = await rowsOf(store, { nearDuplicates: 1 });
    const terms = new Set(train.flatMap(({ origin }) => origin.terms));
    expect([...terms].sort()).toEqual(["mutation", "open-weights:mit"]);
    // The four samples of the model, the mutation of one of them, and two failures beside which one
    // of the four works.
    expect(result.drops["terms: openai"]).toBe(7);
    const all = await rowsOf(store, { nearDuplicates: 1, terms: ["mutation", "open", "openai"] });
    expect(all.train).toHaveLength(train.length + 7);
  });

  it("teaches children that beat their parents, answering the prompt that was sent", async () => {
    const store = memoryEventStore();
    await evolutionRun(store, "evo", { model: "open-weights:mit" });
    const { train } = await rowsOf(store);
    expect(train.every(({ origin }) => (origin.gain ?? 0) > 0)).toBe(true);
    const sampled = train.filter(
      ({ messages }) => messages[0]?.content === "You improve programs.",
    );
    expect(sampled).toHaveLength(4);
    for (const { messages } of sampled) {
      expect(messages[2]?.content).toMatch(/^Here it is\./);
      expect(messages[2]?.content).not.toContain("think");
    }
    const mutated = train.find(({ origin }) => origin.terms.join() === "mutation");
    expect(mutated?.messages[1]?.content).toContain("Signature: score(");
    expect(mutated?.messages[1]?.content).toContain(program(31854000).trim());
  });

  it("finds a candidate's call by its sample, and of two turns the one that was answered", async () => {
    const store = memoryEventStore();
    const promptGroup = "0123456789abcdef".repeat(4);
    const ask = { role: "user", content: "Improve it." } as const;
    const told = { role: "user", content: "That did not apply. Again." } as const;
    const call = (id: string, sampleIndex: number, messages: DataOf<"model-call">["messages"]) =>
      eventOf("model-call", {
        id,
        messages,
        promptGroup,
        sampleIndex,
        model: "m",
        terms: "open-weights:mit",
      });
    const reply = (id: string, content: string) => eventOf("model-reply", { id, content });
    const candidate = (index: number, sampleIndex?: number) =>
      eventOf("candidate-result", {
        index,
        digest: `d${index}`,
        operator: "diff",
        source: program(index),
        fitness: index,
        ...(sampleIndex === undefined ? {} : { parents: ["d0"], promptGroup, sampleIndex }),
      });
    await write(store, { id: "samples", kind: "evolution", title: "" }, [
      candidate(0),
      call("g/0/0", 0, [ask]),
      reply("g/0/0", "useless"),
      call("g/0/1", 0, [ask, { role: "assistant", content: "useless" }, told]),
      reply("g/0/1", "useful"),
      call("g/1/0", 1, [ask]),
      reply("g/1/0", "at once"),
      candidate(1, 0),
      candidate(2, 1),
    ]);
    const { train } = await rowsOf(store);
    expect(train.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
      ["Improve it.", "useless", "That did not apply. Again.", "useful"],
      ["Improve it.", "at once"],
    ]);
    // The parent came from no model.
    expect(train[0]?.origin.terms).toEqual(["mutation", "open-weights:mit"]);
    const { folder } = await exportTraces(store, { format: "trl-sft", out: home });
    const [row = ""] = readFileSync(join(folder, "train.jsonl"), "utf8").split("\n");
    // It learns every turn, so the useless one is not in it.
    expect(row).toBe(
      '{"messages":[{"role":"user","content":"Improve it."},{"role":"assistant","content":"useful"}]}',
    );
  });

  it("keeps a request and the runs of its task on one side of the split", async () => {
    const store = memoryEventStore();
    for (let n = 0; n < 20; n++) {
      await requestWithCreation(store, `req-${n}`, `tool_${n}`);
      await evolutionRun(store, `evo-${n}`, { task: `task-tool_${n}`, count: 5 });
    }
    const { train, validation, result } = await rowsOf(store, { validation: 0.4 });
    expect(train.length).toBeGreaterThan(0);
    expect(validation.length).toBeGreaterThan(0);
    const sides = [train, validation].map(
      (rows) => new Set(rows.flatMap(({ origin }) => origin.families)),
    );
    expect([...(sides[0] ?? [])].filter((family) => sides[1]?.has(family))).toEqual([]);
    expect(train.length + validation.length).toBe(result.rows);
  });

  it("names nobody in rows, origins and manifest, and one person by one placeholder", async () => {
    const store = memoryEventStore();
    const user = "jane@firma.de";
    for (const n of [1, 2]) {
      await write(store, { id: `req-${n}`, kind: "request", title: "Send it" }, [
        ...submitted(`Send the report ${"of ".repeat(n)}spring to jane@firma.de.`, { user }),
        eventOf("tool-call", { id: "a", name: "send", arguments: { [user]: [n, "0171 2345678"] } }),
        eventOf("tool-result", { id: "a", status: "returned", output: { to: user } }),
        eventOf("answer-given", { answer: `Sent to ${user}.` }),
        eventOf("request-status", { from: "IN_PROGRESS", to: "SUCCEEDED", cause: "answered" }),
      ]);
    }
    const options = { filters: { user }, nearDuplicates: 1 };
    const { result, train } = await rowsOf(store, options);
    expect(train).toHaveLength(2);
    for (const name of readdirSync(result.folder)) {
      expect(readFileSync(join(result.folder, name), "utf8")).not.toMatch(/firma|2345678/);
    }
    for (const row of train) {
      expect(new Set(JSON.stringify(row).match(/⟦\w+:\d+⟧/g))).toEqual(
        new Set(["⟦EMAIL:1⟧", "⟦PHONE:1⟧"]),
      );
    }
    const kept = await rowsOf(store, { ...options, personalData: "keep" });
    expect(JSON.stringify(kept.train)).toContain(user);
  });

  it("chooses by outcome, score, tool, task, user, model and time", async () => {
    const store = await awkwardStore();
    const tasksOf = async (filters: ExportOptions["filters"]) => {
      const { train } = await rowsOf(store, { filters: filters ?? {} });
      return [...new Set(train.map(({ origin }) => origin.task ?? origin.run))].sort();
    };
    expect(await tasksOf({ tool: "weather" })).toEqual(["req-parallel"]);
    expect(await tasksOf({ task: "packing" })).toEqual(["packing"]);
    expect(await tasksOf({ user: "ada" })).toEqual(["req-parallel"]);
    expect(await tasksOf({ model: "model-of-open-weights:mit" })).toEqual(["routing"]);
    const { train } = await rowsOf(store, { filters: { minScore: 2.5 } });
    expect(Math.min(...train.map(({ origin }) => origin.score ?? 0))).toBeGreaterThanOrEqual(2.5);
    expect(await codeOf(rowsOf(store, { filters: { since: "2026-01-03" } }))).toBe(
      "EXPORT_TOO_SMALL",
    );
    expect(await tasksOf({ since: "2026-01-02", until: "2026-01-03", task: "packing" })).toEqual([
      "packing",
    ]);
    expect(await codeOf(rowsOf(store, { filters: { outcomes: ["failed"] } }))).toBe(
      "EXPORT_TOO_SMALL",
    );
    expect(await codeOf(rowsOf(store, { filters: { since: "yesterday" } }))).toBe(
      "BAD_EXPORT_OPTIONS",
    );
    expect((await rowsOf(store, { runs: ["evo-packing"] })).result.rows).toBeGreaterThan(5);
    expect(await codeOf(rowsOf(store, { runs: ["missing"] }))).toBe("RUN_NOT_FOUND");
  });

  it("lets nothing planted through: duplicates, near ones, sealed cases, secrets, control tokens", async () => {
    const store = memoryEventStore();
    await evolutionRun(store, "evo", { count: 4 });
    await evolutionRun(store, "evo-again", { count: 4 });
    const candidate = (index: number, source: string) =>
      eventOf("candidate-result", {
        index,
        digest: `d${index}`,
        operator: "o",
        parents: index === 0 ? [] : ["d0"],
        source,
        fitness: index,
      });
    const base = program(5);
    await write(store, { id: "planted", kind: "evolution", title: "" }, [
      eventOf("run-start", { task: "planted" }),
      candidate(0, program(6)),
      candidate(1, base),
      candidate(2, base.replace("return", "return 1 +")),
      candidate(3, program(7).replace("return", "'<|im_end|>'; return")),
      candidate(4, program(8).replace("return", `'AKIA${"ABCDEFGH23456789"}'; return`)),
      candidate(
        5,
        program(9).replace("return", "const sealed = [11, 12, 13, 14, 15, 16, 17, 18]; return"),
      ),
      candidate(6, `${program(10)}// ${"long ".repeat(5_000)}`),
    ]);
    const { result, train } = await rowsOf(store, {
      sealed: ["[10, 11, 12, 13, 14, 15, 16, 17, 18, 19]"],
      maxTokens: 4_000,
    });
    expect(result.drops).toMatchObject({
      duplicate: 2,
      "near duplicate": 1,
      "an answer with a control token": 1,
      "it holds a secret": 1,
      "it holds a part of a sealed case": 1,
      "longer than 4000 tokens": 1,
    });
    // Of the two that are alike, the one with the larger gain.
    const planted = train.filter(({ origin }) => origin.run === "planted");
    expect(planted.map(({ origin }) => origin.gain)).toEqual([2]);
  });

  it("caps a task by its largest gains, and repeats or weighs the larger ones", async () => {
    const store = memoryEventStore();
    await evolutionRun(store, "evo", { count: 40 });
    const all = await rowsOf(store);
    const gains = all.train.map(({ origin }) => origin.gain ?? 0).sort((a, b) => b - a);
    const { train } = await rowsOf(store, { maxPerTask: 5 });
    expect(train.map(({ origin }) => origin.gain ?? 0).sort((a, b) => b - a)).toEqual(
      gains.slice(0, 5),
    );

    const repeated = await rowsOf(store, { weighting: "repeat" });
    const improved = repeated.train.filter(({ origin }) => origin.recipe === "improve");
    const times = Map.groupBy(improved, ({ origin }) => origin.gain ?? 0);
    expect(times.get(gains[0] ?? 0)).toHaveLength(4);
    expect(times.get(gains.at(-1) ?? 0)).toHaveLength(1);
    const weighted = await rowsOf(store, { weighting: "weight" });
    expect(new Set(weighted.train.map(({ weight }) => weight))).toEqual(
      new Set([0.25, 0.5, 0.75, 1]),
    );
    expect(await codeOf(rowsOf(store, { weighting: "weight", format: "trl-sft" }))).toBe(
      "BAD_EXPORT_OPTIONS",
    );
  });

  it("pairs attempts at one prompt by fitness, the prompt equal to the byte", async () => {
    const store = memoryEventStore();
    await evolutionRun(store, "evo", { count: 12 });
    const { folder } = await exportTraces(store, {
      format: "trl-dpo",
      out: home,
      nearDuplicates: 1,
    });
    const rows = readFileSync(join(folder, "train.jsonl"), "utf8").trim().split("\n");
    const fitness = new Map<string, number>();
    for await (const { data } of store.events("evo")) {
      const { source, fitness: value } = data as { source?: string; fitness?: number };
      if (source !== undefined) fitness.set(source.trim(), value ?? Number.NEGATIVE_INFINITY);
    }
    const scoreOf = (message: { content: string }) =>
      fitness.get(message.content.replace(/^```\w*\n|\n```$/g, "")) ?? Number.NaN;
    for (const row of rows) {
      const { chosen, rejected } = JSON.parse(row);
      expect(scoreOf(chosen[0])).toBeGreaterThan(scoreOf(rejected[0]));
    }
    expect(rows.length).toBeGreaterThan(2);
  });

  it("evens out the labels of attempts", async () => {
    const store = memoryEventStore();
    await evolutionRun(store, "evo", { count: 30 });
    const { folder, drops } = await exportTraces(store, { format: "trl-kto", out: home });
    const rows = readFileSync(join(folder, "train.jsonl"), "utf8").trim().split("\n");
    const good = rows.filter((row) => JSON.parse(row).label === true);
    expect(good.length).toBe(rows.length / 2);
    expect(drops).toHaveProperty("more of its label than of the other");
  });
});

describe("an export's folder", () => {
  it("is not written for fewer rows than the format's readers take, and the error says why", async () => {
    const store = memoryEventStore();
    await evolutionRun(store, "evo", { count: 6 });
    await write(store, { id: "req", kind: "request", title: "" }, submitted("x"), "failed");
    const out = join(home, "small");
    await expect(exportTraces(store, { format: "openai-sft", out })).rejects.toThrow(
      /at least 10 training rows for openai-sft, got \d.*does not beat its parents/s,
    );
    expect(existsSync(join(out, "openai-sft"))).toBe(false);
    await evolutionRun(store, "closed", { task: "closed", count: 4, model: "unknown" });
    await expect(
      exportTraces(store, { format: "openai-sft", out, runs: ["closed"] }),
    ).rejects.toThrow(/5 x terms: unknown.*state the model's terms/s);
    expect(await codeOf(exportTraces(memoryEventStore(), { format: "jsonl", out }))).toBe(
      "EXPORT_TOO_SMALL",
    );
  });

  it("replaces an earlier export whole, leaves other files alone and leaves nothing behind", async () => {
    const store = memoryEventStore();
    await evolutionRun(store, "evo", { count: 30 });
    const out = join(home, "replaced");
    const first = await exportTraces(store, { format: "jsonl", out });
    writeFileSync(join(first.folder, "validation.jsonl"), "stale");
    await exportTraces(store, { format: "jsonl", out });
    expect(readdirSync(first.folder).sort()).toEqual(["manifest.json", "train.jsonl"]);
    expect(readdirSync(out)).toEqual(["jsonl"]);

    mkdirSync(join(out, "trl-sft"));
    writeFileSync(join(out, "trl-sft", "precious.txt"), "mine");
    expect(await codeOf(exportTraces(store, { format: "trl-sft", out }))).toBe("EXPORT_UNWRITABLE");
    expect(readdirSync(join(out, "trl-sft"))).toEqual(["precious.txt"]);
    writeFileSync(join(home, "file"), "");
    expect(await codeOf(exportTraces(store, { format: "jsonl", out: join(home, "file") }))).toBe(
      "EXPORT_UNWRITABLE",
    );
  });

  it("brings what the reader wants beside the rows", async () => {
    const store = await awkwardStore();
    const llama = await exportTraces(store, {
      format: "llama-factory",
      out: home,
      validation: 0.3,
    });
    const info = JSON.parse(readFileSync(join(llama.folder, "dataset_info.json"), "utf8"));
    for (const { file_name: file } of Object.values<{ file_name: string }>(info)) {
      expect(existsSync(join(llama.folder, file))).toBe(true);
    }
    const axolotl = await exportTraces(store, { format: "axolotl", out: home });
    expect(readFileSync(join(axolotl.folder, "axolotl.yaml"), "utf8")).toContain(
      "path: ./train.jsonl",
    );
  });
});
