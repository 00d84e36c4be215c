/**
 * An MCP server without a library, so that it may break the protocol: `node mcp-raw.ts TOOLS`, the
 * list of its tools as JSON. A call answers with its arguments as text; a tool with `gives` answers
 * with that text as its structured result.
 */
import { createInterface } from "node:readline";

interface Message {
  readonly id?: number;
  readonly method: string;
  readonly params?: {
    readonly name?: string;
    readonly arguments?: unknown;
    readonly protocolVersion?: string;
  };
}

const tools = JSON.parse(process.argv[2] ?? "[]") as readonly ({
  readonly name?: string;
  readonly gives?: string;
} | null)[];

/** The result as JSON text: a number keeps the digits that it was written with. */
function resultOf({ method, params }: Message): string | undefined {
  switch (method) {
    case "initialize":
      return JSON.stringify({
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: "raw", version: "1" },
      });
    case "tools/list":
      return JSON.stringify({ tools });
    case "tools/call": {
      const gives = tools.find((tool) => tool?.name === params?.name)?.gives;
      const text = JSON.stringify([{ type: "text", text: JSON.stringify(params?.arguments) }]);
      return gives === undefined
        ? `{"content":${text}}`
        : `{"content":[],"structuredContent":${gives}}`;
    }
  }
  return undefined;
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line) as Message;
  const result = resultOf(message);
  if (message.id === undefined) return;
  const answer = result
    ? `"result":${result}`
    : '"error":{"code":-32601,"message":"no such method"}';
  process.stdout.write(`{"jsonrpc":"2.0","id":${message.id},${answer}}\n`);
});
