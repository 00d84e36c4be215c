/**
 * Takes the definitions that break the protocol out of a server's list of tools, with the reason. The
 * client would refuse the whole list for one of them.
 */
import { specTypeSchemas, type Transport } from "@modelcontextprotocol/client";

/**
 * Wraps what the transport delivers; it stays the same object, because the client looks at its class.
 *
 * @param onOdd Called with the reason, as a sentence, for each definition that is taken out.
 */
export function withoutOddTools(transport: Transport, onOdd: (reason: string) => void): Transport {
  let deliver: Transport["onmessage"];
  return Object.defineProperty(transport, "onmessage", {
    get: () => deliver,
    set: (handler: Transport["onmessage"]) => {
      deliver = handler && ((message, extra) => handler(sifted(message, onOdd), extra));
    },
  });
}

function sifted<T extends object>(message: T, onOdd: (reason: string) => void): T {
  const { result } = message as { readonly result?: { readonly tools?: unknown } };
  const tools = result?.tools;
  if (!Array.isArray(tools) || "content" in Object(result)) return message;
  // Newer revisions of the protocol mark every result.
  const isOlder = !("resultType" in Object(result));
  const usable = tools.filter((tool: unknown, index) => {
    const fault = faultOf(tool) ?? (isOlder ? olderFaultOf(tool) : undefined);
    if (fault === undefined) return true;
    const { name } = Object(tool) as { readonly name?: unknown };
    const named = typeof name === "string" ? name.slice(0, 80) : `number ${index + 1} of its list`;
    onOdd(`The tool ${named} is not usable: ${fault}.`);
    return false;
  });
  return usable.length === tools.length
    ? message
    : { ...message, result: { ...result, tools: usable } };
}

/** The schema is that of the newest revision, which allows results of every type. */
function olderFaultOf(tool: unknown): string | undefined {
  const { outputSchema } = tool as { readonly outputSchema?: unknown };
  const { type } = Object(outputSchema ?? { type: "object" }) as { readonly type?: unknown };
  return type === "object" ? undefined : 'outputSchema.type: expected "object"';
}

/** The first fault, with its place. */
function faultOf(tool: unknown): string | undefined {
  const checked = specTypeSchemas.Tool["~standard"].validate(tool);
  if (checked instanceof Promise || checked.issues === undefined) return undefined;
  const [{ path = [], message } = { message: "it does not follow the protocol" }] = checked.issues;
  const place = path.map((part) =>
    String(Object(part) === part ? (part as { key: PropertyKey }).key : part),
  );
  return `${place.join(".")}${place.length === 0 ? "" : ": "}${message}`;
}
