/** `toolwright serve`: the endpoint where other systems complete waits of requests. */
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import { present } from "../../core/present.ts";
import { type CommonFlags, integer, withCommonFlags, withSession } from "../session.ts";

interface ServeFlags extends CommonFlags {
  readonly port: number;
  readonly host?: string;
}

export function addServe(command: Command): void {
  withCommonFlags(
    command
      .option("--port <port>", "0: a free one", integer, 7340)
      .option("--host <address>", "address to listen on (default: 127.0.0.1)"),
  ).action(async (flags: ServeFlags) => {
    const { port, host } = flags;
    if (!(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
      throw new InputError("USAGE", `Expected --port from 0 to 65535, got ${port}.`);
    }
    const { serveCallbacks } = await import("../../server/callbacks/callbacks.ts");
    await withSession(flags, async ({ engine, output, signal }) => {
      const server = await serveCallbacks(engine.requests, {
        port,
        ...present({ host }),
        onCallback: (requestId, outcome) => output.note(`callback for ${requestId}: ${outcome}`),
        onError: (error) => output.note(`callbacks: ${error.message}`),
      });
      output.result(
        { url: server.url },
        `Callbacks at ${server.url}/callbacks/TOKEN. toolwright worker continues the completed requests.`,
      );
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      await server.close();
    });
  });
}
