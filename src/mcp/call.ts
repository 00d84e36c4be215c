/** Turns the result of an MCP tool call into an `Execution`: a failure is a value. */
import { type Client, SdkError, SdkErrorCode } from "@modelcontextprotocol/client";
import type { Execution } from "../core/execution.ts";
import { bytesOf, IMAGE_BYTES, isInlineImage, splitImages } from "../core/image.ts";
import { doubtfulInteger, Json } from "../core/json.ts";

export interface CallLimits {
  readonly timeoutMs: number;
  readonly outputBytes: number;
}

type CallResult = Awaited<ReturnType<Client["callTool"]>>;

/**
 * @param server The server's name, for failure messages.
 * @throws the signal's reason if the caller cancels.
 */
export async function callOnce(
  server: string,
  call: () => Promise<CallResult>,
  { timeoutMs, outputBytes }: CallLimits,
  signal: AbortSignal,
): Promise<Execution> {
  const started = performance.now();
  try {
    return executionOf(await call(), performance.now() - started, outputBytes);
  } catch (error) {
    signal.throwIfAborted();
    return failureOf(server, error, timeoutMs, performance.now() - started);
  }
}

function executionOf(result: CallResult, wallMs: number, outputBytes: number): Execution {
  const { content = [], structuredContent, isError } = result;
  const texts = content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  if (isError === true) {
    return { status: "threw", message: texts.join("\n") || "the tool failed", wallMs };
  }
  const output = Json.safeParse(
    structuredContent === undefined
      ? texts.length === content.length
        ? texts.join("\n")
        : (JSON.parse(JSON.stringify(content)) as unknown)
      : replaceImages(structuredContent, content),
  );
  if (!output.success) return { status: "bad-output", reason: "the result is not a JSON value" };
  const doubtful = doubtfulInteger(output.data);
  if (doubtful !== undefined) {
    const reason = `an integer near ${doubtful} is above 2^53 and may have been rounded on the way: the server must send it as text`;
    return { status: "bad-output", reason };
  }
  // Images have their own limit: even a small image is longer than most texts.
  const { value: words, images } = splitImages(output.data);
  const large = images.find((image) => "data" in image && bytesOf(image).length > IMAGE_BYTES);
  if (large !== undefined) {
    return { status: "bad-output", reason: `an image is larger than ${IMAGE_BYTES} bytes` };
  }
  const bytes = Buffer.byteLength(JSON.stringify(words));
  if (bytes > outputBytes) {
    return { status: "bad-output", reason: `the output is larger than ${outputBytes} bytes` };
  }
  return { status: "returned", output: output.data, wallMs };
}

/**
 * Adds the images of `content` to a structured result, under `images`. The protocol sends them
 * separately; the result's own keys stay where the tool's schema puts them.
 */
function replaceImages(structured: unknown, content: CallResult["content"]): unknown {
  const included = new Set(inlineData(structured));
  const images = content
    .filter(isInlineImage)
    .filter(({ data }) => !included.has(data))
    .map(({ type, mimeType, data }) => ({ type, mimeType, data }));
  if (images.length === 0) return structured;
  const keyed = structured !== null && typeof structured === "object" && !Array.isArray(structured);
  return keyed && !Object.hasOwn(structured, "images")
    ? { ...structured, images }
    : { structuredContent: structured, images };
}

function inlineData(value: unknown): readonly string[] {
  const parsed = Json.safeParse(value);
  if (!parsed.success) return [];
  return splitImages(parsed.data).images.flatMap((image) => ("data" in image ? [image.data] : []));
}

function failureOf(server: string, error: unknown, limitMs: number, wallMs: number): Execution {
  const text = error instanceof Error ? error.message : String(error);
  if (!SdkError.isInstance(error)) {
    // The server replied with an error, or its result does not match its own schema.
    return isAnswer(error)
      ? { status: "threw", message: text, wallMs }
      : { status: "crashed", reason: `the MCP server ${server} cannot be reached: ${text}` };
  }
  switch (error.code) {
    case SdkErrorCode.RequestTimeout:
      return { status: "timed-out", limitMs };
    case SdkErrorCode.InvalidResult:
    case SdkErrorCode.UnsupportedResultType:
      return { status: "bad-output", reason: text };
    default:
      return { status: "crashed", reason: `the MCP server ${server} does not respond: ${text}` };
  }
}

/** JSON-RPC errors sent by the server have a numeric code. */
export function isAnswer(error: unknown): boolean {
  return typeof (error as { readonly code?: unknown } | null)?.code === "number";
}
