/**
 * Recording a model and answering from the record.
 *
 * A call is known by the digest of its request and by how many equal requests came before it, both
 * fixed when the call starts: the order in which replies arrive does not matter.
 */
import { digestJson } from "../core/digest.ts";
import { BudgetExceededError, ModelError } from "../core/errors.ts";
import { type RecordedCall, RecordedReply } from "../core/events/model.ts";
import type { Json } from "../core/json.ts";
import type { LanguageModel, ModelReply, ModelRequest } from "../core/ports.ts";
import { modelError } from "./calling/model-errors.ts";

/** SHA-256 over the request's canonical JSON; absent and undefined fields count as the same. */
export function requestDigest(request: ModelRequest): string {
  return digestJson(JSON.parse(JSON.stringify(request)) as Json);
}

/**
 * The same model; each call is handed to `onCall` before its reply is given on.
 *
 * Calls that a budget refused or ended are recorded as failures: a replay has no budget. Canceled calls
 * are not recorded: nothing came of them.
 */
export function recordingModel(
  model: LanguageModel,
  onCall: (call: RecordedCall, request: ModelRequest) => void | Promise<void>,
): LanguageModel {
  const occurrenceOf = counter();
  return {
    id: model.id,
    terms: model.terms,
    async complete(request, signal) {
      const digest = requestDigest(request);
      const place = { requestDigest: digest, occurrence: occurrenceOf(digest) };
      let reply: ModelReply;
      try {
        reply = await model.complete(request, signal);
      } catch (error) {
        if (error instanceof ModelError || error instanceof BudgetExceededError) {
          const { code, message, retryable, facts } = error;
          await onCall(
            { ...place, outcome: { status: "failed", code, message, retryable, facts } },
            request,
          );
        }
        throw error;
      }
      // As it will be read back: fields that are undefined are absent.
      const recorded = RecordedReply.parse(JSON.parse(JSON.stringify(reply)));
      await onCall({ ...place, outcome: { status: "replied", reply: recorded } }, request);
      return reply;
    },
  };
}

/**
 * Answers out of the record what it can, and asks the model for the rest: a run that was killed goes
 * on without paying twice. Failures are not replayed: the provider may be well again.
 *
 * @param onAsk Called before the model is asked.
 */
export function continuingModel(
  recorded: readonly RecordedCall[],
  model: LanguageModel,
  onAsk: () => void = () => {},
): LanguageModel {
  const known = new Map(
    recorded.flatMap(({ requestDigest: digest, occurrence, outcome }) =>
      outcome.status === "replied" ? [[`${digest}/${occurrence}`, outcome.reply] as const] : [],
    ),
  );
  const occurrenceOf = counter();
  return {
    id: model.id,
    terms: model.terms,
    async complete(request, signal) {
      const digest = requestDigest(request);
      const reply = known.get(`${digest}/${occurrenceOf(digest)}`);
      if (reply !== undefined) return reply;
      onAsk();
      return model.complete(request, signal);
    },
  };
}

/**
 * Answers equal requests with their recorded outcomes, first occurrence first, whatever the order
 * of the records. It pays nothing and touches no network.
 *
 * @param id The recorded model's id, so that a replayed trace equals the recorded one.
 * Rejects with ModelError NOT_RECORDED when asked something else, or once more than was recorded.
 */
export function replayModel(
  recorded: readonly RecordedCall[],
  { id = "replay", terms = "unknown" }: { readonly id?: string; readonly terms?: string } = {},
): LanguageModel {
  const known = new Map(
    recorded.map((call) => [`${call.requestDigest}/${call.occurrence}`, call.outcome]),
  );
  const occurrenceOf = counter();
  return {
    id,
    terms,
    async complete(request, signal) {
      const digest = requestDigest(request);
      const occurrence = occurrenceOf(digest);
      signal.throwIfAborted();
      const outcome = known.get(`${digest}/${occurrence}`);
      if (outcome === undefined) {
        throw modelError(
          "NOT_RECORDED",
          `The record of ${id} has no reply number ${occurrence + 1} to this request. The run has left the recorded one: compare seed, configuration and versions.`,
          { model: id, requestDigest: digest, occurrence, recorded: recorded.length },
        );
      }
      if (outcome.status === "replied") return outcome.reply;
      const { code, message, retryable, facts } = outcome;
      if (code === "BUDGET_EXCEEDED") throw new BudgetExceededError(message, { facts });
      throw new ModelError(code, message, { retryable, facts });
    },
  };
}

function counter(): (digest: string) => number {
  const seen = new Map<string, number>();
  return (digest) => {
    const count = seen.get(digest) ?? 0;
    seen.set(digest, count + 1);
    return count;
  };
}
