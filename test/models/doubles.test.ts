/** Scripted, recorded and replayed models. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModelError } from "../../src/core/errors.ts";
import { RecordedCall } from "../../src/core/events/model.ts";
import type { LanguageModel, ModelRequest } from "../../src/core/ports.ts";
import { httpModelError } from "../../src/models/calling/model-errors.ts";
import { recordingModel, replayModel, requestDigest } from "../../src/models/replay.ts";
import { type ScriptedReply, scriptedModel } from "../../src/models/scripted.ts";
import { languageModelContract } from "../contracts/language-model.ts";
import type { Served } from "../support/model-server.ts";

const never = (): AbortSignal => new AbortController().signal;
const ask = (content: string): ModelRequest => ({ messages: [{ role: "user", content }] });

/** What the loopback server would do, as a script. */
function scripted(served: Served): ScriptedReply {
  if (typeof served === "string") return served;
  if ("hang" in served) return { content: "", afterMs: 60_000 };
  if ("raw" in served) return new ModelError("MALFORMED_REPLY", "raw");
  if ("status" in served) {
    return httpModelError({
      modelId: "scripted",
      status: served.status,
      fault: { message: served.error?.message ?? "" },
      served: false,
      secret: "",
    });
  }
  if (served.refusal !== undefined) return { refuse: served.refusal };
  return {
    content: served.content ?? "",
    ...(served.toolCalls && {
      toolCalls: served.toolCalls.map(({ id, name, arguments: given }) => ({
        id: id ?? "x",
        name,
        arguments: given as Record<string, string>,
      })),
    }),
    ...(served.finish === "length" && { finishReason: "length" as const }),
    ...(served.usage && {
      usage: { inputTokens: served.usage.input, outputTokens: served.usage.output },
    }),
  };
}

const close = async (): Promise<void> => {};

describe("language model: scripted", () => {
  languageModelContract(async (script) => ({ model: scriptedModel(script.map(scripted)), close }));
});

describe("language model: replayed", () => {
  // The record is made by the same requests that the suite sends: a first model answers, a second replays it.
  languageModelContract(async (script) => {
    const source = scriptedModel(script.map(scripted));
    const model: LanguageModel = {
      id: source.id,
      terms: source.terms,
      async complete(request, signal) {
        const calls: RecordedCall[] = [];
        await recordingModel(source, (call) => void calls.push(call))
          .complete(request, signal)
          .catch((error: unknown) => {
            if (calls.length === 0) throw error;
          });
        const kept = calls.map((call) => RecordedCall.parse(JSON.parse(JSON.stringify(call))));
        return replayModel(kept, source).complete(request, signal);
      },
    };
    return { model, close };
  });
});

describe("scripted model", () => {
  test("answers by function of the request and keeps what it was asked", async () => {
    const model = scriptedModel(({ messages }, call) => `${call}: ${messages[0]?.content}`);
    expect((await model.complete(ask("a"), never())).content).toBe("0: a");
    expect((await model.complete(ask("b"), never())).content).toBe("1: b");
    expect(model.requests).toEqual([ask("a"), ask("b")]);
  });

  test("says so when its list has no reply left", async () => {
    const model = scriptedModel([]);
    await expect(model.complete(ask("a"), never())).rejects.toMatchObject({
      code: "SCRIPT_EXHAUSTED",
    });
  });

  test("delays by the sleep that it is given", async () => {
    const slept: number[] = [];
    const model = scriptedModel([{ content: "late", afterMs: 5_000 }], {
      sleep: async (ms) => void slept.push(ms),
    });
    expect((await model.complete(ask("a"), never())).content).toBe("late");
    expect(slept).toEqual([5_000]);
  });
});

describe("replay model", () => {
  test("gives each call its recorded outcome, in whatever order the replies once came", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 12 }),
        fc.scheduler(),
        async (questions, scheduler) => {
          const source = scriptedModel(async (_, call) => {
            await scheduler.schedule(Promise.resolve());
            return call % 4 === 3
              ? new ModelError("MODEL_TIMEOUT", "late", { retryable: true })
              : `reply ${call}`;
          });
          const calls: RecordedCall[] = [];
          const said = (model: LanguageModel): Promise<string[]> =>
            Promise.all(
              questions.map((question) =>
                model.complete(ask(question), never()).then(
                  (reply) => reply.content,
                  (error: ModelError) => error.code,
                ),
              ),
            );
          const recording = said(recordingModel(source, (call) => void calls.push(call)));
          await scheduler.waitFor(recording);
          expect(await said(replayModel(calls))).toEqual(await recording);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("rejects what was not recorded, and an equal request once too often", async () => {
    const calls: RecordedCall[] = [];
    await recordingModel(scriptedModel(["x"]), (call) => void calls.push(call)).complete(
      ask("a"),
      never(),
    );
    const model = replayModel(calls);
    await expect(model.complete(ask("b"), never())).rejects.toMatchObject({
      code: "NOT_RECORDED",
      retryable: false,
    });
    await model.complete(ask("a"), never());
    await expect(model.complete(ask("a"), never())).rejects.toMatchObject({
      code: "NOT_RECORDED",
      facts: { occurrence: 1, recorded: 1 },
    });
  });

  test("knows a request by its content: the order of keys does not count, a setting does", () => {
    const one: ModelRequest = { messages: [{ role: "user", content: "a" }], temperature: 1 };
    const same: ModelRequest = { temperature: 1, messages: [{ content: "a", role: "user" }] };
    expect(requestDigest(one)).toBe(requestDigest(same));
    expect(requestDigest(one)).not.toBe(requestDigest({ ...one, temperature: 0.5 }));
  });
});
