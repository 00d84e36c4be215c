/** What the engine is asked for, whoever asks: read off the requests that reach one on loopback. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInImage } from "../../sandbox/container/command.ts";
import { connectEngine } from "../../sandbox/container/engine.ts";
import { type ContainerShape, startContainer } from "../../sandbox/container/guest.ts";
import { DEADLINE_LABEL, OWNER_LABEL, ownerOf } from "../../sandbox/container/owner.ts";
import { Limits } from "../../src/core/execution.ts";
import { type FakeEngine, fakeEngine } from "../support/container-engine.ts";

const MIB = 1_048_576;
const limits = Limits.parse({ timeoutMs: 5_000, memoryMiB: 64 });
const SHAPE: ContainerShape = {
  image: "alpine:3",
  // Ends at once: what the container is to be is settled before it starts.
  interpreters: { node: "true", python: "true", shell: "true" },
  cpus: 1,
  scratchMiB: 16,
  pids: 64,
  ociRuntime: undefined,
  owner: ownerOf() ?? "",
  deadlineMs: 1,
};

let engine: FakeEngine;
const before = process.env.DOCKER_HOST;
beforeAll(async () => {
  engine = await fakeEngine(["alpine:3"]);
  process.env.DOCKER_HOST = engine.address;
});
afterAll(async () => {
  if (before === undefined) delete process.env.DOCKER_HOST;
  else process.env.DOCKER_HOST = before;
  await engine.close();
});

async function guest(session: boolean, shape: Partial<ContainerShape> = {}) {
  const asked = { runtime: "shell", memoryMiB: limits.memoryMiB, session } as const;
  const started = startContainer(await connectEngine(), { ...SHAPE, ...shape }, asked);
  await started.ready.catch(() => undefined);
  await started.kill();
  return engine.created.at(-1);
}

async function command(executor: "docker" | "python") {
  const never = new AbortController().signal;
  await runInImage(
    {
      ...{ executor, image: "alpine:3", command: "true", requirements: [], env: {} },
      ...{ output: "text", parameters: [] },
    },
    { given: {}, env: {}, words: [], code: "" },
    limits,
    never,
  );
  return engine.created.at(-1);
}

describe("a container", () => {
  it("of a program, of a session and of a command is confined alike", async () => {
    const [program, ...others] = [
      await guest(false),
      await guest(true),
      await command("docker"),
      await command("python"),
    ];
    const { Image, Entrypoint, Cmd, Env, Labels, ...walls } = program;
    for (const other of others) {
      const { Image, Entrypoint, Cmd, Env, Labels: theirs, ...same } = other;
      expect(same).toEqual(walls);
      expect(Object.keys(theirs)).toEqual(Object.keys(Labels));
      expect(theirs[OWNER_LABEL]).toBe(ownerOf());
      expect(Number(theirs[DEADLINE_LABEL])).toBeGreaterThan(0);
    }
    expect(walls).toMatchObject({
      User: "65534:65534",
      NetworkDisabled: true,
      Tty: false,
      HostConfig: {
        NetworkMode: "none",
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
        IpcMode: "none",
        PidsLimit: 64,
        NanoCpus: 1e9,
        Privileged: false,
      },
    });
  });

  it("has memory without swap, a scratch directory of its size, and nothing of the host", async () => {
    const { HostConfig, Mounts, Volumes } = await guest(false, { scratchMiB: 32, pids: 9 });
    expect(HostConfig.MemorySwap).toBe(HostConfig.Memory);
    expect(HostConfig.Memory).toBeGreaterThan((64 + 32) * MIB);
    expect(HostConfig.Memory).toBeLessThan((64 + 32 + 256) * MIB);
    expect(HostConfig.PidsLimit).toBe(9);
    expect(HostConfig.Tmpfs).toEqual({
      "/tmp": "rw,noexec,nosuid,nodev,size=32m,mode=1777",
    });
    expect(HostConfig.Ulimits).toContainEqual({
      ...{ Name: "fsize", Soft: 32 * MIB, Hard: 32 * MIB },
    });
    for (const way of [HostConfig.Binds, HostConfig.Mounts, HostConfig.Devices, Mounts, Volumes]) {
      expect(way).toBeUndefined();
    }
  });
});
