/**
 * Runs a session's cells one after another in the same interpreter process, and reads and writes
 * files of its scratch directory.
 *
 * Guest code: linked with other files of this folder into one text and run inside the sandbox.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { resolve, sep } from "node:path";
import { frameReader } from "./frames.ts";
import {
  causeOf,
  finish,
  type SupervisorSetup,
  send,
  sendReady,
  start,
  watchMemory,
} from "./supervise-common.ts";

const MAX_CAPTURED_BYTES = 256 << 10;
// Answers and printed output come through different pipes: wait so long for output after an answer.
const OUTPUT_MS = 10;

interface SessionRequest {
  readonly kind: "cell" | "file" | "files" | "put";
  readonly source?: string;
  readonly memoryMiB?: number;
  readonly path?: string;
  readonly maxBytes?: number;
  readonly base64?: string;
}

export function superviseSession(setup: SupervisorSetup): (request: unknown) => void {
  const shell = setup.role === "shell-session";
  const guest = start(setup.candidate, setup, 4, true);
  watchMemory(guest, setup.residentMiB);
  const captured = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    guest.process[name]?.setEncoding("utf8").on("data", (chunk: string) => {
      captured[name] = (captured[name] + chunk).slice(0, MAX_CAPTURED_BYTES);
    });
  }
  const answer = (value: object): void => {
    setTimeout(() => {
      send({ ...value, cell: true, ...captured });
      captured.stdout = "";
      captured.stderr = "";
    }, OUTPUT_MS);
  };
  const answers = guest.process.stdio[3] as NodeJS.ReadableStream;
  if (shell) {
    sendReady();
    let line = "";
    answers.on("data", (chunk: Buffer) => {
      line += chunk.toString("latin1");
      const end = line.indexOf("\n");
      if (end === -1) return;
      const status = Number(line.slice(0, end));
      line = "";
      if (status === 0) answer({ kind: "result", text: "null" });
      else answer({ kind: "threw", message: `exit status ${status}` });
    });
  } else {
    const read = frameReader(
      64 << 20,
      (value) => {
        const kind = (value as { kind?: unknown }).kind;
        if (kind === "ready") sendReady();
        else answer(value as object);
      },
      (reason) => finish({ kind: "crashed", reason: `the session wrote ${reason}` }),
    );
    answers.on("data", read);
  }
  guest.ended.then((end) => setTimeout(() => finish(causeOf(end, guest.tail())), OUTPUT_MS));

  return (value) => {
    const request = value as SessionRequest;
    if (request.kind === "cell") {
      if (shell) writeFileSync(`${setup.scratch}/.cell.sh`, request.source ?? "");
      const line = ". ./.cell.sh </dev/null; printf '%s\\n' \"$?\" >&3\n";
      if (shell)
        guest.process.stdin?.write(line.replace("./.cell.sh", `${setup.scratch}/.cell.sh`));
      else {
        const payload = Buffer.from(JSON.stringify(request));
        const head = Buffer.alloc(4);
        head.writeUInt32BE(payload.length, 0);
        guest.process.stdin?.write(Buffer.concat([head, payload]));
      }
      return;
    }
    try {
      send({ kind: "file", ...fileAnswer(setup.scratch, request) });
    } catch (error) {
      send({ kind: "file-error", reason: error instanceof Error ? error.message : String(error) });
    }
  };
}

function fileAnswer(scratch: string, request: SessionRequest): object {
  const base = realpathSync(scratch);
  if (request.kind === "files") {
    const names = readdirSync(base, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(base.length + 1))
      .filter((name) => name !== ".cell.sh");
    return { names: names.sort().slice(0, 10_000) };
  }
  const path = resolve(base, request.path ?? "");
  if (!path.startsWith(base + sep)) throw new Error("the path leaves the scratch directory");
  if (request.kind === "put") {
    writeFileSync(path, Buffer.from(request.base64 ?? "", "base64"));
    return {};
  }
  if (realpathSync(path) !== path) throw new Error("the path goes through a symbolic link");
  const descriptor = openSync(
    path,
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    const status = fstatSync(descriptor);
    const most = request.maxBytes ?? 0;
    if (!status.isFile()) throw new Error("it is not a regular file");
    if (status.size > most)
      throw new Error(`it has ${status.size} bytes, more than the limit of ${most}`);
    const bytes = Buffer.alloc(status.size);
    const got = readSync(descriptor, bytes, 0, bytes.length, 0);
    return { base64: bytes.subarray(0, got).toString("base64") };
  } finally {
    closeSync(descriptor);
  }
}
