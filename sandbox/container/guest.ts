/**
 * One hardened container with a supervisor in it, as a live guest. Its stream is the only way in or
 * out; it has no network, no mounts, no capability and nothing to write but a sized tmpfs.
 */
import type Docker from "dockerode";
import type { Interpreters, Runtime } from "../guest/commands.ts";
import { nodeArguments, supervisorSetup } from "../guest/commands.ts";
import { mailbox } from "../guest/mailbox.ts";
import { type GuestEnd, guestLost, type LiveGuest } from "../guest/run-program.ts";
import { encodeFrame } from "../inside/frames.ts";
import { ALL_STREAMS, type Allowance, createConfined } from "./confinement.ts";
import { removeContainer } from "./owner.ts";

/** What a container of programs is made of. */
export interface ContainerShape extends Allowance {
  readonly image: string;
  readonly interpreters: Interpreters;
}

const SUPERVISOR_HEAP_MIB = 256;

/** Starts a container for one program, or one session. Its program cannot begin before a job comes. */
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
  const mail = mailbox(() => void remove());
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
    stream.on("data", demultiplex(mail.read));
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
    try {
      return await mail.ready("container", ended);
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
    onFrame: mail.onFrame,
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
