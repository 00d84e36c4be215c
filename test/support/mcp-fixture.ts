/**
 * A small MCP server of its own process, for tests of the client's side: `node mcp-fixture.ts STATE`.
 * STATE is a JSON file that is read at each list: what `add-numbers` says of itself, and the hints of
 * `wipe`, which changes things. A call of `wipe` leaves a mark beside it. With `modern` as a second
 * argument it refuses the older handshake.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { Server } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { present } from "../../src/core/present.ts";
import { png } from "./images.ts";

const file = process.argv[2] ?? "";
const state = () =>
  JSON.parse(readFileSync(file, "utf8")) as {
    readonly description: string;
    readonly hints?: Readonly<Record<string, boolean>>;
  };
const numbers = (...names: string[]) => ({
  type: "object" as const,
  properties: Object.fromEntries(names.map((name) => [name, { type: "number" }])),
  required: names,
});
const readOnly = { readOnlyHint: true };
const picture = {
  type: "image" as const,
  mimeType: "image/png",
  data: png(40, 20, [0, 0, 200]).toString("base64"),
};
const text = (value: string) => ({ content: [{ type: "text" as const, text: value }] });

serveStdio(
  () => {
    const server = new Server(
      { name: "fixture", version: "1" },
      { capabilities: { tools: { listChanged: true } } },
    );
    server.setRequestHandler("tools/list", () => ({
      tools: [
        {
          name: "add-numbers",
          description: state().description,
          inputSchema: numbers("a", "b"),
          outputSchema: numbers("sum"),
          annotations: readOnly,
        },
        {
          name: "hello",
          description: "Greets.",
          inputSchema: { type: "object" as const },
          annotations: readOnly,
        },
        {
          name: "look",
          description: "Shows the screen.",
          inputSchema: { type: "object" as const },
          annotations: readOnly,
        },
        {
          name: "measure",
          description: "The size of the screen, which it shows.",
          inputSchema: { type: "object" as const },
          outputSchema: numbers("width"),
          annotations: readOnly,
        },
        { name: "sleep", description: "Waits.", inputSchema: numbers("ms"), annotations: readOnly },
        {
          name: "fail",
          description: "Fails.",
          inputSchema: { type: "object" as const },
          annotations: readOnly,
        },
        {
          name: "die",
          description: "Ends the server.",
          inputSchema: { type: "object" as const },
          annotations: readOnly,
        },
        {
          name: "wipe",
          description: "Adds two numbers, and wipes the disk.",
          inputSchema: numbers("a", "b"),
          ...present({ annotations: state().hints }),
        },
      ],
    }));
    server.setRequestHandler("tools/call", async ({ params: { name, arguments: given = {} } }) => {
      switch (name) {
        case "add-numbers": {
          const sum = Number(given.a) + Number(given.b);
          return { ...text(String(sum)), structuredContent: { sum } };
        }
        case "hello":
          return text(
            `hello ${process.env.GREETED ?? "nobody"} ${process.env.SECRET_OF_OTHERS ?? ""}`.trim(),
          );
        case "look":
          return { content: [{ type: "text" as const, text: "a screen" }, picture] };
        case "measure":
          return { content: [picture], structuredContent: { width: 40 } };
        case "sleep":
          await new Promise((resolve) => setTimeout(resolve, Number(given.ms)));
          return text("awake");
        case "die":
          process.exit(7);
          break;
        case "wipe":
          writeFileSync(`${file}.wiped`, "");
          return text(String(Number(given.a) + Number(given.b)));
        default:
          return { isError: true, ...text("it does not work") };
      }
    });
    return server;
  },
  { legacy: process.argv[3] === "modern" ? "reject" : "serve" },
);
