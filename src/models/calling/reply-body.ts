/**
 * The body of a reply that was asked for in pieces: server-sent events, or one JSON value, for some
 * servers do not stream although they were asked to, and some name the wrong content type.
 */
import { createParser } from "eventsource-parser";
import type { Deadline } from "./waiting.ts";

export type Part =
  /** One event of a stream; its data as the server wrote it. */
  | { readonly kind: "event"; readonly data: string }
  /** The stream said that it is complete. */
  | { readonly kind: "done" }
  /** The whole body, where it is no stream. */
  | { readonly kind: "whole"; readonly text: string };

/** In characters; longer is no reply of a model. */
const LONGEST = 50_000_000;

/**
 * Any sign of life renews the deadline: a keep-alive comment too.
 *
 * @throws What reading the body throws, RangeError for one without end.
 */
export async function* partsOf(
  { body }: { readonly body: AsyncIterable<Uint8Array> | null },
  { renew }: Pick<Deadline, "renew">,
): AsyncGenerator<Part> {
  const decoder = new TextDecoder();
  const ready: Part[] = [];
  const parser = createParser({
    onEvent: ({ data }) => ready.push(eventOf(data)),
    onError: ({ field, value }) => {
      // Older servers say a fault in a field of its own.
      if (field === "error" && value !== undefined) {
        const error = value.startsWith("{") ? value : JSON.stringify(value);
        ready.push({ kind: "event", data: `{"error":${error}}` });
      }
    },
  });
  let text = "";
  let streams: boolean | undefined;
  let read = 0;
  for await (const chunk of body ?? []) {
    renew();
    const piece = decoder.decode(chunk, { stream: true });
    read += piece.length;
    if (read > LONGEST) throw new RangeError(`a reply of more than ${LONGEST} characters`);
    if (streams === true) parser.feed(piece);
    else text += piece;
    if (streams === undefined && text.trim() !== "") {
      streams = !/^\s*[{[<]/.test(text.replace("\ufeff", ""));
      if (streams) parser.feed(text);
    }
    yield* ready.splice(0);
  }
  if (streams !== true) {
    yield { kind: "whole", text };
    return;
  }
  // The last event may lack the empty line behind it.
  parser.feed("\n\n");
  yield* ready.splice(0);
}

function eventOf(data: string): Part {
  return data.trim() === "[DONE]" ? { kind: "done" } : { kind: "event", data };
}
