/** Functions of the engine that a request can call to manage itself. */
import type { Json } from "../core/json.ts";
import type { Request } from "../core/request.ts";
import type { Amounts } from "../core/spending.ts";
import type { Steps } from "../core/steps.ts";
import type { Callable } from "../work/callable.ts";
import { wordsOf } from "../work/goal.ts";

export interface OwnFunctionPorts {
  readonly steps: Steps;
  /**
   * What this request and the runs below it have spent since a time. `usdUnknown` counts the calls
   * with an unknown price; unknown is not zero.
   */
  readonly spentSince: (
    time: string,
  ) => Promise<
    Required<Pick<Amounts, "tokens" | "usd" | "calls">> & { readonly usdUnknown: number }
  >;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const TIME = { type: "string", format: "date-time", description: "ISO 8601, with a time zone" };

export const OWN_FUNCTIONS = ["check_current_spend_since", "sleep_until"] as const;

const SPENDING = /\b(?:budget|cost|spen[dt]|expens|token|dollar|usd\b|cheap)|[$€£]\s?\d/i;
const TIME_OF_DAY = /\d{1,2}[:.]\d{2}\b|\b\d{1,2}\s?(?:am|pm|h|o'clock)\b|\b\d{4}-\d{2}-\d{2}\b/i;
const WAITING =
  /\b(?:wait|sleep|until|till|later|after|tomorrow|tonight|noon|midnight|o'clock|every (?:\d+ )?(?:minute|hour|day|week))/i;

/**
 * Whether a function of the engine can be of use to a request. Each one in a prompt costs tokens, and a
 * weak model calls what it is shown.
 */
export function isOfUse(name: string, request: Request): boolean {
  const words = wordsOf(request);
  const { tokens, usd, calls } = request.budget ?? {};
  return name === "sleep_until"
    ? TIME_OF_DAY.test(words) || WAITING.test(words)
    : tokens !== undefined || usd !== undefined || calls !== undefined || SPENDING.test(words);
}

export function ownFunctions({ steps, spentSince, now }: OwnFunctionPorts): readonly Callable[] {
  return [
    {
      name: "check_current_spend_since",
      description:
        "What this request has spent on language models since a time, its sub-agents included.",
      parameters: objectOf({ since: TIME }),
      origin: "engine",
      async call({ since }) {
        const spent = await spentSince(isoOf(since));
        const wallSeconds = Math.max(0, (now() - Date.parse(String(since))) / 1_000);
        return { status: "returned", output: { ...spent, wallSeconds } };
      },
    },
    {
      name: "sleep_until",
      description: "Waits until a time, without cost. A time that is past returns at once.",
      parameters: objectOf({ time: TIME }),
      origin: "engine",
      async call({ time }) {
        const until = isoOf(time);
        await steps.sleepUntil("sleep_until", until);
        return { status: "returned", output: { until } };
      },
    },
  ];
}

/** Times are compared as text, so all are in UTC. */
function isoOf(time: Json | undefined): string {
  return new Date(String(time)).toISOString();
}

function objectOf(properties: { readonly [name: string]: Json }): { readonly [key: string]: Json } {
  return {
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}
