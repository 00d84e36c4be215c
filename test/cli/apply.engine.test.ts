/** A manifest from a user's hands to its answer: the command line against a scripted endpoint. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Config } from "../../src/core/config.ts";
import { openEngine } from "../../src/engine/open-engine.ts";
import { EXAMPLE } from "../declare/example.ts";
import { type Workplace, workplace } from "../support/cli.ts";
import {
  type ModelServer,
  modelServer,
  type Served,
  type ServedRequest,
} from "../support/model-server.ts";
import { textOf } from "../support/walk-script.ts";

let place: Workplace;
let server: ModelServer;
let environment: Record<string, string>;

/** The assistant delegates, the operator adds three times, and both say what came out. */
function mathematician(request: ServedRequest): Served {
  const text = textOf(request);
  const results = (request.body.messages as { role: string }[]).filter(
    ({ role }) => role === "tool",
  );
  if (text.includes("skilled calculator operator")) {
    const sums = [
      { a: 3, b: 4 },
      { a: 5, b: 3 },
      { a: 7, b: 8 },
    ];
    const next = sums[results.length];
    return next === undefined
      ? { content: "15" }
      : { toolCalls: [{ id: `c${results.length}`, name: "add", arguments: next }] };
  }
  return results.length === 0
    ? {
        toolCalls: [
          {
            id: "d",
            name: "calculator_operator",
            arguments: { message: "Add (3 + 4) and (5 + 3)." },
          },
        ],
      }
    : { content: "The sum is 15." };
}

beforeEach(async () => {
  place = workplace();
  server = await modelServer(mathematician);
  environment = {
    OPENAI_BASE_URL: `${server.url}/v1`,
    OPENAI_API_KEY: "sk-fixture-0123456789abcdef",
    DOCKER_HOST: "tcp://127.0.0.1:9",
  };
});
afterEach(async () => {
  await server.close();
  place.remove();
});

const run = (...args: string[]) => place.run(args, { environment });
const json = async (...args: string[]) => (await place.json(args, { environment })).value;

// Several processes each, on machines that do other things too.
const SLOW = { timeout: 120_000 };

describe("apply", SLOW, () => {
  it("of the example runs it: a delegation below the run, the answer, and lines that tell it", async () => {
    const file = place.file("smallchain.yaml", EXAMPLE);
    const applied = await run("apply", "-f", file);
    expect(applied.stderr).toContain(
      "TOOL_UNAVAILABLE subtract: its image needs a container engine",
    );
    expect(applied.status).toBe(0);
    expect(applied.stdout.trim().split("\n")).toEqual([
      "llms/gpt-4o created",
      "agents/assistant created",
      "agents/calculator_operator created",
      "tools/add created",
      "tools/subtract created",
      "tasks/do_some_math created",
      "runs/my first run created",
    ]);
    expect(await json("get", "runs")).toMatchObject([
      {
        name: "my first run",
        agent: "assistant",
        task: "do_some_math",
        status: "NOT_STARTED",
        depth: 0,
      },
    ]);
    expect((await run("worker", "--until-idle")).status).toBe(0);

    const runs = await run("get", "runs");
    expect(runs.stdout).toMatch(/RUN NAME +│ AGENT +│ STATUS +│ TASK +│ ID +│ DEPTH/);
    expect(await json("get", "runs")).toMatchObject([
      { name: "my first run", status: "SUCCEEDED", depth: 0 },
      { agent: "calculator_operator", status: "SUCCEEDED", depth: 1 },
    ]);
    const { stdout } = await run("get", "events", "--pretty", "--run", "my first run");
    expect(stdout.split("\n").map((line) => line.replace(/^\[[-\d]+ [:\d]+\] /, ""))).toEqual([
      "[INFO] Executing task: add (3 + 4) and (5 + 3) and add the results",
      "[INFO] Agent 'assistant' is executing the task",
      "[INFO] Agent 'assistant' is using tool: calculator_operator",
      "[INFO] Agent 'calculator_operator' is executing the task: Add (3 + 4) and (5 + 3).",
      ...Array.from({ length: 3 }, () => [
        "[INFO] Agent 'calculator_operator' is using tool: add",
        "[INFO] Tool 'add' executed successfully",
      ]).flat(),
      "[INFO] Agent 'calculator_operator' has completed the task",
      "[INFO] Tool 'calculator_operator' executed successfully",
      "[INFO] Agent 'assistant' has completed the task",
      "[INFO] Task completed: add (3 + 4) and (5 + 3) and add the results",
      "[INFO] Output: The sum is 15.",
      "[INFO] Run 'my first run' completed successfully",
      "",
    ]);
    const sums = server.requests.flatMap(({ body }) =>
      (body.messages as { role: string; content: string }[])
        .filter(({ role }) => role === "tool")
        .map(({ content }) => content),
    );
    expect(new Set(sums)).toEqual(new Set(["7", "8", "15"]));
    expect(server.requests.every(({ body }) => body.model === "gpt-4o")).toBe(true);

    const again = await run("apply", "-f", file);
    expect(again.stdout).not.toMatch(/created|configured/);
    expect((await run("worker", "--until-idle")).status).toBe(0);
    expect(await json("get", "runs")).toHaveLength(2);
    expect(readFileSync(join(place.folder, "home", "trace.db")).includes("sk-fixture")).toBe(false);
    expect(readFileSync(join(place.folder, "home", "manifest.db")).includes("sk-fixture")).toBe(
      false,
    );
  });

  it("of a bad file applies nothing; of a changed field configures one object; a dry run changes nothing", async () => {
    const bad = place.file("bad.yaml", EXAMPLE.replace('llm: "gpt-4o"', 'llm: "gpt-5"'));
    const refused = await place.json(["apply", "-f", bad], { environment });
    expect(refused.status).toBe(2);
    expect(refused.value).toMatchObject({
      error: {
        code: "BAD_MANIFEST",
        facts: { faults: [{ file: bad, line: 11, code: "UNKNOWN_LLM", field: "agents[0].llm" }] },
      },
    });
    mkdirSync(join(place.folder, "parts"));
    const [models = "", rest = ""] = EXAMPLE.split(/(?=^agents:)/m);
    place.file("parts/a.yaml", rest);
    place.file("parts/b.yaml", models);
    const dry = await run("apply", "-f", "parts", "--dry-run");
    expect(dry.stdout).toContain("agents/assistant created");
    expect(await json("get", "agents")).toEqual([]);
    expect(await json("get", "runs")).toEqual([]);

    expect((await run("apply", "-f", "parts")).stdout).not.toContain("unchanged");
    place.file("parts/a.yaml", rest.replace("skilled", "very skilled"));
    const changed = await run("apply", "-f", "parts");
    expect(changed.stdout.match(/configured|created/g)).toEqual(["configured"]);
    expect(changed.stdout).toContain("agents/calculator_operator configured");
    expect(await json("get", "runs")).toHaveLength(1);
    expect(await json("get", "llms")).toMatchObject([{ name: "gpt-4o", model: "gpt-4o" }]);
  });

  it("of a run whose tool can not run here applies nothing, unless that is allowed", async () => {
    const file = place.file("m.yaml", EXAMPLE.replace("# - subtract", "- subtract"));
    const refused = await run("apply", "-f", file);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(
      /TOOL_UNAVAILABLE: .*\n {2}subtract: its image needs a container engine/,
    );
    expect(await json("get", "tasks")).toEqual([]);
    const allowed = await run("apply", "-f", file, "--allow-unavailable");
    expect(allowed.status).toBe(0);
    const called = await run("tools", "run", "subtract", "--args", '{"a": 7, "b": 3}');
    expect(called.status).toBe(1);
    expect(called.stderr).toContain("SANDBOX_UNAVAILABLE");
  });

  it("makes commands tools like any other, on the driver that a person names for Python", async () => {
    environment.TOOLWRIGHT_SANDBOXES = "python=process";
    const bash = "    executor:\n      local_bash: { command: 'echo $((a - b))' }\n";
    const file = place.file(
      "m.yaml",
      `${EXAMPLE}---\ntools:\n  - name: take_away\n    description: Takes away.\n    parameters: { type: object, properties: { a: { type: integer }, b: { type: integer } }, required: [a, b] }\n${bash}`,
    );
    const applied = await run("apply", "-f", file);
    expect(applied).toMatchObject({
      status: 0,
      stderr: expect.stringContaining("not in its image"),
    });
    for (const name of ["subtract", "take_away"]) {
      const called = await run("tools", "run", name, "--args", '{"a": 7, "b": 3}');
      expect(called.stdout).toBe("4\n");
    }
    const wrong = await run("tools", "run", "subtract", "--args", '{"a": "7", "b": 3}');
    expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining("must be number") });
    expect(await json("get", "tools")).toMatchObject([
      { name: "add", origin: "manifest", language: "javascript" },
      { name: "subtract", origin: "manifest", language: "command" },
      { name: "take_away", origin: "manifest" },
    ]);
    const found = (await json("tools", "search", "subtract two numbers")) as { name: string }[];
    expect(found[0]?.name).toBe("subtract");
  });

  it("that is killed at any write comes to the same end when it is applied again", async () => {
    const text = EXAMPLE.replace(/\n {2}- name: subtract[\s\S]*?(?=\ntasks:)/, "");
    const file = place.file("m.yaml", text);
    const states: unknown[] = [];
    for (let write = 1; ; write++) {
      const home = join(place.folder, `home-${write}`);
      const killed = await place.run(["apply", "-f", file], {
        environment: {
          ...environment,
          TOOLWRIGHT_HOME: home,
          TOOLWRIGHT_FAILPOINT: `after:${write}`,
        },
      });
      const engine = openEngine(Config.parse({ home, workers: 1 }));
      const { signal } = new AbortController();
      if (killed.status !== 0) await engine.manifests.apply([{ name: file, text }], {}, signal);
      const again = await engine.manifests.apply([{ name: file, text }], {}, signal);
      expect(again.objects.every(({ change }) => change === "unchanged")).toBe(true);
      expect(again.submitted).toEqual([]);
      const tools = await engine.tools.list();
      states.push({
        objects: engine.manifests.objects(),
        tools: tools.map(({ name, version, digest }) => [name, version, digest]),
        runs: (await engine.events.runs()).map(({ id, events }) => [id, events]),
      });
      await engine.close();
      if (killed.status === 0) break;
    }
    // Six objects, the end of the transaction, one tool, one run; and once without a kill.
    expect(states).toHaveLength(10);
    for (const state of states) expect(state).toEqual(states.at(-1));
  });
});

describe("get", SLOW, () => {
  it("shows a run and what it waits for below it, by status; events follow from a time on", async () => {
    const held = Promise.withResolvers<void>();
    await server.close();
    server = await modelServer(async (request) => {
      if (textOf(request).includes("skilled calculator operator")) await held.promise;
      return mathematician(request);
    });
    environment.OPENAI_BASE_URL = `${server.url}/v1`;
    await run("apply", "-f", place.file("m.yaml", EXAMPLE));
    const working = run("worker", "--until-idle");
    while (server.requests.length < 2) await new Promise((wake) => setTimeout(wake, 30));
    expect(await json("get", "runs", "--status", "running")).toMatchObject([
      { name: "my first run", status: "IN_PROGRESS", depth: 0 },
      { agent: "calculator_operator", status: "IN_PROGRESS", depth: 1 },
    ]);
    const following = place.run(["get", "events", "--follow", "--run", "my first run"], {
      environment,
      interruptWhen: (stdout) => stdout.match(/"to":"SUCCEEDED"/g)?.length === 2,
    });
    await new Promise((wake) => setTimeout(wake, 1_500));
    held.resolve();
    expect((await working).status).toBe(0);
    const followed = (await following).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const byRun = Map.groupBy(followed, ({ run: id }) => id as string);
    expect(byRun.size).toBe(2);
    for (const events of byRun.values()) {
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    }
    expect(followed.at(-1)).toMatchObject({ type: "request-status", data: { to: "SUCCEEDED" } });

    const middle = followed[3].time as string;
    const since = await run("get", "events", "--since", middle);
    expect(since.stdout.trim().split("\n")).toHaveLength(
      followed.filter(({ time }) => time >= middle).length,
    );
    expect((await run("get", "events", "--since", "1d")).stdout.trim().split("\n")).toHaveLength(
      followed.length,
    );
    expect(await run("get", "events", "--since", "yesterday")).toMatchObject({ status: 2 });
    expect(await run("get", "runs", "--status", "lost")).toMatchObject({ status: 2 });
    expect(await run("get", "events", "--run", "none")).toMatchObject({ status: 2 });
    expect((await run("get", "runs", "-o", "wide")).stdout).toContain("STARTED");
  });
});
