/** Commands of manifests: how arguments arrive, how results are read, what ends them. Real processes. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxByName } from "../../sandbox/by-name.ts";
import { type Commands, commandRunner } from "../../sandbox/commands/run.ts";
import type { Command } from "../../src/core/command.ts";
import type { Execution } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";

const never = new AbortController().signal;
let driver: Sandbox;
let commands: Commands;
beforeAll(async () => {
  driver = await sandboxByName("process", 1, { accept: "weaker-isolation" });
  commands = commandRunner({
    configured: async () => driver,
    pythonIsNamed: true,
    workers: 1,
    environment: { HOME_TOKEN: "s3cret value", EMPTY: "" },
  });
}, 60_000);
afterAll(async () => {
  await commands.close();
  await driver.close();
});

const command = (executor: Command["executor"], text: string, more: object = {}): Command => ({
  executor,
  command: text,
  ...(executor.startsWith("local_b") ? {} : { program: { code: text, words: ["x y"] } }),
  requirements: [],
  env: {},
  output: "auto",
  parameters: ["a", "b", "text"],
  ...more,
});

async function call(
  what: Command,
  args: readonly Json[],
  limits: object = {},
): Promise<Execution | undefined> {
  const [execution] = await commands.wrapSandbox(driver).run(
    {
      program: { language: "command", source: JSON.stringify(what), entry: "it" },
      inputs: [args],
      limits: { timeoutMs: 20_000, memoryMiB: 128, outputBytes: 10_000, ...limits },
      seed: 0,
    },
    never,
  );
  return execution;
}
const NASTY = ["it's \"", 'HOME" `x` \\ \n', "{a} é"].join("$");

describe.each([
  {
    executor: "python",
    names: "print(a - b)",
    input: "import sys, json; print(json.load(sys.stdin)['a'])",
    variables: "import os; print(os.environ['a'] + os.environ['text'].upper())",
    absent: "import os, json; print(json.dumps('b' in globals() or 'b' in os.environ))",
    lines: "print('progress'); print('{\"ok\": [1, 2]}')",
    fails: "import sys; sys.exit(3)",
    spins: "while True: pass",
    secret: "import os; print(os.environ['TOKEN'])",
    echo: "import json; print(json.dumps(text))",
    home: "import os; print(sorted(name for name in os.environ if name == 'HOME_TOKEN'))",
    loud: "print('x' * 20000)",
  },
  {
    executor: "local_nodejs",
    names: "console.log(a - b)",
    input: "console.log(input.a)",
    variables: "console.log(process.env.a + process.env.text.toUpperCase())",
    absent: "console.log(typeof b !== 'undefined' || 'b' in process.env)",
    lines: "console.log('progress'); console.log('{\"ok\": [1, 2]}')",
    fails: "throw new Error('exit status 3')",
    spins: "for (;;);",
    secret: "console.log(process.env.TOKEN)",
    echo: "const a = JSON.stringify(text); console.log(a)",
    home: "console.log(JSON.stringify(Object.keys(process.env).filter((name) => name === 'HOME_TOKEN')))",
    loud: "console.log('x'.repeat(20000))",
  },
  {
    executor: "local_bash",
    names: 'echo "$((a - b))"',
    input: "read -r line; [[ $line == '{\"a\":7'* ]] && echo 7",
    variables: 'echo "$a$(tr a-z A-Z <<< "$text")"',
    absent: "[[ -v b ]] && echo true || echo false",
    lines: "echo progress; echo '{\"ok\": [1, 2]}'",
    fails: "echo why >&2; exit 3",
    spins: "while :; do :; done",
    secret: 'echo "$TOKEN"',
    echo: "tail -c +9 | head -c -2",
    home: 'env | grep -c "^HOME_TOKEN" >/dev/null && echo \'["HOME_TOKEN"]\' || echo "[]"',
    loud: "head -c 20000 /dev/zero | tr '\\0' x",
  },
] as const)("the executor $executor", { timeout: 60_000 }, (says) => {
  const { executor } = says;

  it("gives arguments by name, as JSON on standard input and as variables of the environment", async () => {
    expect(await call(command(executor, says.names), [7, 3])).toMatchObject({ output: 4 });
    expect(await call(command(executor, says.input), [7, 3])).toMatchObject({ output: 7 });
    const named = await call(command(executor, says.variables), [7, 3, "up"]);
    expect(named).toMatchObject({ output: "7UP" });
    expect(await call(command(executor, says.absent), [7])).toMatchObject({ output: false });
  });

  it("takes the last line as the result, or what is declared", async () => {
    expect(await call(command(executor, says.lines), [])).toMatchObject({ output: { ok: [1, 2] } });
    const text = await call(command(executor, says.lines, { output: "text" }), []);
    expect(text).toMatchObject({ output: 'progress\n{"ok": [1, 2]}' });
    const words = command(executor, says.variables, { output: "json" });
    expect(await call(words, [7, 3, "up"])).toMatchObject({ status: "bad-output" });
  });

  it("says an exit status as a failure, and stops what does not end or prints too much", async () => {
    const failed = await call(command(executor, says.fails), []);
    expect(failed).toMatchObject({
      status: "threw",
      message: expect.stringContaining("exit status 3"),
    });
    const spun = await call(command(executor, says.spins), [], { timeoutMs: 700 });
    expect(spun).toMatchObject({ status: "timed-out" });
    expect(await call(command(executor, says.loud), [])).toMatchObject({ status: "bad-output" });
  });

  it("takes secrets by reference alone, and nothing else of the engine's environment", async () => {
    const wants = command(executor, says.secret, { env: { TOKEN: "HOME_TOKEN" } });
    expect(await call(wants, [])).toMatchObject({ output: "s3cret value" });
    const unset = await call({ ...wants, env: { TOKEN: "EMPTY" } }, []);
    expect(unset).toMatchObject({ status: "refused", reason: expect.stringContaining("EMPTY") });
    expect(await call(command(executor, says.home), [])).toMatchObject({ output: [] });
  });

  it("never takes an argument for code", async () => {
    const echoed = await call(command(executor, says.echo, { parameters: ["text"] }), [NASTY]);
    expect(echoed).toMatchObject({ output: NASTY });
  });

  it("refuses more arguments than there are parameters", async () => {
    expect(await call(command(executor, says.names), [1, 2, "", 4])).toMatchObject({
      status: "refused",
    });
  });
});

describe("what can not run here", () => {
  it("is said: an image without an engine, a package that is not there, a requirement that is none", async () => {
    const before = process.env.DOCKER_HOST;
    process.env.DOCKER_HOST = "tcp://127.0.0.1:9";
    try {
      const image = command("docker", "true", { image: "alpine" });
      expect(await commands.unavailable(image, never)).toMatch(/engine, and none answers at tcp/);
    } finally {
      if (before === undefined) delete process.env.DOCKER_HOST;
      else process.env.DOCKER_HOST = before;
    }
    const wants = (name: string) =>
      commands.unavailable(command("python", "print(1)", { requirements: [name] }), never);
    expect(await wants("no-such-package==1.2")).toMatch(/Python does not have no-such-package/);
    expect(await wants("numpy>=1")).toMatch(/must be a package name or name==version/);
    expect(await commands.unavailable(command("local_bash", "true"), never)).toBeUndefined();
  });
});
