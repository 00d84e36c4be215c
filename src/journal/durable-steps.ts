/**
 * `Steps` over a journal: results of earlier attempts are read from their events; everything else is
 * executed and recorded.
 */
import { digestJson, digestText } from "../core/digest.ts";
import { EngineError, InputError, StoreError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import type { Signal, StepOptions, Steps, Verdict } from "../core/steps.ts";
import { type Attempt, never } from "./attempt.ts";

export function durableSteps(attempt: Attempt): Steps {
  const { journal, scopes, clock } = attempt;
  const { signal } = attempt.controller;

  /** Nothing new starts in an attempt that is over or canceled. */
  async function enter<T>(
    name: string,
    kind: string,
    work: (key: string) => Promise<T>,
  ): Promise<T> {
    if (attempt.over) return never();
    signal.throwIfAborted();
    if (attempt.leaving) return never();
    const key = scopes.key(name, kind);
    const value = await work(key);
    return attempt.over ? never() : value;
  }

  /** @returns How often the body was started, including this time; or a result that replaces it. */
  async function begin(
    key: string,
    { input, onUncertain = "retry", given }: StepOptions,
  ): Promise<{ readonly attempt: number } | { readonly result: Json }> {
    const before = journal.started.get(key);
    const write = () =>
      attempt.write([
        {
          type: "step-started",
          data: {
            key,
            ...present({ input }),
            ...(onUncertain === "ask" ? { onUncertain } : {}),
          },
          volatile: { epoch: attempt.epoch, idempotencyKey: idempotencyKey(attempt.id, key) },
        },
      ]);
    if (before === undefined) {
      await write();
      return { attempt: 1 };
    }
    // A body that contains steps runs again, because its effects are in those steps.
    const uncertain = onUncertain === "ask" && !before.failed && !journal.parents.has(key);
    if (!uncertain) return { attempt: Math.max(2, attempt.epoch - before.epoch + 1) };

    const verdict = await askAbout(key, before.starts, input, given?.parts ?? 1);
    switch (verdict.decision) {
      case "skip":
        return { result: given?.record(verdict.result) ?? verdict.result };
      case "fail":
        throw new StoreError(
          "STEP_UNCERTAIN",
          `Step ${key} was interrupted, and a person decided to end the request there: ${verdict.reason}.`,
          { facts: { step: key } },
        );
      case "retry":
        await write();
        return { attempt: before.starts + 1 };
    }
  }

  async function askAbout(
    key: string,
    starts: number,
    input: Json = null,
    parts: number,
  ): Promise<Verdict> {
    const name = `uncertain:${key}:${starts}`;
    const question = {
      kind: "uncertain-step",
      step: key,
      attempt: starts,
      input,
      ...(parts > 1 ? { parts } : {}),
      text: `The process ended while step ${key} was running. It is not known whether its effect happened. Run it again, skip it with a result, or end the request?`,
    };
    const reply = await wait(name, `${key}?${starts}`, { question });
    return verdictOf(reply?.payload);
  }

  async function wait(
    name: string,
    key: string,
    options: { readonly question?: Json; readonly deadline?: string },
  ): Promise<Signal | undefined> {
    const known = journal.waited.get(key);
    if (known !== undefined) return known === null ? undefined : journal.signals.get(known);

    // The first attempt's deadline counts: a later attempt may have computed another one.
    const { deadline } = journal.waits.get(key) ?? options;
    const until = deadline === undefined ? undefined : millisecondsOf(deadline);
    const late = () => until !== undefined && until <= clock.now();
    await attempt.look();
    let said = attempt.take(name, key);
    if (said === undefined && !late()) {
      if (!journal.waits.has(key)) {
        await scopes.within(key, () =>
          attempt.write([{ type: "wait-started", data: { key, name, ...options } }]),
        );
      }
      said = await pending(key, name, until);
    }
    await scopes.within(key, () =>
      attempt.write([
        ...attempt.change(
          "IN_PROGRESS",
          said === undefined ? "the time came" : name,
          said === undefined ? "engine" : "user",
        ),
        { type: "wait-done", data: { key, signal: said?.id ?? null } },
      ]),
    );
    return said;
  }

  function pending(
    key: string,
    name: string | undefined,
    until: number | undefined,
  ): Promise<Signal | undefined> {
    return new Promise((resolve) => {
      const done = scopes.waiting();
      attempt.waiters.add({
        key,
        ...present({ name, until }),
        wake(said) {
          done();
          resolve(said);
        },
      });
    });
  }

  return {
    signal,
    step<T extends Json>(
      name: string,
      body: Parameters<Steps["step"]>[1],
      options: StepOptions = {},
    ): Promise<T> {
      return enter(name, "step", async (key) => {
        const known = journal.done.get(key);
        if (known !== undefined) return known as T;
        const work = scopes.within(key, async () => {
          const begun = await begin(key, options);
          const result =
            "result" in begun
              ? begun.result
              : await recordFailure(attempt, key, () =>
                  body({
                    idempotencyKey: idempotencyKey(attempt.id, key),
                    attempt: begun.attempt,
                    signal,
                  }),
                );
          // Every attempt gets the recorded result.
          const recorded = asRead(attempt.clean(result ?? null));
          // A result may contain times and ids, so it is volatile; the step's own events are not.
          await attempt.write([
            { type: "step-done", data: { key }, volatile: { result: recorded } },
          ]);
          return recorded as T;
        });
        return options.onUncertain === "ask" ? await asEffect(attempt, work) : await work;
      });
    },
    waitFor: (name, options = {}) => enter(name, "wait", (key) => wait(name, key, options)),
    sleepUntil: (name, time) =>
      enter(name, "sleep", async (key) => {
        const known = journal.sleeps.get(key);
        const until = millisecondsOf(known ?? time);
        if (until <= clock.now()) return;
        if (known === undefined) {
          await scopes.within(key, () =>
            attempt.write([{ type: "sleep-started", data: { key, until: time } }]),
          );
        }
        await pending(key, undefined, until);
      }),
    trace: (name, events) =>
      enter(name, "trace", (key) =>
        scopes.within(key, async () => {
          // A later attempt with the same events adds nothing; different events are recorded too.
          const digest = digestJson(events.map(({ type, data }) => [type, attempt.clean(data)]));
          await attempt.write(events, `trace ${key} ${digest.slice(0, 16)}`);
        }),
      ),
  };
}

/** The value as a later attempt reads it: undefined fields are absent. */
function asRead(value: Json): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

async function asEffect<T>({ effects }: Attempt, work: Promise<T>): Promise<T> {
  effects.add(work);
  try {
    return await work;
  } finally {
    effects.delete(work);
  }
}

/** Runs the body; records its error. */
async function recordFailure<T>(attempt: Attempt, key: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    // A body that was stopped from outside has not failed.
    if (!attempt.controller.signal.aborted && !attempt.over) {
      const said = error instanceof Error ? error.message : String(error);
      const reason = error instanceof EngineError ? `${error.code}: ${said}` : said;
      await attempt.write([{ type: "step-failed", data: { key, error: reason } }]);
    }
    throw error;
  }
}

function millisecondsOf(time: string): number {
  const milliseconds = Date.parse(time);
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw new InputError(
    "INVALID_TIME",
    `Expected a time as ISO 8601, e.g. 2030-01-31T12:00:00Z, got "${time}".`,
  );
}

/** Equal for every attempt of one step of one request, and different for everything else. */
function idempotencyKey(requestId: string, key: string): string {
  return digestText(`${requestId}\n${key}`).slice(0, 32);
}

function verdictOf(payload: Json | undefined): Verdict {
  const said = (payload ?? {}) as Readonly<Record<string, Json>>;
  if (said.decision === "skip") return { decision: "skip", result: said.result ?? null };
  if (said.decision === "retry") return { decision: "retry" };
  return { decision: "fail", reason: String(said.reason ?? "no reason was given") };
}
