/**
 * One hardened container with a supervisor in it, as a live guest. Its stream is the only way in or
 * out; it has no network, no mounts, no capabilities, and only a tmpfs of limited size to write to.
 */
import type Docker from "dockerode";
import type { Interpreters, Runtime } from "../guest/commands.ts";
import { nodeArguments, supervisorSetup } from "../guest/commands.ts";
import { type GuestEnd, guestLost, type LiveGuest } from "../guest/run-program.ts";
import { guestStream } from "../guest/stream.ts";
import { encodeFrame } from "../inside/frames.ts";
import { ALL_STREAMS, type Allowance, createConfined } from "./confinement.ts";
import { removeContainer } from "./owner.ts";

/** The settings that all containers of a driver share. */
export interface ContainerShape extends Allowance {
  readonly image: string;
  readonly interpreters: Interpreters;
}

const SUPERVISOR_HEAP_MIB = 256;

/** Starts a container for one program or one session. No program runs before a job is sent. */
export function startContainer(
  engine: Docker,
  shape: ContainerShape,
  { runtime, memoryMiB, session }: { runtime: Runtime; memoryMiB: number; session: boolean },
): LiveGuest {
  let stream: NodeJS.ReadWriteStream | undefined;
  let container: Docker.Container | undefined;
  let removal: Promise<void> | undefined;
  let finish: (end: GuestEnd) => void = () => undefined;
  const ended = new Promise<GuestEnd>((resolve) => {
    finish = resolve;
  });
  const remove = (): Promise<void> => {
    removal ??= (async () => {
      if (container !== undefined) await removeContainer(engine, container.id);
    })();
    return removal;
  };
  const incoming = guestStream(() => void remove());
  const opened = open();
  // An unused guest may fail when nobody listens.
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
      // The supervisor's text is an argument: it belongs to the engine, and the image only has Node.
      entrypoint: [shape.interpreters.node],
      command: [...nodeArguments("supervisor", SUPERVISOR_HEAP_MIB), JSON.stringify(setup)],
      runtime,
      memoryMiB,
    });
    container = created;
    stream = await created.attach(ALL_STREAMS);
    stream.on("data", demultiplex(incoming.read));
    stream.on("error", () => void remove());
    stream.on("close", onClosed);
    stream.on("end", onClosed);
    await created.start();
  }

  let closing = false;
  function onClosed(): void {
    if (closing) return;
    closing = true;
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
      onClosed();
      throw guestLost("container", error instanceof Error ? error.message : String(error), error);
    }
    try {
      return await incoming.ready("container", ended);
    } catch (error) {
      await remove().catch(() => undefined);
      throw error;
    }
  })();
  ready.catch(() => undefined);

  return {
    ready,
    ended,
    send: (value) => void stream?.write(encodeFrame(value)),
    onFrame: incoming.onFrame,
    kill: async () => {
      await opened.catch(() => undefined);
      // Process 1 exits by itself, which ends all others; removing the container makes sure.
      stream?.write(encodeFrame({ kind: "stop" }));
      await Promise.race([ended, remove()]);
      remove().catch(() => undefined);
    },
  };
}

/** Demultiplexes the engine's stream and passes on standard output; standard error is dropped. */
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
