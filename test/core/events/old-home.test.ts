/** A home of the version before is read: its events, and everything that is derived from them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spentSince } from "../../../src/call/spend.ts";
import { eventText } from "../../../src/cli/event-text.ts";
import type { TraceEvent } from "../../../src/core/event.ts";
import { readEvent } from "../../../src/core/events/read.ts";
import { recordedBy, recordedReplies } from "../../../src/evolve/loop/resume.ts";
import { exportTraces } from "../../../src/export/export.ts";
import { viewRequest } from "../../../src/journal/view.ts";
import { openMemory } from "../../../src/memory/index.ts";
import { runPage } from "../../../src/page/page.ts";
import { readRun, traceStats, verifyRun } from "../../../src/trace/index.ts";
import { reuseStats, reviewsOf } from "../../../toolstore/index.ts";
import { foreignEvent } from "../../support/events.ts";
import { type OldHome, oldHome } from "../../support/old-home.ts";

let home: OldHome;
let folder: string;
const idOf = (title: string): string =>
  home.runs.find(({ run }) => run.title === title)?.run.id ?? "";
async function eventsOf(id: string): Promise<readonly TraceEvent[]> {
  return await Array.fromAsync(home.store.events(id));
}

beforeAll(async () => {
  home = await oldHome();
  folder = mkdtempSync(join(tmpdir(), "toolwright-old-home-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the events of an old home", () => {
  it("keep their sums, and are read without exception", async () => {
    for (const { run, sum } of home.runs) {
      expect(await verifyRun(home.store, run.id)).toMatchObject({ ok: true, sum });
      const read = (await eventsOf(run.id)).map((event) => readEvent(event));
      expect(read.filter(({ type }) => type === "unread")).toEqual([]);
    }
  });

  it("of a change have one shape, whoever wrote it; what was not recorded is not made up", async () => {
    const revised = async (title: string) =>
      (await eventsOf(idOf(title)))
        .filter(({ type }) => type === "request-revised")
        .map((event) => readEvent(event));
    expect(await revised("double a number")).toMatchObject([
      { data: { revision: 2, before: { objective: "double a number" } } },
    ]);
    expect(await revised("Triple four for somebody")).toMatchObject([
      { data: { revision: null, before: null, objective: "Triple four for Ann" } },
    ]);
  });

  it("name what is missing in one shape, whoever looked for it", async () => {
    const { steps } = await readRun(home.store, idOf("guess a number"));
    const [first] = steps.flatMap((step) => (step.kind === "afford" ? [step.event] : []));
    expect(first?.missing).toEqual([{ name: "guess_number", signature: "", description: "" }]);
    expect(first?.hypotheses).toEqual([
      {
        name: "",
        signature: "",
        description: expect.stringMatching(/^guess_number function guess_number\(/),
      },
    ]);
  });

  it("of the first versions are read too", () => {
    const answer = { answer: "2", tool: null, measures: {} };
    expect(readEvent(foreignEvent("answer-given", answer))).toMatchObject({ data: { checks: [] } });
    expect(
      readEvent(foreignEvent("tool-create", { name: "double", description: "Doubles." })),
    ).toMatchObject({ data: { key: "" } });
  });
});

describe("an old home", () => {
  it("has a page for each run, with what was done in it", async () => {
    for (const { run } of home.runs) {
      const page = await runPage(home.store, run.id);
      expect(page).not.toContain("undefined");
      expect(page).not.toContain("events passed over");
    }
    const request = await runPage(home.store, idOf("Triple four for somebody"));
    for (const text of [
      "the request was changed: Triple four for Ann",
      "missing: triple",
      "m create-tool triple; t call-tool triple; d delegate clerk; p program; q ask",
      "asked: To whom?",
      "answered: 12, for Ann.",
    ]) {
      expect(request).toContain(text);
    }
  });

  it("shows its requests as they stood", async () => {
    expect(await viewRequest(home.store, idOf("Triple four for somebody"))).toMatchObject({
      objective: "Triple four for Ann",
      revision: 2,
      status: "SUCCEEDED",
      waits: [],
      plans: ["plan: Make it, call it, delegate, ask.", "plan: All is known."],
      answer: { answer: "12, for Ann.", value: 12 },
    });
    const refused = home.runs.find(({ run, status }) => {
      return run.title === "double a number" && status === "failed";
    });
    expect(await viewRequest(home.store, refused?.run.id ?? "")).toMatchObject({
      status: "FAILED",
      cause: expect.stringContaining("not today"),
      plans: [expect.stringMatching(/^call-tool: /)],
    });
  });

  it("remembers how its requests ended, and what the person said", async () => {
    const memory = openMemory(join(folder, "memory.db"), home.store, {
      now: () => "2026-12-01T00:00:00.000Z",
      newId: () => "id",
    });
    await memory.outcomes.catchUp();
    expect(memory.outcomes.equal(undefined, "triple four for ann")).toMatchObject({
      status: "SUCCEEDED",
      text: "12, for Ann.",
      tools: ["triple"],
      said: ["answered: Ann", "changed the request to: Triple four for Ann"],
      plan: [{ id: "end", kind: "answer" }],
    });
    expect(memory.outcomes.list("ada", 9)).toMatchObject([{ tools: ["double_number"], plan: [] }]);
    memory.close();
  });

  it("becomes training data, with every step of its requests", async () => {
    const { folder: out, warnings } = await exportTraces(home.store, {
      format: "jsonl",
      out: folder,
      validation: 0,
      nearDuplicates: 1,
      terms: ["unknown", "engine", "mutation", "enumerate"],
    });
    expect(warnings.join()).not.toContain("could not be read");
    const rows = readFileSync(join(out, "train.jsonl"), "utf8").trim().split("\n");
    const row = rows.find((text) => text.includes('"tool-use"') && text.includes("To whom?"));
    for (const text of ["Triple four for Ann", "create_tool", "run_program", "12, for Ann."]) {
      expect(row).toContain(text);
    }
    // A call that a person edited, by the names of its parameters.
    const edited = await exportTraces(home.store, {
      format: "trl-dpo",
      out: folder,
      nearDuplicates: 1,
      terms: ["unknown", "engine", "mutation", "enumerate", "human"],
    });
    const pair = readFileSync(join(edited.folder, "train.jsonl"), "utf8");
    expect(pair).toContain('{"a":4}');
  });

  it("gives its evolutions to later runs, and its replies", async () => {
    const [id = ""] = home.runs.flatMap(({ run }) => (run.kind === "replies" ? run.parent : []));
    const { candidates } = await readRun(home.store, id);
    const recorded = await recordedBy(home.store, id, { task: "triple", generator: "llm" });
    const scored = candidates.filter(({ status }) => status === "scored");
    expect(scored.length).toBeGreaterThan(0);
    for (const { digest, fitness } of scored) {
      expect(recorded.outcome(digest)).toMatchObject({ status: "scored", fitness });
    }
    expect(recorded.validation(scored[0]?.digest ?? "")?.fitness).toBeDefined();
    expect(await recordedReplies(home.store, `${id}-replies`)).toHaveLength(8);
    await expect(recordedBy(home.store, id, { task: "double" })).rejects.toMatchObject({
      code: "RESUME_MISMATCH",
    });
  });

  it("is counted and told like a new one", async () => {
    const runs = await home.store.runs();
    const stats = await traceStats(home.store, runs, () => true);
    expect(stats.tools.find(({ tool }) => tool === "triple")).toMatchObject({ failed: 0 });
    expect(await reuseStats(home.store)).toMatchObject({ creations: 2, succeeded: 4 });
    expect(await reviewsOf(home.store, "triple")).toMatchObject([
      { action: "deprecate", by: "person", reasons: ["nobody needs it"] },
    ]);
    const id = idOf("Triple four for somebody");
    const spent = await spentSince(home.store, id, "1970-01-01T00:00:00.000Z");
    expect(spent).toMatchObject({ tokens: expect.any(Number), calls: expect.any(Number) });
    expect(spent.calls).toBeGreaterThan(10);
    const summary = await home.store.run(id);
    const text = eventText();
    const lines = (await eventsOf(id)).flatMap((event) => text(summary, event));
    expect(lines.join("\n")).toContain("The task was changed: Triple four for Ann");
    expect(lines.join("\n")).not.toContain("undefined");
  });
});
