/**
 * One hardened container with a supervisor in it, as a live guest. Its stream is the only way in or
 * out; it has no network, no mounts, no capability and nothing to write but a sized tmpfs.
 */
import type Docker from "dockerode";
import type { Interpreters, Runtime } from "../guest/commands.ts";
import { nodeArguments, supervisorSetup } from "../guest/commands.ts";
import { type GuestEnd, guestLost, type LiveGuest } from "../guest/run-program.ts";
import { encodeFrame, frameReader } from "../inside/frames.ts";
import { ALL_STREAMS, type Allowance, createConfined } from "./confinement.ts";
import { removeContainer } from "./owner.ts";

/** What a container of programs is made of. */
export interface ContainerShape extends Allowance {
  readonly image: string;
  readonly interpreters: Interpreters;
}

const SUPERVISOR_HEAP_MIB = 256;
const MAX_FRAME_BYTES = 256 << 20;
const READY_MS = 30_000;

/** Starts a container for one program, or one session. Its program cannot begin before a job comes. */
export function startContainer(
  engine: Docker,
  shape: ContainerShape,
  { runtime, memoryMiB, session }: { runtime: Runtime; memoryMiB: number; session: boolean },
): LiveGuest {
  let listener: (frame: unknown) => void = () => undefined;
  const early: unknown[] = [];
  let heard = false;
  let stream: NodeJS.ReadWriteStream | undefined;
  let container: Docker.Container | undefined;
  let removal: Promise<void> | undefined;
  let finish: (end: GuestEnd) => void = () => undefined;
  const ended = new Promise<GuestEnd>((resolve) => {
    finish = resolve;
  });
  let becomeReady: (facts: { sealed: boolean }) => void = () => undefined;
  const readyFrame = new Promise<{ sealed: boolean }>((resolve) => {
    becomeReady = resolve;
  });

  const onFrame = (frame: unknown): void => {
    const { kind, sealed } = frame as { kind?: unknown; sealed?: unknown };
    if (kind === "ready") becomeReady({ sealed: sealed === true });
    else if (heard) listener(frame);
    else early.push(frame);
  };
  const remove = (): Promise<void> => {
    removal ??= (async () => {
      if (container !== undefined) await removeContainer(engine, container.id);
    })();
    return removal;
  };
  const opened = open();
  // A guest that nobody takes any more may fail without a listener.
  opened.catch(() => undefined);

  async function open(): Promise<void> {
    const setup = supervisorSetup({
      runtime,
      session,
      interpreters: shape.interpreters,
      memoryMiB,
      scratch: "/tmp",
      residentMiB: null,
    });
    const created = await createConfined(engine, shape, {
      image: shape.image,
      // Not "-e" of the image's own: the supervisor comes with the engine, the image with programs.
      entrypoint: [shape.interpreters.node],
      command: [...nodeArguments("supervisor", SUPERVISOR_HEAP_MIB), JSON.stringify(setup)],
      runtime,
      memoryMiB,
    });
    container = created;
    stream = await created.attach(ALL_STREAMS);
    stream.on("data", demultiplex(frameReader(MAX_FRAME_BYTES, onFrame, () => void remove())));
    stream.on("error", () => void remove());
    stream.on("close", concluded);
    stream.on("end", concluded);
    await created.start();
  }

  let concluding = false;
  function concluded(): void {
    if (concluding) return;
    concluding = true;
    causeOfEnd().then(finish);
  }
  async function causeOfEnd(): Promise<GuestEnd> {
    try {
      const state = (await container?.inspect())?.State;
      const outOfMemory = state?.OOMKilled === true;
      return {
        outOfMemory,
        lost: !outOfMemory,
        reason: `its container ended with exit status ${state?.ExitCode}`,
      };
    } catch {
      return { outOfMemory: false, lost: true, reason: "its container was removed" };
    } finally {
      remove().catch(() => undefined);
    }
  }

  const ready = (async () => {
    try {
      await opened;
    } catch (error) {
      concluded();
      throw guestLost("container", error instanceof Error ? error.message : String(error), error);
    }
    const first = await Promise.race([
      readyFrame,
      ended,
      new Promise<null>((resolve) => setTimeout(resolve, READY_MS, null).unref()),
    ]);
    if (first !== null && "sealed" in first) return first;
    await remove().catch(() => undefined);
    throw guestLost("container", first?.reason ?? `no answer within ${READY_MS} ms`);
  })();
  ready.catch(() => undefined);

  return {
    ready,
    ended,
    send: (value) => void stream?.write(encodeFrame(value)),
    onFrame: (next) => {
      listener = next;
      heard = true;
      for (const frame of early.splice(0)) next(frame);
    },
    kill: async () => {
      await opened.catch(() => undefined);
      // Its process 1 ends by itself and takes all others along; the engine makes sure.
      stream?.write(encodeFrame({ kind: "stop" }));
      await Promise.race([ended, remove()]);
      remove().catch(() => undefined);
    },
  };
}

/** Takes the engine's stream apart and passes standard output on; standard error is not ours to keep. */
function demultiplex(onOutput: (chunk: Buffer) => void): (chunk: Buffer) => void {
  let head = Buffer.alloc(0);
  let left = 0;
  let kind = 0;
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const missing = rest.subarray(0, 8 - head.length);
        head = Buffer.concat([head, missing]);
        rest = rest.subarray(missing.length);
        if (head.length < 8) return;
        kind = head[0] ?? 0;
        left = head.readUInt32BE(4);
        head = Buffer.alloc(0);
        continue;
      }
      const body = rest.subarray(0, left);
      rest = rest.subarray(body.length);
      left -= body.length;
      if (kind === 1) onOutput(body);
    }
  };
}
