/** The data of server-sent events, in order. Source: WHATWG HTML, section 9.2.6, "Interpreting an event stream". */

/** A longer event is no reply of a model. */
const LONGEST_EVENT = 4_000_000;

/**
 * @param body Bytes of the stream in UTF-8, cut anywhere.
 * @throws RangeError if one event is longer than 4 000 000 characters.
 */
export async function* eventData(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  if (body === null) return;
  let rest = "";
  let data: string[] = [];
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    rest += text;
    if (rest.length > LONGEST_EVENT) throw new RangeError("an event of a stream is too long");
    // A carriage return at the very end may be half of a line break.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) yield data.join("\n");
        data = [];
      } else if (line.startsWith("data:")) {
        data.push(line.slice(line[5] === " " ? 6 : 5));
      }
    }
  }
}
