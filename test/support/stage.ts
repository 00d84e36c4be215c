/** What one stage of a request stands on: steps in this process, and a model that says what is written down. */
import { asker } from "../../src/ask/asker.ts";
import { immediateSteps, type StepsMemory, stepsMemory } from "../../src/journal/immediate.ts";
import { type Script, scriptedModel } from "../../src/models/scripted.ts";
import { structured } from "../../src/models/structured.ts";

/** @param replies What the model says, in order. @param memory Of an earlier attempt. */
export function stage(replies: readonly object[], memory: StepsMemory = stepsMemory()) {
  const steps = immediateSteps(memory);
  const script: Script = replies.map((reply) => JSON.stringify(reply));
  const model = scriptedModel(script);
  const modelOf = async () => ({ model, temperature: 0 });
  return {
    memory,
    steps,
    ask: asker({ steps, structured, modelOf, prompts: {}, seed: 1 }),
    /** What the model was asked, as one text a question. */
    asked: (): readonly string[] =>
      model.requests.map(({ messages }) => messages.map(({ content }) => content).join("\n")),
    /** The schemas that its answers were asked in. */
    // biome-ignore lint/suspicious/noExplicitAny: tests look into schemas of many shapes.
    schemas: (): readonly any[] =>
      model.requests.map(({ responseSchema }) => responseSchema?.schema),
    /** Of the events of a type, in order. */
    told: (type: string): readonly unknown[] =>
      memory.events.filter((event) => event.type === type).map(({ data }) => data),
  };
}
