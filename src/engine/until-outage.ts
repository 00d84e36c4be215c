/**
 * A model that ends the run which asks it when its server is away: every further candidate would fail
 * for the same reason, and the run would count that as its result.
 */
import { isOutage, ModelError } from "../core/errors.ts";
import type { LanguageModel } from "../core/ports.ts";

/**
 * Replies that are under way still arrive, because they are paid for. Then `signal` is aborted with the
 * failure of the server.
 */
export function untilOutage(asked: LanguageModel): {
  readonly model: LanguageModel;
  readonly signal: AbortSignal;
} {
  const controller = new AbortController();
  let away: ModelError | undefined;
  let underWay = 0;
  /** Counts replies. */
  let replies = 0;

  const model: LanguageModel = {
    id: asked.id,
    terms: asked.terms,
    async complete(request, signal) {
      if (away !== undefined) return await abortOf(signal);
      underWay++;
      const before = replies;
      try {
        const reply = await asked.complete(request, signal);
        replies++;
        return reply;
      } catch (error) {
        // If others were answered meanwhile, or the reply was too long, only this call has failed.
        if (!(error instanceof ModelError) || !isOutage(error)) throw error;
        if (replies > before || error.facts.limit === "timeoutSeconds") throw error;
        away ??= error;
      } finally {
        underWay--;
        if (away !== undefined && underWay === 0) controller.abort(away);
      }
      return await abortOf(signal);
    },
  };
  return { model, signal: controller.signal };
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
