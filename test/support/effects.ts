/**
 * An MCP server on loopback whose tools act outside of the engine: `charge` and `mail`. What they did
 * is counted here, where no record of the engine reaches.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Effects {
  readonly url: string;
  /** Names of the tools whose effect happened, in order. */
  readonly done: readonly string[];
  /** The same with what they were called for: `mail 7`. */
  readonly doneFor: readonly string[];
  /** The next arrival of a call. */
  arrival(tool: string): Promise<void>;
  close(): Promise<void>;
}

interface Call {
  readonly id?: number;
  readonly method: string;
  readonly params?: { readonly name?: string; readonly arguments?: { readonly order?: string } };
}

const order = {
  type: "object",
  properties: { order: { type: "string" } },
  required: ["order"],
};

/** @param says What a tool gives. @param delayMs From a call's arrival to its effect, and again to its reply. */
export async function effectsServer(
  says: (tool: string) => object = (tool) => ({
    content: [{ type: "text", text: `ok ${tool}` }],
  }),
  delayMs = 100,
): Promise<Effects> {
  const done: string[] = [];
  const doneFor: string[] = [];
  const waiting: { tool: string; resolve: () => void }[] = [];
  const pause = () => new Promise((resolve) => setTimeout(resolve, delayMs));

  async function resultOf({ method, params }: Call): Promise<object> {
    const { name = "" } = params ?? {};
    switch (method) {
      case "initialize":
        return {
          protocolVersion: "2025-06-18",
          capabilities: { tools: {} },
          serverInfo: { name: "effects", version: "1" },
        };
      case "tools/list":
        return {
          tools: [
            { name: "charge", description: "Charges a card for an order.", inputSchema: order },
            { name: "mail", description: "Sends a mail about an order.", inputSchema: order },
          ],
        };
      case "tools/call":
        for (const each of waiting) if (each.tool === name) each.resolve();
        await pause();
        done.push(name);
        doneFor.push(`${name} ${params?.arguments?.order}`);
        await pause();
        return says(name);
      default:
        return {};
    }
  }

  const server = createServer((incoming, outgoing) => {
    void (async () => {
      if (incoming.method !== "POST") return outgoing.writeHead(405).end();
      const call = JSON.parse(await text(incoming)) as Call;
      if (call.id === undefined) return outgoing.writeHead(202).end();
      const result = await resultOf(call);
      outgoing.writeHead(200, { "content-type": "application/json" });
      return outgoing.end(JSON.stringify({ jsonrpc: "2.0", id: call.id, result }));
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    done,
    doneFor,
    arrival: (tool) => new Promise((resolve) => waiting.push({ tool, resolve })),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
