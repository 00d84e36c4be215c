/** How the scripted provider says a reply or a failure: as chat completions and as messages. */
import type { Served } from "./model-server.ts";

type Reply = Exclude<
  Served,
  string | { status: number } | { raw: string } | { hang: true | "reset" }
>;
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

export const responses: Dialect = {
  whole(reply, body) {
    const cut = reply.finish === "length";
    return {
      id: "resp_1",
      object: "response",
      created_at: 1,
      model: reply.model ?? body.model,
      status: cut ? "incomplete" : "completed",
      incomplete_details: cut ? { reason: "max_output_tokens" } : null,
      error: null,
      output: itemsOf(reply),
      ...(reply.usage && {
        usage: {
          input_tokens: reply.usage.input,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: reply.usage.output,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: reply.usage.input + reply.usage.output,
        },
      }),
    };
  },
  pieces(reply, body) {
    let sequence_number = 0;
    const event = (type: string, rest: object): string =>
      `event: ${type}\n${data({ type, sequence_number: sequence_number++, ...rest })}`;
    const whole = responses.whole(reply, body) as { output: Body[]; status: string };
    return [
      event("response.created", { response: { ...whole, status: "in_progress", output: [] } }),
      ...whole.output.flatMap((item, output_index) => {
        const place = { item_id: item.id, output_index };
        const parts =
          item.type === "function_call"
            ? slices(item.arguments, reply.pieceLength).map((delta) =>
                event("response.function_call_arguments.delta", { ...place, delta }),
              )
            : item.content.flatMap((part: Body, content_index: number) => {
                const type = part.type === "refusal" ? "refusal" : "output_text";
                return slices(part.refusal ?? part.text, reply.pieceLength).map((delta) =>
                  event(`response.${type}.delta`, { ...place, content_index, delta }),
                );
              });
        const opened =
          item.type === "function_call" ? { ...item, arguments: "" } : { ...item, content: [] };
        return [
          event("response.output_item.added", { output_index, item: opened }),
          ...parts,
          event("response.output_item.done", { output_index, item }),
        ];
      }),
      event(whole.status === "incomplete" ? "response.incomplete" : "response.completed", {
        response: whole,
      }),
    ];
  },
  failure: (failure) => chat.failure(failure),
};

/** A reply as output items: a message where there is text, and the calls. */
function itemsOf(reply: Reply): Body[] {
  const text = reply.refusal ?? reply.content;
  const part =
    reply.refusal === undefined
      ? { type: "output_text", text, annotations: [] }
      : { type: "refusal", refusal: text };
  return [
    ...(text === undefined
      ? []
      : [
          { type: "message", id: "msg_1", role: "assistant", status: "completed", content: [part] },
        ]),
    ...callsOf(reply).map(({ id, name, text: given }, index) => ({
      type: "function_call",
      id: `fc_${index + 1}`,
      call_id: id,
      name,
      arguments: given,
      status: "completed",
    })),
  ];
}

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
