/** How the scripted provider says a reply or a failure: as chat completions and as messages. */
import type { Served } from "./model-server.ts";

type Reply = Exclude<Served, string | { status: number } | { raw: string } | { hang: true }>;
type Failure = Extract<Served, { status: number }>;
// biome-ignore lint/suspicious/noExplicitAny: the body as the client sent it.
type Body = any;

export interface Dialect {
  whole(reply: Reply, body: Body): object;
  pieces(reply: Reply, body: Body): string[];
  failure(failure: Failure): object;
}

export const chat: Dialect = {
  whole(reply, body) {
    const calls = callsOf(reply);
    return {
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1,
      model: reply.model ?? body.model,
      choices: [
        {
          index: 0,
          finish_reason: reply.finish ?? (calls.length > 0 ? "tool_calls" : "stop"),
          message: {
            role: "assistant",
            content: reply.content ?? null,
            refusal: reply.refusal ?? null,
            ...(calls.length > 0 && {
              tool_calls: calls.map(({ id, name, text }) => ({
                id,
                type: "function",
                function: { name, arguments: text },
              })),
            }),
          },
        },
      ],
      ...(reply.usage && { usage: chatUsage(reply.usage) }),
    };
  },
  pieces(reply, body) {
    const piece = (delta: object, finish: string | null = null): string =>
      data({
        id: "chatcmpl-1",
        object: "chat.completion.chunk",
        created: 1,
        model: reply.model ?? body.model,
        choices: [{ index: 0, delta, finish_reason: finish }],
      });
    const calls = callsOf(reply);
    return [
      piece({ role: "assistant", content: "" }),
      ...slices(reply.content ?? "", reply.pieceLength).map((content) => piece({ content })),
      ...(reply.refusal === undefined ? [] : [piece({ refusal: reply.refusal })]),
      ...calls.flatMap(({ id, name, text }, index) => [
        piece({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
        ...slices(text, reply.pieceLength).map((part) =>
          piece({ tool_calls: [{ index, function: { arguments: part } }] }),
        ),
      ]),
      piece({}, reply.finish ?? (calls.length > 0 ? "tool_calls" : "stop")),
      ...(reply.usage && body.stream_options?.include_usage
        ? [data({ model: body.model, choices: [], usage: chatUsage(reply.usage) })]
        : []),
      "data: [DONE]\n\n",
    ];
  },
  failure: ({ error }) => ({
    error: { type: "error", code: null, param: null, message: "failed", ...error },
  }),
};

export const messages: Dialect = {
  whole(reply, body) {
    return {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: reply.model ?? body.model,
      content: blocksOf(reply, body),
      stop_reason: stopOf(reply, body),
      ...(reply.usage && {
        usage: { input_tokens: reply.usage.input, output_tokens: reply.usage.output },
      }),
    };
  },
  pieces(reply, body) {
    const event = (type: string, rest: object): string =>
      `event: ${type}\n${data({ type, ...rest })}`;
    return [
      event("message_start", {
        message: {
          model: reply.model ?? body.model,
          ...(reply.usage && { usage: { input_tokens: reply.usage.input, output_tokens: 0 } }),
        },
      }),
      event("ping", {}),
      ...blocksOf(reply, body).flatMap((block, index) => {
        const start = block.type === "text" ? { ...block, text: "" } : { ...block, input: {} };
        const text = block.type === "text" ? block.text : JSON.stringify(block.input);
        return [
          event("content_block_start", { index, content_block: start }),
          ...slices(text, reply.pieceLength).map((part) =>
            event("content_block_delta", {
              index,
              delta:
                block.type === "text"
                  ? { type: "text_delta", text: part }
                  : { type: "input_json_delta", partial_json: part },
            }),
          ),
          event("content_block_stop", { index }),
        ];
      }),
      event("message_delta", {
        delta: { stop_reason: stopOf(reply, body) },
        ...(reply.usage && { usage: { output_tokens: reply.usage.output } }),
      }),
      event("message_stop", {}),
    ];
  },
  failure: ({ error }) => ({
    type: "error",
    error: { type: error?.code ?? "error", message: error?.message ?? "failed" },
  }),
};

/** A forced tool is answered by its input, as the provider does. */
function blocksOf(reply: Reply, body: Body): Body[] {
  if (body.tool_choice?.type === "tool" && reply.content !== undefined) {
    let input: unknown = reply.content;
    try {
      input = JSON.parse(reply.content);
    } catch {
      return [{ type: "text", text: reply.content }];
    }
    return [{ type: "tool_use", id: "toolu_1", name: body.tool_choice.name, input }];
  }
  const text = reply.refusal ?? reply.content;
  return [
    ...(text === undefined ? [] : [{ type: "text", text }]),
    ...callsOf(reply).map(({ id, name, text: input }) => ({
      type: "tool_use",
      id,
      name,
      input: JSON.parse(input),
    })),
  ];
}

function stopOf(reply: Reply, body: Body): string {
  if (reply.refusal !== undefined) return "refusal";
  if (reply.finish === "length") return "max_tokens";
  const calls = (reply.toolCalls ?? []).length > 0 || body.tool_choice?.type === "tool";
  return calls ? "tool_use" : "end_turn";
}

function callsOf(reply: Reply): { id: string; name: string; text: string }[] {
  return (reply.toolCalls ?? []).map(({ id, name, arguments: given }, index) => ({
    id: id ?? `call_${index + 1}`,
    name,
    text: typeof given === "string" ? given : JSON.stringify(given),
  }));
}

function chatUsage({ input, output }: { input: number; output: number }): object {
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function slices(text: string, length = 5): string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${length}}`, "g")) ?? [];
}

function data(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
