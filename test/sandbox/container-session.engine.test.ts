import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ContainerSandbox, containerSandbox } from "../../sandbox/container/container.ts";
import { InputError } from "../../src/core/errors.ts";
import { Limits } from "../../src/core/execution.ts";
import { engineNote, withoutEngine } from "./container-engine.ts";

const never = new AbortController().signal;
const limits = Limits.parse({ timeoutMs: 5_000 });

describe.skipIf(withoutEngine)(`container sessions${engineNote}`, () => {
  let sandbox: ContainerSandbox;
  beforeAll(async () => {
    sandbox = await containerSandbox({ warm: 0 });
  });
  afterAll(() => sandbox?.close());

  it.each([
    ["python", "x = 20", "print('said')\nx + 1"],
    ["javascript", "const x = 20;", "console.log('said'); x + 1"],
  ] as const)(
    "keep %s state from cell to cell and give the last value",
    async (language, one, two) => {
      const session = sandbox.session(`state-${language}`, language);
      const first = await session.run(one, limits, never);
      expect(first).toMatchObject({
        execution: { status: "returned", output: null },
        fresh: false,
      });
      const second = await session.run(two, limits, never);
      expect(second).toMatchObject({
        execution: { output: 21 },
        stdout: "said\n",
        stateLost: false,
      });
      const failed = await session.run("nowhere()", limits, never);
      expect(failed.execution).toMatchObject({
        status: "threw",
        message: expect.stringMatching(/^(NameError|ReferenceError): .*nowhere/),
      });
      expect(await session.run("x", limits, never)).toMatchObject({ execution: { output: 20 } });
    },
  );

  it("keep a shell's variables and folder", async () => {
    const session = sandbox.session("state-shell", "shell");
    await session.run("mkdir /tmp/in && cd /tmp/in && name=value", limits, never);
    expect(await session.run('echo "$name in $PWD"', limits, never)).toMatchObject({
      stdout: "value in /tmp/in\n",
    });
    expect(await session.run("false", limits, never)).toMatchObject({
      execution: { status: "threw", message: "exit status 1" },
      stateLost: false,
    });
  });

  it("stop a cell at its limit for good, and say that the state is lost", async () => {
    const session = sandbox.session("stopped", "python");
    await session.run("x = 1", limits, never);
    const spin = "open('/tmp/mark', 'w').close()\nwhile True: pass";
    const cell = await session.run(spin, { ...limits, timeoutMs: 300 }, never);
    expect(cell).toMatchObject({
      execution: { status: "timed-out", limitMs: 300 },
      stateLost: true,
    });
    const next = await session.run("'x' in globals()", limits, never);
    expect(next).toMatchObject({ execution: { output: false }, fresh: true, stateLost: false });
    expect(await session.files(never)).toEqual([]);
  });

  it("end with their interpreter and begin anew", async () => {
    const session = sandbox.session("ended", "python");
    const cell = await session.run("import os; os._exit(3)", limits, never);
    expect(cell).toMatchObject({ execution: { status: "crashed" }, stateLost: true });
    expect(await session.run("1", limits, never)).toMatchObject({
      execution: { output: 1 },
      fresh: true,
    });
  });

  it("hand files in and out, up to a cap, and nothing that is no file of theirs", async () => {
    const session = sandbox.session("files", "python");
    await session.writeFile("in.txt", Buffer.from("words"), never);
    const cell =
      "import os\nt = open('/tmp/in.txt').read()\nopen('/tmp/out.txt', 'w').write(t * 2)\nos.symlink('/etc/passwd', '/tmp/link')\nos.mkfifo('/tmp/pipe')";
    expect((await session.run(cell, limits, never)).execution.status).toBe("returned");
    expect(await session.files(never)).toEqual(["in.txt", "out.txt"]);
    expect((await session.readFile("out.txt", 100, never)).toString()).toBe("wordswords");
    const refused = [
      session.readFile("out.txt", 9, never),
      session.readFile("link", 9_999, never),
      session.readFile("pipe", 9_999, never),
      session.readFile("../etc/passwd", 9_999, never),
      session.readFile("missing", 9_999, never),
    ];
    for (const one of refused) await expect(one).rejects.toThrow(InputError);
  });

  it("have one language under one name, until they are closed", async () => {
    const session = sandbox.session("named", "python");
    expect(sandbox.session("named", "python")).toBe(session);
    expect(() => sandbox.session("named", "shell")).toThrow(/open in python/);
    await session.close();
    await expect(session.run("1", limits, never)).rejects.toThrow(/closed/);
    await sandbox.session("named", "shell").close();
  });
});
