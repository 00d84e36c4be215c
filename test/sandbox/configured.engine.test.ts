/** Which driver a program meets by configuration; a loopback server stands in for a silent engine. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { configuredSandbox, promptFor, type SandboxSettings } from "../../sandbox/configured.ts";
import { findEngine } from "../../sandbox/container/address.ts";
import { InputError, SandboxUnavailableError } from "../../src/core/errors.ts";
import { type Language, Limits } from "../../src/core/execution.ts";
import type { Sandbox } from "../../src/core/ports.ts";
import { loadConfig } from "../../src/engine/load-config.ts";
import { engineNote, withoutEngine } from "./container-engine.ts";

const never = new AbortController().signal;
const limits = Limits.parse({ timeoutMs: 5_000 });
const before = process.env.DOCKER_HOST;

const OWN = `export const sandbox = {
  name: "own",
  capabilities: { languages: ["python", "shell"], network: false, files: "none", packages: [], stateful: false, holds: [], doesNotHold: [], prompt: "own words" },
  run: async ({ inputs, program }) => inputs.map(() => ({ status: "returned", output: "own " + program.language, wallMs: 0 })),
  runBatch: async ({ programs, inputs }) => programs.map(() => inputs.map(() => ({ status: "returned", output: "own", wallMs: 0 }))),
  close: async () => {},
};`;

describe("the configured sandbox", () => {
  const folder = mkdtempSync(join(tmpdir(), "toolwright-configured-"));
  const own = join(folder, "own.mjs");
  const open: Sandbox[] = [];
  let server: Server;
  let address = "";
  beforeAll(async () => {
    writeFileSync(own, OWN);
    server = createServer((request, reply) => {
      reply.statusCode = request.url === "/_ping" ? 200 : 500;
      reply.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const at = server.address();
    address = `tcp://127.0.0.1:${typeof at === "object" && at !== null ? at.port : 0}`;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = before;
    await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const start = async (settings: Partial<SandboxSettings>): Promise<Sandbox> => {
    const sandbox = await configuredSandbox({ sandbox: "auto", workers: 1, ...settings });
    open.push(sandbox);
    return sandbox;
  };
  const run = (sandbox: Sandbox, language: Language, source: string) =>
    sandbox.run(
      { program: { language, source, entry: "f" }, inputs: [[]], limits, seed: 1 },
      never,
    );
  const silent = (): void => {
    process.env.DOCKER_HOST = `unix://${join(folder, "no-engine.sock")}`;
  };

  it("runs JavaScript where no engine answers, and says of Python what is missing", async () => {
    silent();
    const sandbox = await start({});
    expect(sandbox.capabilities.languages).toEqual(["javascript", "typescript"]);
    expect(await run(sandbox, "javascript", "function f() { return 1; }")).toMatchObject([
      { output: 1 },
    ]);
    const failure = await run(sandbox, "python", "def f(): return 1").catch((error) => error);
    expect(failure).toBeInstanceOf(SandboxUnavailableError);
    expect(failure.message).toContain("none answers at unix://");
    expect(failure.message).toContain("DOCKER_HOST");
  });

  it("offers Python and shell where an engine answers, and starts nothing before they come", async () => {
    process.env.DOCKER_HOST = address;
    const sandbox = await start({});
    expect(sandbox.capabilities.languages).toEqual(["javascript", "typescript", "python", "shell"]);
    expect(await run(sandbox, "javascript", "function f() { return 1; }")).toMatchObject([
      { output: 1 },
    ]);
    // This one answers the ping alone: the failure comes with the first program, and is typed.
    const failure = await run(sandbox, "python", "def f(): return 1").catch((error) => error);
    expect(failure).toBeInstanceOf(Error);
  });

  it("speaks to a model of the language alone in which it is to write", async () => {
    silent();
    const without = await start({});
    process.env.DOCKER_HOST = address;
    const beside = await start({});
    expect(beside.capabilities.prompt).toBe(without.capabilities.prompt);
    expect(promptFor(beside.capabilities)).toBe(without.capabilities.prompt);
    expect(promptFor(beside.capabilities, "python")).toContain("- python: ");
    expect(beside.capabilities.holds.join()).toContain("python, shell (container)");
  });

  it("takes the driver that is named for a language, and the default one for the others", async () => {
    silent();
    const sandbox = await start({ sandboxes: { python: own } });
    expect(await run(sandbox, "python", "")).toMatchObject([{ output: "own python" }]);
    expect(await run(sandbox, "typescript", "function f(): number { return 2; }")).toMatchObject([
      { output: 2 },
    ]);
    // It offers shell as well, and was not asked for it.
    await expect(run(sandbox, "shell", "")).rejects.toBeInstanceOf(SandboxUnavailableError);
  });

  it("accepts the weaker process driver by its name for a language, which is a choice", async (context) => {
    silent();
    const sandbox = await start({ sandboxes: { shell: "process" } }).catch((error: unknown) => {
      context.skip(error instanceof InputError, "no shell on this machine");
      throw error;
    });
    expect(await run(sandbox, "shell", "echo from sh")).toMatchObject([{ output: "from sh" }]);
  });

  it("refuses at start a driver for a language that it does not run, and one that is not there", async () => {
    silent();
    const wrong = await start({ sandboxes: { python: "isolate" } }).catch((error) => error);
    expect(wrong).toBeInstanceOf(InputError);
    expect(wrong.message).toContain("here it runs javascript, typescript");
    const absent = await start({ sandboxes: { python: "container" } }).catch((error) => error);
    expect(absent).toBeInstanceOf(SandboxUnavailableError);
  });

  it("hears of an engine by its answer: one that fails or keeps silent is none", async () => {
    expect((await findEngine(address)).failure).toBeUndefined();
    expect((await findEngine(`unix://${join(folder, "absent.sock")}`)).failure).toContain("ENOENT");
    expect((await findEngine("nonsense")).failure).toContain("not an engine's address");
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const at = mute.address();
    const port = typeof at === "object" && at !== null ? at.port : 0;
    expect((await findEngine(`http://127.0.0.1:${port}`)).failure).toContain("no answer within");
    mute.closeAllConnections();
    mute.close();
  });

  it.skipIf(withoutEngine)(`runs Python in a container on demand${engineNote}`, async () => {
    const sandbox = await start({});
    expect(await run(sandbox, "python", "def f():\n    return [1]\n")).toMatchObject([
      { status: "returned", output: [1] },
    ]);
    expect(await run(sandbox, "shell", "echo hi")).toMatchObject([{ output: "hi" }]);
  });

  it("is read from text as from a mapping, and refuses a language that there is not", () => {
    const { sandboxes } = loadConfig({
      folder,
      environment: { TOOLWRIGHT_SANDBOXES: "python=container, shell=./a=b.mjs" },
    });
    expect(sandboxes).toEqual({ python: "container", shell: "./a=b.mjs" });
    expect(loadConfig({ folder }).sandbox).toBe("auto");
    expect(() => loadConfig({ folder, flags: { sandboxes: "cobol=process" } })).toThrow(/cobol/);
    expect(() => loadConfig({ folder, flags: { sandboxes: "python" } })).toThrow(/sandboxes/);
  });
});
