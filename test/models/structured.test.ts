/** Typed values out of models: wrong replies are told back, and never guessed right. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { ModelError } from "../../src/core/errors.ts";
import { scriptedModel } from "../../src/models/scripted.ts";
import { structured } from "../../src/models/structured.ts";

const Person = z.strictObject({ name: z.string(), age: z.int().min(0) });
const ASK = { messages: [{ role: "user" as const, content: "Who?" }] };
const never = (): AbortSignal => new AbortController().signal;
const ada = { name: "Ada", age: 36 };

describe("structured output", () => {
  test("wrong, wrong, right takes three calls and gives the typed value", async () => {
    const model = scriptedModel([
      "I think it is Ada.",
      '{"name": "Ada", "age": "36"}',
      JSON.stringify(ada),
    ]);
    const { value, replies } = await structured(model, ASK, Person, {}, never());
    expect(value).toEqual(ada);
    expect(replies).toHaveLength(3);
    expect(model.requests[0]?.responseSchema).toEqual({
      name: "answer",
      schema: {
        type: "object",
        properties: {
          name: { type: "string" },
          age: { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
        },
        required: ["name", "age"],
        additionalProperties: false,
      },
    });
    const told = model.requests.map((request) => request.messages.at(-1)?.content);
    expect(told[1]).toContain("not JSON");
    expect(told[2]).toContain('age: expected a number, got "36"');
    expect(model.requests[2]?.messages).toHaveLength(5);
  });

  test("never right is a ModelError that holds the faults of each attempt and no reply", async () => {
    const model = scriptedModel(() => '{"name": "secret text"}');
    const error = await structured(model, ASK, Person, { attempts: 2 }, never()).catch(
      (caught: ModelError) => caught,
    );
    expect(error).toMatchObject({ code: "MALFORMED_REPLY", facts: { attempts: 2 } });
    expect(JSON.stringify(error)).not.toContain("secret text");
    expect(model.requests).toHaveLength(2);
  });

  test("a refusal is not asked again", async () => {
    const model = scriptedModel([{ refuse: "No." }, JSON.stringify(ada)]);
    await expect(structured(model, ASK, Person, {}, never())).rejects.toMatchObject({
      code: "MODEL_REFUSED",
    });
    expect(model.requests).toHaveLength(1);
  });

  test.each([
    ["a fence", '```json\n{"name":"Ada","age":36}\n```'],
    ["prose before and after", 'Here you are: {"name":"Ada","age":36}. Anything else?'],
    ["single quotes and a trailing comma", "{'name': 'Ada', 'age': 36,}"],
    ["thoughts", '<think>{"name":"Bob","age":1}</think>{"name":"Ada","age":36}'],
  ])("reads a value within %s at the first attempt", async (_, content) => {
    const model = scriptedModel([content]);
    expect((await structured(model, ASK, Person, {}, never())).value).toEqual(ada);
  });

  test("a reply that was cut off is told back as such", async () => {
    const model = scriptedModel([
      { content: '{"name":"Ad', finishReason: "length" },
      JSON.stringify(ada),
    ]);
    await structured(model, ASK, Person, {}, never());
    expect(model.requests[1]?.messages.at(-1)?.content).toContain("cut off");
  });
});
