import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insideContainer } from "../../sandbox/container/address.ts";
import { type ContainerSandbox, containerSandbox } from "../../sandbox/container/container.ts";
import { connectEngine } from "../../sandbox/container/engine.ts";
import { buildSandboxImage, SANDBOX_IMAGE } from "../../sandbox/container/image/build.ts";
import { OWNER_LABEL, ownerIsDead, ownerOf, reapLeftovers } from "../../sandbox/container/owner.ts";
import { InputError, SandboxUnavailableError } from "../../src/core/errors.ts";
import { type Language, Limits } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import { engine, engineNote, withoutEngine } from "./container-engine.ts";

const never = new AbortController().signal;
const limits = Limits.parse({ timeoutMs: 5_000, memoryMiB: 64 });

describe("container engine", () => {
  it("is refused at once, with what to do, where none answers", async () => {
    const failure = await connectEngine("unix:///nonexistent/engine.sock").catch((error) => error);
    expect(failure).toBeInstanceOf(SandboxUnavailableError);
    expect(failure.message).toContain("DOCKER_HOST");
    expect(failure.message).toContain("a weaker driver is never used");
    await expect(
      containerSandbox({ address: "unix:///nonexistent/engine.sock" }),
    ).rejects.toBeInstanceOf(SandboxUnavailableError);
    await expect(connectEngine("not an address")).rejects.toThrow(/unix:\/\/\/path/);
  });

  it("is told from one that runs beside a containerised host", () => {
    const root = mkdtempSync(join(tmpdir(), "toolwright-nested-"));
    try {
      expect(insideContainer(root)).toBe(false);
      mkdirSync(join(root, "proc/1"), { recursive: true });
      writeFileSync(join(root, "proc/1/cgroup"), "0::/init.scope\n");
      expect(insideContainer(root)).toBe(false);
      writeFileSync(join(root, "proc/1/cgroup"), "4:memory:/docker/0123456789abcdef\n");
      expect(insideContainer(root)).toBe(true);
      rmSync(join(root, "proc"), { recursive: true });
      writeFileSync(join(root, ".dockerenv"), "");
      expect(insideContainer(root)).toBe(true);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("counts an owner as dead only when it can know", () => {
    const mine = ownerOf() ?? "";
    expect(ownerIsDead(mine, 0, 1)).toBe(false);
    // The same process number with another start is another process.
    expect(ownerIsDead(`${mine}1`, 0, 1)).toBe(true);
    const elsewhere = mine.replace(/^[^/]*/, "another-boot");
    expect(ownerIsDead(elsewhere, 1_000, 999)).toBe(false);
    expect(ownerIsDead(elsewhere, 1_000, 1_001)).toBe(true);
  });
});

describe.skipIf(withoutEngine)(`container sandbox${engineNote}`, () => {
  let sandbox: ContainerSandbox;
  beforeAll(async () => {
    sandbox = await containerSandbox({ warm: 1 });
  });
  afterAll(() => sandbox?.close());

  const run = (language: Language, source: string, inputs: readonly (readonly Json[])[] = [[]]) =>
    sandbox.run({ program: { language, source, entry: "f" }, inputs, limits, seed: 7 }, never);

  it("keeps a program from its supervisor: process 1 cannot be read, traced or signalled", async () => {
    const [execution] = await run(
      "python",
      `
import ctypes, os, signal
def attempt(work):
    try:
        work()
        return True
    except OSError:
        return False
def f():
    os.kill(1, signal.SIGKILL)
    libc = ctypes.CDLL(None, use_errno=True)
    return {
        "uid": os.getuid(),
        "memory": attempt(lambda: open("/proc/1/mem", "rb")),
        "environment": attempt(lambda: open("/proc/1/environ", "rb")),
        "descriptors": attempt(lambda: os.listdir("/proc/1/fd")),
        "trace": libc.ptrace(16, 1, 0, 0) == 0,
    }
`,
    );
    expect(execution).toMatchObject({
      status: "returned",
      output: { uid: 65534, memory: false, environment: false, descriptors: false, trace: false },
    });
  });

  it("has no network, no capability, a read-only root and a scratch of its size", async () => {
    const [execution] = await run(
      "shell",
      `
cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d ' '
grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t' ' '
touch /etc/x 2>/dev/null && echo wrote
head -c 20000000 /dev/zero > /tmp/full 2>/dev/null || echo full
`,
    );
    expect(execution).toMatchObject({
      status: "returned",
      output: "lo\nCapEff: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2\nfull",
    });
  });

  it("ends memory that no interpreter counts by the kernel, and calls it out of memory", async () => {
    const source = `
import mmap
def f():
    shared = mmap.mmap(-1, 1 << 30)
    for at in range(0, 1 << 30, 4096):
        shared[at] = 1
`;
    const executions = await run("python", source, [[], []]);
    expect(executions.map(({ status }) => status)).toEqual(["out-of-memory", "out-of-memory"]);
  });

  it("survives a fork bomb", async () => {
    const [bomb] = await sandbox.run(
      {
        program: {
          language: "python",
          source:
            "import os\ndef f():\n    while True:\n        try: os.fork()\n        except OSError: pass",
          entry: "f",
        },
        inputs: [[]],
        limits: { ...limits, timeoutMs: 500 },
        seed: 1,
      },
      never,
    );
    expect(bomb?.status).not.toBe("returned");
    expect(await run("python", "def f(): return 1")).toMatchObject([
      { status: "returned", output: 1 },
    ]);
  });

  it("runs scripts with arguments as parameters, JSON on standard input, text or JSON as output", async () => {
    const source = 'read line; [ "$1" = fail ] && { echo no >&2; exit 3; }; echo "$line"';
    const executions = await run("shell", source, [["a b", 2], ["fail"]]);
    expect(executions[0]).toMatchObject({ status: "returned", output: ["a b", 2] });
    expect(executions[1]).toMatchObject({ status: "threw", message: "exit status 3: no" });
    expect(await run("shell", "echo plain words")).toMatchObject([{ output: "plain words" }]);
    expect((await run("shell", "if then"))[0]?.status).toBe("refused");
  });

  it("refuses a harness for Python and shell by name", async () => {
    const job = { inputs: [[1]], limits, seed: 1, harness: { source: "function harness() {}" } };
    for (const language of ["python", "shell"] as const) {
      const program = { language, source: "", entry: "f" };
      await expect(sandbox.run({ ...job, program }, never)).rejects.toThrow(InputError);
    }
  });

  it("gives Python's results the boundary of JSON", async () => {
    const source =
      "import math\ndef f(kind):\n    return {'nan': math.nan, 'set': {1}, 'big': 2 ** 60 + 1, 'key': {1: 2}, 'tuple': (1, None, 'x')}[kind]";
    const executions = await run("python", source, [["nan"], ["set"], ["big"], ["key"], ["tuple"]]);
    expect(executions.map(({ status }) => status)).toEqual([
      ...Array<string>(4).fill("bad-output"),
      "returned",
    ]);
    expect(executions[4]).toMatchObject({ output: [1, null, "x"] });
  });

  it("removes what a dead host left behind, and nothing of a living one", async () => {
    const program = new URL("./container-crash.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
    const owner = await new Promise<string>((resolve) =>
      child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim())),
    );
    const labelled = async (label: string) =>
      (await engine?.listContainers({ all: true, filters: { label: [label] } })) ?? [];
    const mine = await labelled(`${OWNER_LABEL}=${ownerOf()}`);
    expect((await labelled(`${OWNER_LABEL}=${owner}`)).length).toBeGreaterThan(0);

    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
    const removed = engine === undefined ? [] : await reapLeftovers(engine, Date.now());
    expect(removed.length).toBeGreaterThan(0);
    expect(removed.filter((id) => mine.some((one) => one.Id === id))).toEqual([]);
    expect(await labelled(`${OWNER_LABEL}=${owner}`)).toEqual([]);
  });

  it("builds its image once", async () => {
    if (engine === undefined) return;
    await buildSandboxImage({ engine });
    const again = await buildSandboxImage({ engine });
    expect(again).toMatchObject({ name: SANDBOX_IMAGE, built: false });
  });

  it("names an image that is not there", async () => {
    await expect(containerSandbox({ image: "toolwright-absent:never" })).rejects.toThrow(
      /toolwright-absent:never/,
    );
  });
});
