/** What Python and shell could do with system calls of their own, in the process driver. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processSandbox } from "../../sandbox/process/process.ts";
import { canGroupMemory, memoryGroup } from "../../sandbox/walls/memory-group.ts";
import { syscallFilter } from "../../sandbox/walls/seccomp.ts";
import type { Execution, Language } from "../../src/core/execution.ts";
import { Limits } from "../../src/core/execution.ts";
import type { Json } from "../../src/core/json.ts";
import type { Sandbox } from "../../src/core/ports.ts";

const limits = Limits.parse({ timeoutMs: 10_000, memoryMiB: 64 });
const never = new AbortController().signal;
const grouped = canGroupMemory();
const missing =
  process.platform !== "linux" || spawnSync("python3", ["-c", "import ctypes"]).status !== 0;

const CALL = `import ctypes
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    result = libc.syscall(*[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    return ctypes.get_errno() if result < 0 else 0
`;

describe.skipIf(missing)(
  `system calls in the process driver${missing ? " (skipped: no Linux, or no Python with ctypes)" : ""}`,
  () => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await processSandbox({ accept: "weaker-isolation", concurrency: 1 });
    });
    afterAll(() => sandbox?.close());

    const runAll = (
      source: string,
      inputs: readonly (readonly Json[])[],
      language: Language = "python",
    ): Promise<readonly Execution[]> =>
      sandbox.run({ program: { language, source, entry: "f" }, inputs, limits, seed: 1 }, never);
    const run = async (source: string, language: Language = "python") =>
      (await runAll(source, [[]], language))[0];

    it("keyrings, vsock sockets, namespaces, mounts and other processes' memory are refused", async () => {
      const numbers =
        process.arch === "arm64"
          ? { add_key: 217, keyctl: 219, unshare: 97, mount: 40, ptrace: 117, vm: 270, shm: 194 }
          : {
              add_key: 248,
              keyctl: 250,
              unshare: 272,
              mount: 165,
              ptrace: 101,
              vm: 310,
              shm: 29,
            };
      const source = `${CALL}
import socket
def family(number):
    try:
        socket.socket(number, socket.SOCK_STREAM).close()
        return 0
    except OSError as error:
        return error.errno
def f():
    return {
        "add_key": call(${numbers.add_key}, b"user", b"name", b"value", 5, -4),
        "keyctl": call(${numbers.keyctl}, 0, -4, 1),
        "unshare": call(${numbers.unshare}, 0x10000000),
        "mount": call(${numbers.mount}, 0, 0, 0, 0, 0),
        "ptrace": call(${numbers.ptrace}, 0, 0, 0, 0),
        "memory": call(${numbers.vm}, 1, 0, 0, 0, 0, 0),
        "shared": call(${numbers.shm}, 0, 4096, 0o1600),
        "vsock": family(40),
        "own": family(socket.AF_INET),
    }
`;
      const eperm = 1;
      expect(await run(source)).toMatchObject({
        status: "returned",
        output: {
          add_key: eperm,
          keyctl: eperm,
          unshare: eperm,
          mount: eperm,
          ptrace: eperm,
          memory: eperm,
          shared: eperm,
          vsock: 97,
          own: 0,
        },
      });
    });

    it("a filter is inherited by what a shell starts", async () => {
      const source = `python3 -c '
import socket
try:
    socket.socket(40, socket.SOCK_STREAM)
    print("made")
except OSError as error:
    print(error.errno)'`;
      expect(await run(source, "shell")).toMatchObject({ status: "returned", output: 97 });
    });

    it("threads, subprocesses and temporary files work behind it", async () => {
      const source = `import subprocess, tempfile, threading
def f():
    seen = []
    thread = threading.Thread(target=lambda: seen.append("thread"))
    thread.start()
    thread.join()
    seen.append(subprocess.run(["/bin/echo", "child"], capture_output=True, text=True).stdout.strip())
    with tempfile.TemporaryFile() as file:
        file.write(b"file")
        file.seek(0)
        seen.append(file.read().decode())
    return seen
`;
      expect(await run(source)).toMatchObject({ output: ["thread", "child", "file"] });
    });

    it("files in memory count against the memory limit, or cannot be made", async () => {
      const source = `import os
def f():
    kept, block, total = [], b"x" * (1 << 20), 0
    while total < (640 << 20):
        kept.append(os.memfd_create("m%d" % len(kept)))
        for _ in range(16):
            total += os.write(kept[-1], block)
    return total >> 20
`;
      const execution = await run(source);
      if (grouped) expect(execution).toMatchObject({ status: "out-of-memory" });
      else expect(execution).toMatchObject({ status: "threw" });
      expect(await run("def f():\n    return 1")).toMatchObject({ output: 1 });
    });

    it("a Python program gets an input when the one before it is answered, not at load time", async () => {
      const source = `import sys, gc, os
def everything():
    found, frame = [], sys._getframe()
    while frame:
        found.append(repr(frame.f_locals))
        frame = frame.f_back
    found.extend(repr(each) for each in gc.get_objects() if isinstance(each, (dict, list)))
    return " ".join(found)
AT_LOAD = "needle" in everything()
def f(word):
    return [AT_LOAD, "needle2" in everything()] if word == "needle1" else [AT_LOAD, True]
`;
      // The words are not in the source as the inputs have them.
      const outputs = await runAll(
        source
          .replaceAll('"needle"', '"need" + "le1"')
          .replaceAll('"needle2"', '"need" + "le2"')
          .replaceAll('"needle1"', '"need" + "le1"'),
        [["needle1"], ["needle2"]],
      );
      expect(outputs).toMatchObject([{ output: [false, false] }, { output: [false, true] }]);
    });

    it("a Python program that takes an input without an answer is ended", async () => {
      const source = `import os, struct
def f(number):
    frame = b'{"kind": "next"}'
    os.write(3, struct.pack(">I", len(frame)) + frame)
    return number
`;
      expect(await runAll(source, [[1], [2]])).toMatchObject([
        { status: "crashed" },
        { status: "crashed" },
      ]);
    });
  },
);

describe("a memory group", () => {
  it.skipIf(!grouped)(
    `is gone when it was removed${grouped ? "" : " (skipped: no groups can be made here)"}`,
    () => {
      const group = memoryGroup(64);
      expect(existsSync(group?.folder ?? "")).toBe(true);
      expect(group?.remove()).toBe(true);
      expect(existsSync(group?.folder ?? "")).toBe(false);
    },
  );
});

describe("the system-call filter", () => {
  it("knows two machines and no other", () => {
    for (const architecture of ["x64", "arm64"]) {
      const filter = syscallFilter({ architecture, memoryFiles: false });
      // struct sock_filter is 8 bytes; the kernel takes at most BPF_MAXINSNS (4,096) of them.
      expect((filter?.length ?? 1) % 8).toBe(0);
      expect((filter?.length ?? 0) / 8).toBeLessThan(4_096);
    }
    expect(syscallFilter({ architecture: "riscv64", memoryFiles: false })).toBeUndefined();
  });
});
