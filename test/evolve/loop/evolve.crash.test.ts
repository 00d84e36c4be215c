/** `kill -9` at a dozen points of a run with a model: the resumed run ends as the uncut one would. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../src/core/clock.ts";
import type { TraceEvent } from "../../../src/core/event.ts";
import { sqliteEventStore } from "../../../src/trace/index.ts";
import { compileCache, main, type Workplace, workplace } from "../../support/cli.ts";
import { type ModelServer, modelServer } from "../../support/model-server.ts";

const SAMPLERS = 4;
const SPEC = {
  name: "ramp",
  description: "A bounded ramp.",
  signature: "function ramp(x: number, top: number): number",
  cases: [-3, -1, 0, 0.5, 1, 2, 4, 7].map((x) => ({
    args: [x, 6],
    expected: Math.sqrt(x * x + 1),
  })),
  heldOut: [{ args: [2.5, 6], expected: Math.sqrt(7.25) }],
  seeds: ["function ramp(x, top) { return Math.min(x, top); }"],
};

let place: Workplace;
let server: ModelServer;
let spec: string;
let environment: Record<string, string>;
/** Called when a request has come, before it is answered. */
let arrived: (index: number) => void = () => undefined;
beforeAll(async () => {
  place = workplace();
  spec = place.file("ramp.json", JSON.stringify(SPEC));
  server = await modelServer(({ body }, index) => {
    arrived(index);
    const { seed } = body as { seed: number };
    return {
      content: `\`\`\`js\nfunction ramp(x, top) { return x * ${seed % 13} + ${seed % 3}; }\n\`\`\``,
      afterMs: seed % 30,
    };
  });
  environment = {
    TOOLWRIGHT_MODEL: "scripted-7b",
    TOOLWRIGHT_BASE_URL: `${server.url}/v1`,
    OPENAI_API_KEY: "none",
  };
});
afterAll(async () => {
  await server?.close();
  place?.remove();
});

const argumentsOf = (home: string): string[] => [
  "evolve",
  ...["--spec", spec, "--generator", "llm", "--home", home],
  ...["--samplers", String(SAMPLERS), "--budget-evaluations", "20"],
];

function start(args: readonly string[]) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...args], {
    cwd: place.folder,
    env: { PATH: process.env.PATH ?? "", NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ["ignore", "ignore", "inherit"],
  });
  return { child, ended: once(child, "close") };
}

async function ran(args: readonly string[]): Promise<Report> {
  return (await place.json(args, { environment })).value as Report;
}

interface Report {
  readonly runId: string;
  readonly best: unknown;
  readonly evaluations: number;
  readonly proposals: number;
}

/** The search of a run as its trace holds it, and how many replies were kept. */
async function recordOf(home: string, run: "first" | "last") {
  const store = sqliteEventStore(join(home, "trace.db"), { clock: systemClock });
  try {
    const runs = [...(await store.runs())].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    const evolutions = runs.filter(({ kind }) => kind === "evolution");
    const id = evolutions.at(run === "first" ? 0 : -1)?.id;
    const events: TraceEvent[] = [];
    if (id !== undefined) for await (const event of store.events(id)) events.push(event);
    let replies = 0;
    if (id !== undefined && runs.some((each) => each.id === `${id}-replies`)) {
      for await (const { type } of store.events(`${id}-replies`)) {
        if (type === "model-recorded") replies++;
      }
    }
    return { id, replies, events: events.map(({ type, data }) => ({ type, data })) };
  } finally {
    await store.close();
  }
}

describe("kill -9 and --resume", () => {
  let whole: { readonly report: Report; readonly events: unknown; readonly asked: number };
  beforeAll(async () => {
    const home = join(place.folder, "uncut");
    const report = await ran(argumentsOf(home));
    const { events } = await recordOf(home, "last");
    whole = { report, events, asked: server.requests.length };
    expect(whole.asked).toBeGreaterThan(12);
  }, 60_000);

  // Requests after which the process dies, at once or so many milliseconds later.
  it.each([
    [1, 0],
    [1, 15],
    [2, 0],
    [3, 40],
    [4, 0],
    [5, 10],
    [7, 0],
    [9, 30],
    [11, 0],
    [13, 20],
    [15, 0],
    [16, 60],
  ])(
    "killed %i requests and %i ms into the run, it ends alike and pays for nothing twice",
    async (requests, laterMs) => {
      const home = join(place.folder, `cut-${requests}-${laterMs}`);
      const before = server.requests.length;
      const { child, ended } = start(argumentsOf(home));
      const reached = new Promise<void>((resolve) => {
        arrived = (index) => {
          if (index - before + 1 === requests) resolve();
        };
      });
      await Promise.race([reached, ended]);
      if (laterMs > 0) await setTimeout(laterMs);
      child.kill("SIGKILL");
      await ended;
      expect(child.signalCode).toBe("SIGKILL");

      const cut = await recordOf(home, "first");
      const paid = server.requests.length;
      const report = await ran([...argumentsOf(home), "--resume", cut.id ?? "none"]);
      const { best, evaluations, proposals } = whole.report;
      expect(report).toMatchObject({ best, evaluations, proposals });
      expect((await recordOf(home, "last")).events).toEqual(whole.events);
      // Every reply that was kept is answered out of the record: the rest alone is asked.
      expect(server.requests.length - paid).toBe(whole.asked - cut.replies);
    },
    60_000,
  );
});
