/** Pictures that tools give: they reach the model that asked, and a model that sees none is told so. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { png } from "../support/images.ts";
import type { Served, ServedRequest } from "../support/model-server.ts";
import { type WalkHome, walkHome } from "../support/walk-home.ts";
import { stageOf, textOf, walkScript } from "../support/walk-script.ts";

const fixture = fileURLToPath(new URL("../support/mcp-fixture.ts", import.meta.url));
const URI = `data:image/png;base64,${png(40, 20, [0, 0, 200]).toString("base64")}`;
const WORDS = "[image: image/png, 40 x 20 pixels, ";

const folder = mkdtempSync(join(tmpdir(), "toolwright-images-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let homes: WalkHome[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

const eye = {
  name: "eye",
  description: "Looks.",
  system: "You look.",
  tools: ["screen__look"],
};
const plan = (...steps: object[]) => ({ reason: "so", steps });
const LOOK = { id: "l", kind: "call-tool", tool: "screen__look", arguments: {} };

/** An MCP server that shows a screen, beside a model that the script plays. */
async function opened(script: (request: ServedRequest) => Served): Promise<WalkHome> {
  const file = join(folder, "state.json");
  writeFileSync(file, JSON.stringify({ description: "Adds." }));
  const home = await walkHome(script, {
    agents: [eye],
    mcpServers: { screen: { command: process.execPath, args: [fixture, file] } },
  });
  homes = [...homes, home];
  await home.engine.foreign.sync();
  return home;
}

const seen = (request: ServedRequest): boolean => JSON.stringify(request.body).includes(URI);

describe("an image in a tool's result", { timeout: 60_000 }, () => {
  it("is seen by the planner that goes on and by the one who writes the answer", async () => {
    const walk = walkScript({
      blind_affordance: {
        potential_tools: [
          { name: "look", signature: "() => image", description: "Shows the screen." },
        ],
      },
      plan: [plan(LOOK), plan({ id: "end", kind: "answer", value: null })],
      answer: { text: "It is blue.", value: null },
    });
    const home = await opened(walk);
    const { solution, requestId } = await home.request("What is on the screen?");
    expect(solution).toMatchObject({ answer: { text: "It is blue." } });
    const stages = home.server.requests.filter(seen).map(stageOf);
    expect(stages).toEqual(["plan", "answer"]);
    expect(textOf(home.server.requests.findLast(seen) as ServedRequest)).toContain(WORDS);
    const results = (await home.events(requestId)).filter(({ type }) => type === "tool-result");
    expect(results[0]?.data.output[1]).toMatchObject({ type: "image", mimeType: "image/png" });
  });

  it("is seen by the sub-agent that called the tool", async () => {
    const walk = walkScript({
      blind_affordance: { potential_tools: [] },
      plan: plan(
        { id: "d", kind: "delegate", agent: "eye", message: "Look." },
        { id: "end", kind: "answer", value: { $from: "d" } },
      ),
      answer: { text: "done", value: null },
    });
    let chats = 0;
    const home = await opened((request) => {
      if (stageOf(request) !== "chat") return walk(request);
      return chats++ === 0
        ? { toolCalls: [{ id: "c1", name: "screen__look", arguments: {} }] }
        : "It is blue.";
    });
    const { solution } = await home.request("Have it looked at");
    expect(solution).toMatchObject({ answer: { value: "It is blue." } });
    const second = home.server.requests.filter((request) => stageOf(request) === "chat")[1];
    const [tool, user] = second?.body.messages.slice(-2) ?? [];
    expect(tool).toMatchObject({ role: "tool", content: expect.stringContaining(WORDS) });
    expect(user.content.at(-1)).toEqual({ type: "image_url", image_url: { url: URI } });
  });

  it("is words to a model that takes none, which is told so and asked again", async () => {
    const walk = walkScript({
      blind_affordance: {
        potential_tools: [
          { name: "look", signature: "() => image", description: "Shows the screen." },
        ],
      },
      plan: [plan(LOOK), plan({ id: "end", kind: "answer", value: null })],
      answer: { text: "I can not see it.", value: null },
    });
    const home = await opened((request) =>
      seen(request)
        ? { status: 400, error: { message: "image_url is not supported by this model" } }
        : walk(request),
    );
    const { solution } = await home.request("What is on the screen?");
    expect(solution).toMatchObject({ answer: { text: "I can not see it." } });
    expect(textOf(home.server.requests.at(-1) as ServedRequest)).toContain("you take no images");
  });
});
