/**
 * What helps a request but does not decide it: what to look up, which tools to wish for, a judge's
 * opinion, a home's memory. If it fails, the request goes on without it, and the trace says so.
 */
import { EngineError, ModelError } from "../core/errors.ts";
import type { NewEvent } from "../core/event.ts";

type Trace = (events: readonly NewEvent[]) => Promise<unknown>;

/**
 * @param name Of the prompt, or of the place that was to help.
 * @param instead What the request goes on with, in words.
 * @param isMissing Which errors count as a missing help; default: a reply of no use, a lost memory. A
 *   server that is away or refuses the key will do so for the next call too.
 * @returns undefined if the help is missing.
 */
export async function helpful<T>(
  trace: Trace,
  name: string,
  instead: string,
  help: () => Promise<T>,
  isMissing: (error: EngineError) => boolean = isNoAnswerOrMemory,
): Promise<T | undefined> {
  try {
    return await help();
  } catch (error) {
    if (!(error instanceof EngineError) || !isMissing(error)) throw error;
    const { code, message } = error;
    await trace([{ type: "help-missing", data: { name, code, message, instead } }]);
    return undefined;
  }
}

function isNoAnswerOrMemory(error: EngineError): boolean {
  return isNoAnswer(error) || error.code === "MEMORY_UNREADABLE";
}

const NO_USE: ReadonlySet<string> = new Set([
  "MALFORMED_REPLY",
  "MODEL_REFUSED",
  "MODEL_CONTEXT_TOO_LONG",
]);

/** Whether the model cannot answer this question, and may well answer another one. */
export function isNoAnswer(error: unknown): boolean {
  return error instanceof ModelError && NO_USE.has(error.code);
}
