/** `toolwright mcp`: serves the tool store to clients of the Model Context Protocol. */
import type { Command } from "commander";
import { InputError } from "../../core/errors.ts";
import { present } from "../../core/present.ts";
import { type CommonFlags, integer, withCommonFlags, withSession } from "../session.ts";
import { packageVersion } from "../version.ts";

interface McpFlags extends CommonFlags {
  readonly http?: number;
  readonly host?: string;
  readonly pageSize: number;
}

export function addMcp(command: Command): void {
  withCommonFlags(
    command
      .option(
        "--http <port>",
        "streamable HTTP on this port (0: any free port) instead of stdio",
        integer,
      )
      .option(
        "--host <address>",
        "address to listen on; other than loopback it requires TOOLWRIGHT_MCP_TOKEN",
      )
      .option("--page-size <count>", "tools in one page of the list", integer, 200),
  ).action(async (flags: McpFlags) => {
    check(flags);
    // Imported here, because no other command needs the protocol.
    const [{ mcpServers, serveMcpOverStdio }, { serveMcpOverHttp }, { offeredTools }] =
      await Promise.all([
        import("../../server/mcp/mcp.ts"),
        import("../../server/mcp/http.ts"),
        import("../../server/mcp/tools.ts"),
      ]);
    await withSession(flags, async ({ engine, output, signal }) => {
      const over = flags.http === undefined ? "stdio" : "HTTP";
      const calls = engine.directCalls(`MCP over ${over}`);
      const offered = offeredTools(engine, calls, flags.pageSize);
      const onError = (error: Error): void => output.note(`MCP: ${error.message}`);
      try {
        if (flags.http === undefined) {
          // Standard output belongs to the protocol.
          await serveMcpOverStdio(engine.tools, offered, packageVersion(), onError, signal);
          return;
        }
        const token = process.env.TOOLWRIGHT_MCP_TOKEN;
        const server = await serveMcpOverHttp(engine.tools, mcpServers(offered, packageVersion()), {
          port: flags.http,
          onError,
          ...present({ host: flags.host }),
          ...(token === undefined || token === "" ? {} : { token }),
        });
        output.result({ url: server.url }, `Serving MCP at ${server.url}`);
        await new Promise<void>((resolve) => {
          if (signal.aborted) resolve();
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        await server.close();
      } finally {
        await calls.end();
      }
    });
  });
}

function check({ http, pageSize }: McpFlags): void {
  if (http !== undefined && !(Number.isInteger(http) && http >= 0 && http <= 65_535)) {
    throw new InputError("USAGE", "Expected --http as a port from 0 to 65535.");
  }
  if (!(Number.isInteger(pageSize) && pageSize >= 1)) {
    throw new InputError("USAGE", "Expected --page-size as an integer of at least 1.");
  }
}
