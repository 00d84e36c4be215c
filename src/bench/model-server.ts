/**
 * A model server in its own process, as `served-model.ts` starts it: each reply is another program, and
 * takes the same time. Arguments: milliseconds of a reply, replies at the same time.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { limiter } from "../core/limiter.ts";

const [replyMs = 0, slots = 1] = process.argv.slice(2).map(Number);
const slot = limiter(slots);
const usage = { prompt_tokens: 400, completion_tokens: 40, total_tokens: 440 };
let replies = 0;

const server = createServer(async (request, response) => {
  // The request decides nothing, but it has to be read.
  for await (const _ of request);
  await slot(() => setTimeout(replyMs));
  const id = replies++;
  const content = `\`\`\`js\nfunction level(x) { return x * ${id} + ${id % 97}; }\n\`\`\``;
  const piece = (delta: object, more: object = {}): string => {
    const { finish = null, ...fields } = more as { finish?: string };
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const chunk = { id: "x", object: "chat.completion.chunk", created: 1, model: "bench" };
    return `data: ${JSON.stringify({ ...chunk, choices, ...fields })}\n\n`;
  };
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(
    `${piece({ role: "assistant", content })}${piece({}, { finish: "stop", usage })}data: [DONE]\n\n`,
  );
});

server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
// The server ends with the benchmark.
process.once("disconnect", () => process.exit());
