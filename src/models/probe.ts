/**
 * Asks a configured model's server what it can do, with a few short calls. Each finding says what to do
 * about it.
 */
import { driverName } from "../core/config.ts";
import { EngineError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { ModelReply, ModelRequest } from "../core/ports.ts";
import { readRelaxedJson } from "./calls-in-text/relaxed-json.ts";
import { type DriverSettings, driverOf, HOSTS } from "./configured.ts";
import { listModels, type ModelList } from "./model-list.ts";
import type { Field } from "./openai/fields.ts";

export interface ModelFinding {
  readonly check: "server" | "reply" | "schema" | "tools" | "context";
  readonly ok: boolean;
  readonly detail: string;
}

/** Of one call: on a slow processor a model needs seconds for a few tokens. */
const PATIENCE_S = 30;
const MOST_NAMED = 10;

const NUMBER = {
  type: "object",
  properties: { number: { type: "integer" } },
  required: ["number"],
  additionalProperties: false,
} as const;

/** @returns Findings, in order; nothing more after a server that does not answer. */
export async function probeModel(
  settings: DriverSettings,
  signal: AbortSignal,
): Promise<readonly ModelFinding[]> {
  const dropped = new Set<Field>();
  const patient = { maxRetries: 0, timeoutSeconds: PATIENCE_S, silenceSeconds: PATIENCE_S };
  const { driver } = driverOf({ ...settings, ...patient }, (field) => dropped.add(field));
  const ask = (content: string, more: Omit<ModelRequest, "messages"> = {}): Promise<ModelReply> =>
    driver.complete(
      { messages: [{ role: "user", content }], maxTokens: 64, temperature: 0, ...more },
      signal,
    );
  let list: ModelList | undefined;

  const checks: Readonly<
    Record<ModelFinding["check"], () => Promise<Omit<ModelFinding, "check">>>
  > = {
    async server() {
      const { model, baseUrl = HOSTS[dialectOf(settings)] } = settings;
      const key = settings.apiKey();
      list = await listModels({ ...settings, baseUrl, key }, signal);
      if (list === undefined) return good(`${baseUrl} answers; it lists no models`);
      const { models } = list;
      const named = models.slice(0, MOST_NAMED).join(", ");
      const more = models.length > MOST_NAMED ? ` and ${models.length - MOST_NAMED} more` : "";
      return models.includes(model)
        ? good(`${baseUrl} answers and lists ${model}`)
        : bad(
            `${baseUrl} does not list ${model}, but ${named}${more}. Set model.model to one of them.`,
          );
    },
    async reply() {
      const { usage } = await ask("Reply with the word yes.", { maxTokens: 16 });
      const counted = usage === undefined ? "; it does not count tokens" : "";
      return good(`a short question is answered${counted}`);
    },
    async schema() {
      const { content } = await ask('How much is two plus two? Reply as JSON: {"number": ...}', {
        responseSchema: { name: "sum", schema: NUMBER },
      });
      const start = content.indexOf("{");
      const read = start < 0 ? undefined : readRelaxedJson(content, start);
      if (read?.status !== "read" || !hasNumber(read.value)) {
        return bad("a reply does not fit its schema. Requests may fail; choose another model.");
      }
      const words = settings.structuredOutput === "words" || dropped.has("responseSchema");
      return good(
        words ? "asked for in words; the reply fits" : "taken by the server; the reply fits",
      );
    },
    async tools() {
      const { toolCalls } = await ask("Call the tool add with the numbers 2 and 3.", {
        tools: [
          {
            name: "add",
            description: "Adds two numbers.",
            parameters: {
              type: "object",
              properties: { a: { type: "number" }, b: { type: "number" } },
              required: ["a", "b"],
            },
          },
        ],
      });
      const words = settings.tools === "words" || dropped.has("tools");
      if (toolCalls.some(({ name }) => name === "add")) {
        return good(words ? "asked for in words; the model calls them" : "the model calls them");
      }
      const remedy = words ? "Agents need a model that calls tools." : "Set model.tools to words.";
      return bad(`the model calls no tool when it is told to. ${remedy}`);
    },
    async context() {
      const { contextTokens: configured } = settings;
      const served = list?.contextTokens;
      if (served === undefined) {
        return good(
          configured === undefined
            ? "the server does not tell its size. Set model.contextTokens if you know it."
            : `model.contextTokens is ${configured}; the server does not tell its size`,
        );
      }
      if (configured !== undefined && configured > served) {
        return bad(`the server has ${served} tokens. Lower model.contextTokens (${configured}).`);
      }
      const advice = configured === undefined ? ` Set model.contextTokens to ${served}.` : "";
      return good(`the server has ${served} tokens.${advice}`);
    },
  };

  const findings: ModelFinding[] = [];
  for (const check of ["server", "reply", "schema", "tools", "context"] as const) {
    try {
      findings.push({ check, ...(await checks[check]()) });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EngineError)) throw error;
      findings.push({ check, ...bad(`${error.code}: ${error.message}`) });
      if (check === "server" || check === "reply") break;
    }
  }
  return findings;
}

/** The local driver has no server to ask. */
function dialectOf(settings: DriverSettings): keyof typeof HOSTS {
  return driverName(settings) === "anthropic" ? "anthropic" : "openai";
}

function hasNumber(value: Json): boolean {
  return (
    typeof value === "object" && value !== null && Number.isInteger(Reflect.get(value, "number"))
  );
}

function good(detail: string): Omit<ModelFinding, "check"> {
  return { ok: true, detail };
}

function bad(detail: string): Omit<ModelFinding, "check"> {
  return { ok: false, detail };
}
