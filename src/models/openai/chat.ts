/** Chat completions through the official client, whole and in pieces. */

import { brokenOff, malformed, type Transport } from "./transport.ts";
import { Chunk, gatherer, toBody } from "./wire.ts";

const ENDPOINT = "chat completions";

export function chatTransport(id: string): Transport {
  return {
    async whole({ client, request, options, extraBody }, signal) {
      const body = { ...extraBody, ...toBody(request, options) };
      const raw: unknown = await client.chat.completions.create(body, { signal });
      const chunk = Chunk.safeParse(raw);
      if (!chunk.success || (chunk.data.choices ?? []).length === 0) {
        throw malformed(id, "a reply of an unknown shape", ENDPOINT);
      }
      const gather = gatherer();
      gather.add(chunk.data);
      return gather.gathered();
    },
    async stream({ client, request, options, extraBody }, onDelta, attempt, signal) {
      const { renew, suspend, commit } = attempt;
      const pieces = await client.chat.completions.create(
        {
          ...extraBody,
          ...toBody(request, options),
          stream: true,
          ...(!options.lacking.has("streamUsage") && { stream_options: { include_usage: true } }),
        },
        { signal },
      );
      const gather = gatherer();
      for await (const piece of pieces) {
        suspend();
        const chunk = Chunk.safeParse(piece);
        if (!chunk.success) throw malformed(id, "a piece of an unknown shape", ENDPOINT);
        for (const delta of gather.add(chunk.data)) {
          commit();
          await onDelta(delta);
          signal.throwIfAborted();
        }
        renew();
      }
      const gathered = gather.gathered();
      if (gathered.finish === undefined) throw brokenOff(id);
      return gathered;
    },
  };
}
