/**
 * A container engine on loopback that speaks as much of Docker's protocol as one command needs. What
 * it is asked to start it starts as a plain process of this machine: for commands of tests alone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

export interface FakeEngine {
  readonly address: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into what was asked for.
  readonly created: readonly any[];
  readonly removed: readonly string[];
  close(): Promise<void>;
}

export async function fakeEngine(images: readonly string[]): Promise<FakeEngine> {
  // biome-ignore lint/suspicious/noExplicitAny: as it was asked for.
  const created: any[] = [];
  const removed: string[] = [];
  const sockets: Duplex[] = [];
  const running: (ChildProcess | undefined)[] = [];
  const ended: Promise<number>[] = [];

  const start = (index: number): void => {
    const { Entrypoint = [], Cmd, Env = [] } = created[index];
    const [file = "", ...args] = [...Entrypoint, ...Cmd] as string[];
    const variables = Object.fromEntries((Env as string[]).map((pair) => pair.split(/=(.*)/s, 2)));
    const child = spawn(file, args, { env: { PATH: process.env.PATH, ...variables } });
    const socket = sockets[index];
    for (const [number, stream] of [
      [1, child.stdout],
      [2, child.stderr],
    ] as const) {
      stream.on("data", (chunk: Buffer) => {
        const head = Buffer.alloc(8);
        head[0] = number;
        head.writeUInt32BE(chunk.length, 4);
        socket?.write(Buffer.concat([head, chunk]));
      });
    }
    child.stdin.on("error", () => undefined);
    socket?.on("data", (chunk) => child.stdin.write(chunk));
    socket?.on("end", () => child.stdin.end());
    running[index] = child;
    ended[index] = once(child, "close").then(([code]) => {
      socket?.end();
      return (code as number | null) ?? 137;
    });
  };

  const server = createServer(async (request, response) => {
    const path = decodeURIComponent((request.url ?? "").split("?")[0] ?? "").replace(
      /^\/v[\d.]+/,
      "",
    );
    const [, id = "", action = ""] = /^\/containers\/c(\d+)(?:\/(\w+))?$/.exec(path) ?? [];
    const say = (status: number, body: unknown = {}): void =>
      void response
        .writeHead(status, { "content-type": "application/json" })
        .end(JSON.stringify(body));
    const image = /^\/images\/(.+)\/json$/.exec(path)?.[1];
    if (path === "/_ping") return say(200, "OK");
    if (image !== undefined) {
      return images.includes(image)
        ? say(200, { Id: image })
        : say(404, { message: "no such image" });
    }
    if (path === "/containers/create") {
      return say(201, { Id: `c${created.push(await bodyOf(request)) - 1}` });
    }
    if (action === "start") {
      start(Number(id));
      return say(204);
    }
    if (action === "wait") return say(200, { StatusCode: await ended[Number(id)] });
    if (action === "json") return say(200, { State: { OOMKilled: false } });
    if (action === "kill") {
      running[Number(id)]?.kill("SIGKILL");
      return say(204);
    }
    if (request.method === "DELETE") {
      removed.push(`c${id}`);
      return say(204);
    }
    return say(404, { message: path });
  });
  server.on("upgrade", (request, socket) => {
    const id = /\/containers\/c(\d+)\/attach/.exec(request.url ?? "")?.[1];
    sockets[Number(id)] = socket;
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    address: `tcp://127.0.0.1:${port}`,
    created,
    removed,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}
