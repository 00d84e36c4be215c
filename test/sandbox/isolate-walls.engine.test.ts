/**
 * What is left to code that has broken out of its isolate: the same words that start a host process
 * start a script here which tries what such code would try.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { confinementReport } from "../../sandbox/index.ts";
import { HOST_ENVIRONMENT, hostCommand } from "../../sandbox/isolate/child.ts";
import { confinement } from "../../sandbox/walls/host.ts";

const linux = process.platform === "linux";
const ATTEMPTS = `
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const told = {};
const attempt = async (name, work) => {
  try { await work(); told[name] = "done"; } catch (error) { told[name] = error.code ?? error.message; }
};
await attempt("read", () => require("node:fs").readFileSync("/etc/passwd"));
await attempt("write", () => require("node:fs").writeFileSync("/tmp/toolwright-escape", ""));
await attempt("spawn", () => { const r = require("node:child_process").spawnSync("/bin/true"); if (r.error) throw r.error; });
await attempt("worker", () => { new (require("node:worker_threads").Worker)("1", { eval: true }); });
await attempt("connect", () => new Promise((resolve, reject) => {
  require("node:net").connect(Number(process.argv[2]), "127.0.0.1").on("connect", resolve).on("error", reject);
}));
told.environment = Object.keys(process.env).sort();
console.log(JSON.stringify(told));
process.exit(0);
`;

describe("the layers round a host process", () => {
  const folder = mkdtempSync(join(tmpdir(), "toolwright-walls-"));
  const host = join(folder, "escaped.mjs");
  const server = createServer((socket) => socket.destroy());
  let told: Record<string, unknown>;
  let holds: (layer: string) => boolean;

  beforeAll(async () => {
    writeFileSync(host, ATTEMPTS);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const walls = await confinement();
    const report = await confinementReport();
    holds = (layer) => report.some((each) => each.layer === layer && each.holds);
    const words = hostCommand({
      prefix: walls.command(3 * 2 ** 30, [folder]),
      direct: walls.direct,
      host,
      readable: [folder],
    });
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const child = spawn(words[0] ?? "", [...words.slice(1), String(port)], {
      env: HOST_ENVIRONMENT,
    });
    let text = "";
    for await (const chunk of child.stdout) text += chunk;
    told = JSON.parse(text) as Record<string, unknown>;
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it.each(["read", "write", "spawn", "worker"])("refuse %s by Node's permissions", (attempt) => {
    expect(told[attempt]).toBe("ERR_ACCESS_DENIED");
  });

  it("show no environment of the engine's", () => {
    // bubblewrap says where a process begins, which is "/".
    const names = (told.environment as readonly string[]).filter((name) => name !== "PWD");
    expect(names).toEqual(Object.keys(HOST_ENVIRONMENT).sort());
  });

  it("refuse the network where namespaces hold, and are reported not to where they do not", () => {
    expect(told.connect === "done").toBe(!holds("namespaces"));
  });

  it("show of the host's files /usr and what is named alone (where bubblewrap is installed)", async (context) => {
    context.skip(!holds("bwrap"), "bubblewrap is not installed here, or the kernel refuses it");
    const words = (await confinement()).command(2 ** 31, [folder]);
    const look = 'ls -A / /tmp "$1"; cat /etc/passwd /proc/1/cmdline; touch "$1/x" /usr/x /x';
    const { stdout, stderr } = spawnSync(
      words[0] ?? "",
      [...words.slice(1), "sh", "-c", look, "sh", folder],
      { encoding: "utf8" },
    );
    expect(stdout).toContain("escaped.mjs");
    const root = stdout.split("\n\n")[0]?.split("\n").slice(1) ?? [];
    for (const name of root) {
      expect(["bin", "dev", "etc", "proc", "sbin", "tmp", "usr"]).toContain(
        name.replace(/^lib\w*$/, "usr").replace(process.execPath.split("/")[1] ?? "", "usr"),
      );
    }
    expect(stderr).toMatch(/\/etc\/passwd: No such file/);
    expect(stderr.match(/Read-only file system/g)).toHaveLength(3);
    // Process 1 is bubblewrap's own: none of the host's is to be seen.
    expect(stdout).toContain("bwrap");
  });

  it("are reported one by one, each with what it does", async () => {
    const report = await confinementReport();
    expect(report.map(({ layer }) => layer)).toEqual([
      "node permission",
      "prlimit",
      "setpriv",
      "namespaces",
      "bwrap",
    ]);
    for (const { detail } of report) expect(detail.length).toBeGreaterThan(10);
  });
});

describe.runIf(linux)("a host process (Linux, where it can be looked at from outside)", () => {
  const script = `
    import { readdirSync, readFileSync } from "node:fs";
    import { isolateSandbox } from ${JSON.stringify(new URL("../../sandbox/index.ts", import.meta.url).href)};
    const sandbox = await isolateSandbox({ slots: 1 });
    const program = { language: "javascript", entry: "f", source: "function f() { [].indexOf.call({ length: 2 ** 53 - 1 }, 1); }" };
    sandbox.run({ program, inputs: [[]], limits: { timeoutMs: 60_000, memoryMiB: 64, outputBytes: 100 }, seed: 1 }, new AbortController().signal);
    const pids = readdirSync("/proc/self/task").flatMap((thread) => readFileSync("/proc/self/task/" + thread + "/children", "utf8").trim().split(" ").filter(Boolean));
    setTimeout(() => console.log(pids.join(" ")), 300);`;

  it("ends with the engine, though it hangs in native code and the engine is killed", async () => {
    const engine = spawn(process.execPath, ["--input-type=module", "--eval", script]);
    const pids = await new Promise<readonly number[]>((resolve) => {
      engine.stdout.once("data", (text: Buffer) =>
        resolve(text.toString().trim().split(" ").map(Number)),
      );
    });
    expect(pids.length).toBeGreaterThan(0);
    const report = await confinementReport();
    const holds = (layer: string) => report.some((each) => each.layer === layer && each.holds);
    for (const pid of pids) {
      const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      if (holds("prlimit")) {
        expect(limits).toMatch(/Max data size\s+\d+/);
        expect(limits).toMatch(/Max core file size\s+0/);
      }
      if (holds("setpriv")) expect(status).toMatch(/NoNewPrivs:\s+1/);
    }
    engine.kill("SIGKILL");
    // Without setpriv or bwrap only an idle process ends, when its line is closed.
    if (!holds("setpriv") && !holds("bwrap")) spawnSync("kill", ["-9", ...pids.map(String)]);
    await expect.poll(() => pids.filter(alive), { timeout: 5_000 }).toEqual([]);
  });
});

/** Whether the process runs still; one that nobody has waited for yet does not. */
function alive(pid: number): boolean {
  if (!readdirSync("/proc").includes(String(pid))) return false;
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false; // It ended between the two looks.
  }
}
