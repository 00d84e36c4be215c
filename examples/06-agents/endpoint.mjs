/**
 * Stands in for a model: an HTTP server that speaks chat completions and follows two rules.
 * An agent that has `calculator` asks it; one that has `add` adds the numbers of its message up.
 *
 *   npx node examples/06-agents/endpoint.mjs [PORT]
 */
import { createServer } from "node:http";

const port = Number(process.argv[2] ?? 8099);

/** What an agent says next: a call, or words. */
function next({ messages, tools = [] }) {
  const has = (name) => tools.some((tool) => tool.function.name === name);
  const asked = messages.findLast(({ role }) => role === "user").content;
  const results = messages.filter(({ role }) => role === "tool").map(({ content }) => content);
  if (has("calculator") && results.length === 0) return ["calculator", { message: asked }];
  if (!has("add")) return results.at(-1);

  // The engine adds the time in parentheses.
  const numbers = asked.split("(")[0].match(/\d+/g).map(Number);
  const sum = results.length === 0 ? numbers[0] : Number(results.at(-1));
  const addend = numbers[results.length + 1];
  return addend === undefined ? `The sum is ${sum}.` : ["add", { a: sum, b: addend }];
}

const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  const said = next(JSON.parse(body));
  const message =
    typeof said === "string"
      ? { role: "assistant", content: said }
      : {
          role: "assistant",
          content: null,
          tool_calls: [
            {
              id: `call-${Date.now()}`,
              type: "function",
              function: { name: said[0], arguments: JSON.stringify(said[1]) },
            },
          ],
        };
  const finish = message.tool_calls === undefined ? "stop" : "tool_calls";
  response.setHeader("content-type", "application/json");
  response.end(
    JSON.stringify({
      id: "reply",
      object: "chat.completion",
      created: 0,
      model: "rules",
      choices: [{ index: 0, message, finish_reason: finish }],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    }),
  );
});
server.listen(port, "127.0.0.1", () => {
  console.error(`Answers at http://127.0.0.1:${server.address().port}/v1`);
});
