/** Chat completions through the official client. */
import type { ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import { malformed, type Transport, transportOf } from "./transport.ts";
import { Chunk, gatherer, toBody } from "./wire.ts";

const ENDPOINT = "chat completions";

export function chatTransport(id: string): Transport {
  const read = (raw: unknown, what: string): Chunk => {
    const chunk = Chunk.safeParse(raw);
    if (!chunk.success) throw malformed(id, `${what} of an unknown shape`, ENDPOINT);
    return chunk.data;
  };
  return transportOf(id, {
    endpoint: ENDPOINT,
    ask: ({ client, request, options, extraBody }, signal) => {
      const body: ChatCompletionCreateParamsStreaming = {
        ...toBody(request, options),
        stream: true,
        ...(!options.lacking.has("streamUsage") && { stream_options: { include_usage: true } }),
        ...extraBody,
      };
      return client.chat.completions.create(body, { signal }).asResponse();
    },
    gatherer: () => {
      const { add, gathered } = gatherer();
      return {
        whole(raw) {
          const reply = read(raw, "a reply");
          if ((reply.choices ?? []).length === 0)
            throw malformed(id, "a reply without choices", ENDPOINT);
          add(reply);
        },
        piece: (raw) => add(read(raw, "a piece")),
        gathered,
      };
    },
  });
}
