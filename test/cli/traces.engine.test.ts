/** Reading the trace over many runs, as a user does. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { memoryEventStore, sqliteEventStore } from "../../src/trace/index.ts";
import { workplace } from "../support/cli.ts";
import {
  evolutionRun,
  modelRun,
  requestWithFailedCall,
  requestWithParallelCalls,
  submitted,
} from "../trace/runs.ts";

const place = workplace();
const home = join(place.folder, "home");
const openStore = () => sqliteEventStore(join(home, "trace.db"), { clock: systemClock });
afterAll(() => place.remove());

beforeAll(async () => {
  mkdirSync(home);
  const store = openStore();
  await evolutionRun(store, "evo-1");
  await requestWithFailedCall(store, "req-1");
  await requestWithParallelCalls(store, "req-2");
  await modelRun(store, "req-3");
  await store.close();
});

test("tail gives the last events over all runs, newest last, and those of a type alone", async () => {
  const all = (await place.json(["traces", "tail", "--limit", "4"])).value as { run: string }[];
  expect(all).toHaveLength(4);
  expect(all.at(-1)?.run).toBe("req-3");
  const calls = (await place.json(["traces", "tail", "--type", "tool-call"])).value;
  expect((calls as { run: string }[]).map(({ run }) => run)).toEqual([
    "req-1",
    "req-1",
    "req-2",
    "req-2",
    "req-2",
  ]);
});

test("grep finds by regular expression, says nothing found with status 1, and refuses a bad one", async () => {
  const found = await place.json(["traces", "grep", "RANGEERROR.*zero", "-i"]);
  expect(found.status).toBe(0);
  expect(found.value).toMatchObject([{ run: "req-1", type: "tool-result" }]);
  const limited = await place.run(["traces", "grep", "tool-call", "--limit", "2"]);
  expect(limited.stdout.trim().split("\n")).toHaveLength(2);
  expect(limited.stderr).toContain("Stopped at 2");
  expect((await place.run(["traces", "grep", "no such words"])).status).toBe(1);
  const bad = await place.run(["traces", "grep", "(open"]);
  expect([bad.status, bad.stderr]).toEqual([2, expect.stringContaining('got "(open"')]);
});

test("stats counts what the events say, and a filter narrows it", async () => {
  // The same runs in memory, counted by hand.
  const store = memoryEventStore({ clock: systemClock });
  await evolutionRun(store, "evo-1");
  let candidates = 0;
  let scored = 0;
  let duplicate = 0;
  for await (const { type, data } of store.events("evo-1")) {
    if (type !== "candidate-result") continue;
    candidates++;
    const { status } = data as { status: string };
    if (status === "scored") scored++;
    if (status === "duplicate") duplicate++;
  }
  const { value } = await place.json(["traces", "stats"]);
  expect(value).toMatchObject({
    candidates: { all: candidates, scored, duplicate, failed: candidates - scored - duplicate },
    tools: [
      { tool: "weather", calls: 3, failed: 0 },
      { tool: "divide", calls: 2, failed: 1 },
    ],
  });
  const one = await place.json(["traces", "stats", "--run", "req-1"]);
  expect(one.value).toMatchObject({
    runs: { "request succeeded": 1 },
    tools: [{ tool: "divide", calls: 2, failed: 1 }],
    candidates: { all: 0 },
  });
});

test("a wrong kind, time or limit is named", async () => {
  for (const [flag, value, expected] of [
    ["--kind", "dream", "request, evolution"],
    ["--since", "yesterday", 'got "yesterday"'],
    ["--limit", "0", "of at least 1"],
  ] as const) {
    const { status, stderr } = await place.run(["traces", "tail", flag, value]);
    expect([status, stderr]).toEqual([2, expect.stringContaining(expected)]);
  }
});

test("tail --follow prints what another process appends, each event once, in order", async () => {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    [main, "traces", "tail", "--follow", "--json", "--limit", "1", "--home", home],
    { env: { PATH: process.env.PATH ?? "" }, stdio: ["ignore", "pipe", "ignore"] },
  );
  const lines: { run: string; seq: number }[] = [];
  const reader = createInterface({ input: child.stdout });
  const enough = new Promise<void>((resolve) => {
    reader.on("line", (line) => {
      lines.push(JSON.parse(line));
      if (lines.length === 5) resolve();
    });
  });
  await once(reader, "line"); // It has begun to follow once the last event is out.
  const store = openStore();
  await store.begin({ id: "req-4", kind: "request", title: "followed" });
  for (let round = 0; round < 2; round++) await store.append("req-4", submitted(`round ${round}`));
  await enough;
  child.kill("SIGINT");
  await once(child, "close");
  await store.close();
  const followed = lines.filter(({ run }) => run === "req-4");
  expect(followed.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
}, 60_000);

test("show --population rebuilds an evolution run: scores, parents, islands, prompts, decisions", async () => {
  const store = openStore();
  const results = [];
  for await (const { type, data } of store.events("evo-1")) {
    if (type === "candidate-result") results.push(data as { digest: string; parents?: string[] });
  }
  await store.close();
  const args = ["traces", "show", "evo-1", "--population"];
  const { candidates, islands, decisions, outcomes } = (await place.json(args)).value as {
    candidates: { digest: string; parents: string[] }[];
    islands: Record<string, number>;
    decisions: { type: string; data: object }[];
    outcomes: Record<string, number>;
  };
  expect(candidates.map(({ digest, parents }) => [digest, parents])).toEqual(
    results.map(({ digest, parents = [] }) => [digest, parents]),
  );
  expect(Object.values(islands).reduce((sum, count) => sum + count)).toBe(results.length);
  expect(decisions.map(({ type }) => type)).toEqual([
    "best-change",
    "island-reset",
    "held-out-result",
    "run-result",
  ]);
  expect(decisions[1]?.data).toEqual({ island: 2, epoch: 1, founder: "packing-1" });
  expect(Object.values(outcomes).reduce((sum, count) => sum + count)).toBe(results.length);
  const { stdout } = await place.run([...args, "--limit", "2"]);
  expect(stdout).toContain("the best 2 shown");
  expect(stdout).toContain("the last 2 of 4");
  const all = (await place.run(args)).stdout;
  expect(all).toMatch(/island-reset .*packing-1 .*island 2, epoch 1, founder/);
  expect(all).toMatch(/Proposals: \d+ scored, .*\d+ failed: threw/);
  const none = await place.run(["traces", "show", "req-1", "--population"]);
  expect([none.status, none.stderr.includes("NO_POPULATION")]).toEqual([2, true]);
});

test("prune says what would go, removes it, and refuses what is no age or size", async () => {
  for (const [flag, value] of [
    ["--older-than", "soon"],
    ["--older-than", "0d"],
    ["--max-bytes", "5 parsecs"],
  ] as const) {
    const { status, stderr } = await place.run(["traces", "prune", flag, value]);
    expect([status, stderr]).toEqual([2, expect.stringContaining(`got "${value}"`)]);
  }
  const planned = (await place.json(["traces", "prune", "--max-bytes", "1B", "--dry-run"])).value;
  const before = (await place.json(["traces", "ls"])).value as { id: string; status: string }[];
  // req-4 of the test before was left open.
  const ended = before.filter(({ status }) => status === "succeeded").map(({ id }) => id);
  expect(planned).toMatchObject({ dryRun: true, removed: ended.reverse() });
  await place.run(["traces", "prune", "--max-bytes", "1B"]);
  const after = (await place.json(["traces", "ls"])).value as { id: string }[];
  expect(after.map(({ id }) => id)).toEqual(["req-4"]);
});
