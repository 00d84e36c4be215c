import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processSandbox } from "../../sandbox/process/process.ts";
import { ConfigError } from "../../src/core/errors.ts";
import { type Language, Limits } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";

const never = new AbortController().signal;
const limits = Limits.parse({ timeoutMs: 5_000, memoryMiB: 64 });

describe("process sandbox", () => {
  let sandbox: Sandbox;
  const mine = new Set(leftovers());
  beforeAll(async () => {
    sandbox = await processSandbox({ accept: "weaker-isolation" });
  });
  afterAll(async () => {
    await sandbox?.close();
    // Others may run beside this file: only what appeared and stayed is counted.
    expect(leftovers().filter((name) => !mine.has(name) && !alive(name))).toEqual([]);
  });

  const run = (language: Language, source: string, inputs: readonly (readonly Json[])[] = [[]]) =>
    sandbox.run({ program: { language, source, entry: "f" }, inputs, limits, seed: 7 }, never);
  const offers = (language: Language) => sandbox.capabilities.languages.includes(language);

  it("is never had without the words that accept it", async () => {
    const failure = await processSandbox({}).catch((error) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect(failure.message).toContain('accept: "weaker-isolation"');
  });

  it("gives JavaScript no file, no child process and no thread, even by way of Node's own realm", async () => {
    const source = `function f() {
        let node = null;
        const leak = import("node:fs");
        leak.catch(() => undefined);
        try { node = leak.constructor.constructor("return process")(); } catch {}
        return [typeof process, typeof require, node === null];
      }`;
    expect(await run("javascript", source)).toMatchObject([
      { status: "returned", output: ["undefined", "undefined", true] },
    ]);
  });

  it("lets a harness call the candidate across processes, and ends an input at what it may not give", async () => {
    const source = `function f(kind, list) {
      if (kind === "throw") throw new RangeError("no");
      if (kind === "object") return {};
      if (kind === "own") list[0] = 99;
      return kind === "sum" ? list[0] + list[1] : list.map((value) => value * 2);
    }`;
    const harness = {
      source: `function harness(candidate, kind) {
        const list = new Float64Array([1, 2]);
        try {
          const value = candidate(kind, list);
          return [typeof value === "number" ? value : Array.from(value), list[0]];
        } catch { return "caught"; }
      }`,
    };
    const executions = await sandbox.run(
      {
        program: { language: "javascript", source, entry: "f" },
        inputs: [["sum"], ["double"], ["own"], ["throw"], ["object"], ["sum"]],
        harness,
        limits,
        seed: 7,
      },
      never,
    );
    expect(executions).toMatchObject([
      { status: "returned", output: [3, 1] },
      { status: "returned", output: [[2, 4], 1] },
      { status: "returned", output: [[198, 4], 1] },
      { status: "threw", message: expect.stringContaining("RangeError: no") },
      { status: "bad-output" },
      { status: "returned", output: [3, 1] },
    ]);
  });

  it("starts programs with an environment that holds nothing of the host's", async ({ skip }) => {
    skip(!offers("python"), "no Python 3 on this machine");
    process.env.TOOLWRIGHT_TEST_SECRET = "secret";
    const [execution] = await run("python", "import os\ndef f(): return sorted(os.environ)");
    delete process.env.TOOLWRIGHT_TEST_SECRET;
    expect(execution).toMatchObject({
      output: ["HOME", "LANG", "PATH", "PYTHONHASHSEED", "TMPDIR", "TZ"],
    });
  });

  it("inherits no descriptor that the engine's own parent left open (Linux)", async ({ skip }) => {
    skip(!offers("shell") || !existsSync("/bin/bash"), "needs a shell, and bash to start it");
    const driver = new URL("../../sandbox/process/process.ts", import.meta.url).href;
    const script = `
      import { processSandbox } from ${JSON.stringify(driver)};
      const sandbox = await processSandbox({ accept: "weaker-isolation", concurrency: 1, warm: 0 });
      const program = { language: "shell", source: "ls /proc/$$/fd", entry: "f" };
      const limits = { timeoutMs: 5000, memoryMiB: 64, outputBytes: 1000 };
      const [execution] = await sandbox.run({ program, inputs: [[]], limits, seed: 1 }, new AbortController().signal);
      await sandbox.close();
      console.log(JSON.stringify(execution.output.split("\\n").map(Number)));`;
    // Node itself sees to low descriptors; a script that holds a lock may leave a high one open.
    const { stdout } = spawnSync(
      "/bin/bash",
      ["-c", 'exec 251</dev/null; exec "$@"', "bash", process.execPath, "--input-type=module"],
      { input: script, encoding: "utf8" },
    );
    expect(JSON.parse(stdout)).toContain(0);
    expect(JSON.parse(stdout)).not.toContain(251);
  });

  it("holds and does not hold what its capabilities say", async ({ skip }) => {
    skip(!offers("python"), "no Python 3 on this machine");
    const source = `
import os, socket
def attempt(work):
    try:
        work()
        return True
    except OSError:
        return False
def f(port, path, pid):
    return {
        "network": attempt(lambda: socket.create_connection(("127.0.0.1", port), 1)),
        "reads": attempt(lambda: open(path)),
        "signals": attempt(lambda: os.kill(pid, 0)),
        "root": os.getuid() == 0,
    }
`;
    const { createServer } = await import("node:net");
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const here = new URL("./process.engine.test.ts", import.meta.url).pathname;
    const [execution] = await run("python", source, [[port, here, process.pid]]);
    server.close();
    const { holds, network } = sandbox.capabilities;
    const held = (word: string) => holds.some((sentence) => sentence.includes(word));
    expect(execution).toMatchObject({
      status: "returned",
      output: {
        network,
        reads: !held("it sees only the host's programs"),
        signals: !held("cannot see or signal"),
      },
    });
    if (held("an unprivileged user")) expect(execution).toMatchObject({ output: { root: false } });
  });

  it("ends what a program leaves running", async ({ skip }) => {
    skip(!offers("shell"), "no shell on this machine");
    const seconds = `3${String(process.pid).padStart(7, "0")}`;
    const executions = await run("shell", `sleep ${seconds} & echo started`);
    expect(executions).toMatchObject([{ status: "returned", output: "started" }]);
    await expect.poll(() => commands().some((line) => line.includes(seconds))).toBe(false);
  });

  it("tells memory by what is resident where an interpreter does not count it", async ({
    skip,
  }) => {
    skip(!offers("python"), "no Python 3 on this machine");
    const source =
      "import mmap\ndef f():\n    m = mmap.mmap(-1, 1 << 29)\n    while True:\n        for at in range(0, 1 << 29, 4096): m[at] = 1";
    expect(await run("python", source)).toEqual([{ status: "out-of-memory", limitMiB: 64 }]);
  });

  it("says in words what it runs and that it is no container", () => {
    const { prompt, doesNotHold, stateful } = sandbox.capabilities;
    for (const language of sandbox.capabilities.languages)
      expect(prompt).toContain(`- ${language}: `);
    expect(doesNotHold.join(" ")).toContain("there is no container");
    expect(stateful).toBe(false);
  });
});

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("toolwright-process-"));
}

function alive(name: string): boolean {
  return commands().some((line) => line.includes(name));
}

function commands(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    });
}
