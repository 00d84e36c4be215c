/** Commands in images, against an engine on loopback that starts plain processes in their place. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Commands, commandRunner } from "../../sandbox/commands/run.ts";
import type { Command } from "../../src/core/command.ts";
import type { Execution } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { type FakeEngine, fakeEngine } from "../support/container-engine.ts";

let engine: FakeEngine;
let commands: Commands;
const before = process.env.DOCKER_HOST;
beforeEach(async () => {
  engine = await fakeEngine(["alpine:3", "python:3.12"]);
  process.env.DOCKER_HOST = engine.address;
  commands = commandRunner({
    configured: () => Promise.reject(new Error("no other driver is asked")),
    pythonIsNamed: false,
    workers: 1,
    environment: { HOME_TOKEN: "s3cret" },
  });
});
afterEach(async () => {
  await commands.close();
  await engine.close();
  if (before === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = before;
});

const inAlpine = (command: string, more: object = {}): Command => ({
  executor: "docker",
  image: "alpine:3",
  command,
  requirements: [],
  env: {},
  output: "auto",
  parameters: ["a", "b"],
  ...more,
});

async function call(
  command: Command,
  args: readonly Json[],
  { timeoutMs = 20_000, signal = new AbortController().signal } = {},
): Promise<Execution | undefined> {
  const none = {} as Sandbox;
  const [execution] = await commands.wrapSandbox(none).run(
    {
      program: { language: "command", source: JSON.stringify(command), entry: "it" },
      inputs: [args],
      limits: { timeoutMs, memoryMiB: 64, outputBytes: 1_000 },
      seed: 0,
    },
    signal,
  );
  return execution;
}

describe("a command in an image", { timeout: 60_000 }, () => {
  it("gets its arguments, gives its result, and runs behind every wall", async () => {
    const sums = inAlpine('cat; echo; echo "$TOKEN"; echo "$((a - b))"', {
      env: { TOKEN: "HOME_TOKEN" },
    });
    expect(await call(sums, [7, 3])).toMatchObject({ status: "returned", output: 4 });
    const text = await call({ ...sums, output: "text" }, [7, 3]);
    expect(text).toMatchObject({ output: '{"a":7,"b":3}\ns3cret\n4' });
    expect(engine.created[0]).toMatchObject({
      Image: "alpine:3",
      User: "65534:65534",
      NetworkDisabled: true,
      HostConfig: {
        NetworkMode: "none",
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        PidsLimit: 64,
        Privileged: false,
      },
    });
    expect(engine.created[0].HostConfig.Memory).toBeLessThanOrEqual(256 * 1_048_576);
    expect(engine.removed).toEqual(["c0", "c1"]);
  });

  it("of Python has its arguments as variables; what it raises is its failure", async () => {
    const python = (code: string): Command => ({
      ...inAlpine(`python -c '${code}'`),
      executor: "python",
      image: "python:3.12",
      program: { code, words: [] },
    });
    expect(await call(python("print(a - b)"), [7, 3])).toMatchObject({ output: 4 });
    expect(await call(python("print(a - c)"), [7, 3])).toMatchObject({
      status: "threw",
      message: "exit status 1: NameError: name 'c' is not defined",
    });
    const { signal } = new AbortController();
    const missing = { ...python("print(1)"), requirements: ["no-such-package"] };
    expect(await commands.unavailable(missing, signal)).toMatch(
      /Python does not have no-such-package/,
    );
  });

  it("is stopped by its limits and by its caller, and its container goes with it", async () => {
    expect(await call(inAlpine("exit 3"), [])).toMatchObject({
      status: "threw",
      message: "exit status 3",
    });
    const slow = inAlpine("exec sleep 30");
    expect(await call(slow, [], { timeoutMs: 300 })).toMatchObject({ status: "timed-out" });
    const loud = await call(inAlpine("head -c 5000 /dev/zero; exec sleep 30"), []);
    expect(loud).toMatchObject({ status: "bad-output" });
    const controller = new AbortController();
    const running = call(slow, [], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("taken back")), 200);
    await expect(running).rejects.toThrow("taken back");
    expect(engine.removed).toHaveLength(4);
  });

  it("needs the image to be there: none is ever pulled", async () => {
    const { signal } = new AbortController();
    expect(await commands.unavailable(inAlpine("true"), signal)).toBeUndefined();
    const other = inAlpine("true", { image: "alpine:4" });
    expect(await commands.unavailable(other, signal)).toMatch(/no image "alpine:4"/);
  });
});
