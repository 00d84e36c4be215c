/** The body of a request, up to a limit. */
import { setTimeout as sleep } from "node:timers/promises";
import { InputError } from "../../core/errors.ts";
import type { HttpContext } from "./app.ts";

/** How long, and how many bytes, a refused body is still read. */
const LINGER_MS = 1_000;
const LINGER_BYTES = 64 * 1_024 * 1_024;

/**
 * The body as UTF-8 text.
 *
 * Bytes beyond the limit are read for a short time and discarded: if the connection closes while the
 * client still sends, the client may lose the answer. Then the connection is closed.
 *
 * @throws InputError BODY_TOO_LARGE, or BODY_BROKEN_OFF if the client disconnects before the end
 */
export async function bodyText(context: HttpContext, mostBytes: number): Promise<string> {
  const reader = context.req.raw.body?.getReader();
  if (reader === undefined) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let late: Promise<undefined> | undefined;
  const read = () =>
    reader.read().catch((cause: unknown) => {
      throw new InputError("BODY_BROKEN_OFF", "Expected the whole body, got a part.", { cause });
    });
  for (;;) {
    const next = await (late === undefined ? read() : Promise.race([read(), late]));
    if (next === undefined || next.done || bytes > mostBytes + LINGER_BYTES) break;
    bytes += next.value.length;
    if (bytes <= mostBytes) chunks.push(next.value);
    else late ??= sleep(LINGER_MS, undefined, { ref: false });
  }
  if (late === undefined) return Buffer.concat(chunks).toString("utf8");
  context.header("connection", "close");
  throw new InputError(
    "BODY_TOO_LARGE",
    `Expected a body of at most ${mostBytes} bytes, got more. Send less, or a reference to the data.`,
  );
}
