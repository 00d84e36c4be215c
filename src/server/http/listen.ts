/** Serves an app on an address; the default is loopback. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener, RequestError } from "@hono/node-server";
import { ConfigError, InputError } from "../../core/errors.ts";
import type { HttpApp } from "./app.ts";
import { LOOPBACK } from "./guards.ts";
import { problemOf } from "./problems.ts";

export interface HttpAddress {
  /** 0: any free port. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
}

export interface HttpServer {
  readonly url: string;
  /** Accepts no more requests, lets running ones finish for up to 2 s, then closes every connection. */
  close(): Promise<void>;
}

const GRACE_MS = 2_000;

/** @throws ConfigError PORT_NOT_USABLE */
export async function listenWith(
  app: HttpApp,
  { port, host = LOOPBACK }: HttpAddress,
  onError: (error: Error) => void,
): Promise<HttpServer> {
  const answer = getRequestListener((request, env) => app.fetch(request, env), {
    // Used for requests without a Host header.
    hostname: "localhost",
    overrideGlobalObjects: false,
    errorHandler: (error) =>
      problemOf(
        error instanceof RequestError
          ? new InputError(
              "BAD_URL",
              "Expected a path or a URL as the request target, got something else.",
            )
          : error,
        onError,
      ),
  });
  const underWay = new Set<ServerResponse>();
  const server = createServer((incoming, outgoing) => {
    underWay.add(outgoing);
    outgoing.once("close", () => underWay.delete(outgoing));
    void answer(incoming, outgoing);
  });
  await listening(server, port, host);
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      // Else a client would keep its connection open after the answer.
      for (const outgoing of underWay) {
        if (!outgoing.headersSent) outgoing.setHeader("connection", "close");
      }
      const late = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(late);
    },
  };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new ConfigError(
          "PORT_NOT_USABLE",
          `Cannot listen on ${host}:${port} (${error.message}): choose another port, or 0 for any.`,
          { cause: error },
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
}
