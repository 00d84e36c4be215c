/**
 * The connection to one MCP server. It opens at the first use, and opens again after the server has
 * exited. The list of tools is cached until the server reports that it has changed.
 */
import {
  Client,
  type Tool as McpTool,
  StreamableHTTPClientTransport,
  type Transport,
  type VersionNegotiationOptions,
} from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import type { Execution } from "../core/execution.ts";
import type { Json } from "../core/json.ts";
import type { McpServerSettings } from "../core/mcp-servers.ts";
import { type CallLimits, callOnce, isAnswer } from "./call.ts";
import { environmentOf, headersOf } from "./settings.ts";
import { withoutOddTools } from "./sift.ts";

export interface Connection {
  readonly name: string;
  readonly timeoutMs: number;
  /** The server's current tools. @throws any error of the server or of the transport. */
  definitions(): Promise<readonly McpTool[]>;
  /** Why tools of the latest list are left out, as sentences. */
  leftOut(): readonly string[];
  /** A failure is a value. @throws the signal's reason if the caller cancels. */
  call(
    tool: McpTool,
    named: Readonly<Record<string, Json>>,
    limits: CallLimits,
    signal: AbortSignal,
  ): Promise<Execution>;
  close(): Promise<void>;
}

const CONNECT_MS = 15_000;
const NEWER_PROTOCOL = "2026-07-28";

interface Open {
  readonly client: Client;
  definitions: Promise<readonly McpTool[]> | undefined;
}

export function mcpConnection(
  name: string,
  settings: McpServerSettings,
  {
    environment,
    onChange,
  }: {
    readonly environment: Readonly<Record<string, string | undefined>>;
    /** Called when the server's tools have changed or may have changed. */
    readonly onChange: () => void;
  },
): Connection {
  let opening: Promise<Open> | undefined;
  let odd = new Set<string>();

  /**
   * Over stdio: first the legacy handshake, which every server supports. If the server rejects it,
   * the newer protocol version.
   */
  async function connect(): Promise<Open> {
    if ("url" in settings) return connectBy({ mode: "auto", probe: { timeoutMs: 5_000 } });
    try {
      return await connectBy({ mode: "legacy" });
    } catch (error) {
      if (!isAnswer(error)) throw error;
      return connectBy({ mode: { pin: NEWER_PROTOCOL } });
    }
  }

  async function connectBy(versionNegotiation: VersionNegotiationOptions): Promise<Open> {
    const client = new Client(
      { name: "toolwright", version: "1" },
      { versionNegotiation, listChanged: { tools: { autoRefresh: false, onChanged: invalidate } } },
    );
    const open: Open = { client, definitions: undefined };
    function invalidate(): void {
      open.definitions = undefined;
      onChange();
    }
    const transport = withoutOddTools(transportOf(name, settings, environment), (reason) =>
      odd.add(reason),
    );
    await client.connect(transport, { timeout: CONNECT_MS });
    client.onclose = () => {
      opening = undefined;
      onChange();
    };
    return open;
  }

  function opened(): Promise<Open> {
    opening ??= connect().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  async function listed(client: Client): Promise<readonly McpTool[]> {
    odd = new Set();
    const options = { timeout: CONNECT_MS, cacheMode: "refresh" } as const;
    return (await client.listTools(undefined, options)).tools;
  }

  return {
    name,
    timeoutMs: settings.timeoutMs,
    async definitions() {
      const open = await opened();
      open.definitions ??= listed(open.client);
      try {
        return await open.definitions;
      } catch (error) {
        open.definitions = undefined;
        throw error;
      }
    },
    leftOut: () => [...odd],
    call: (tool, named, limits, signal) =>
      callOnce(
        name,
        async () => {
          const { client } = await opened();
          const { timeoutMs } = limits;
          return client.callTool(
            { name: tool.name, arguments: { ...named } },
            { timeout: timeoutMs, maxTotalTimeout: timeoutMs, signal, toolDefinition: tool },
          );
        },
        limits,
        signal,
      ),
    async close() {
      const open = await opening?.catch(() => undefined);
      if (open === undefined) return;
      open.client.onclose = () => undefined;
      await open.client.close();
    },
  };
}

function transportOf(
  name: string,
  settings: McpServerSettings,
  environment: Readonly<Record<string, string | undefined>>,
): Transport {
  if ("url" in settings) {
    const headers = headersOf(name, settings.headersEnv, environment);
    return new StreamableHTTPClientTransport(new URL(settings.url), { requestInit: { headers } });
  }
  const { command, args, env } = settings;
  // The SDK passes a minimal environment: a server gets only the keys that its settings name.
  return new StdioClientTransport({
    command,
    args,
    env: environmentOf(name, env, environment),
    stderr: "ignore",
  });
}
