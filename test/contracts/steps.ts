/**
 * The suite that every implementation of Steps passes. A place keeps what one request leaves; each
 * life in it is a process of its own.
 */
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/core/json.ts";
import type { Signal, Steps } from "../../src/core/steps.ts";
import { foreignEvent } from "../support/events.ts";

export interface Place {
  /** One life: what the workflow gave, or "waiting" when it got no further. */
  live(workflow: (steps: Steps) => Promise<Json>): Promise<Json | "waiting">;
  send(signal: Signal): Promise<boolean>;
  /** Types of the events beside steps that were traced so far, in order. */
  traced(): Promise<readonly string[]>;
}

function signalOf(name: string, id: string, payload: Json = null): Signal {
  return { id, name, payload, time: "2030-01-01T00:00:00.000Z" };
}

/** Writes down that something ran. @returns How much ran so far, at least 1. */
function did(ran: string[], what: string): number {
  return ran.push(what);
}

const FAR = "2999-01-01T00:00:00.000Z";
const PAST = "2001-01-01T00:00:00.000Z";

export function stepsContract(make: () => Promise<Place>): void {
  const withPlace = (work: (place: Place) => Promise<void>) => async () => work(await make());

  describe("steps", () => {
    it(
      "are done once over all lives, and give what is recorded",
      withPlace(async (place) => {
        const ran: string[] = [];
        const workflow = async (steps: Steps): Promise<Json> => {
          const a = await steps.step("a", async () => ({ n: did(ran, "a") }));
          const again = await steps.step("a", async () => did(ran, "a2"));
          const said = await steps.waitFor("go");
          return [a, again, said?.payload ?? null];
        };
        expect(await place.live(workflow)).toBe("waiting");
        expect(await place.live(workflow)).toBe("waiting");
        await place.send(signalOf("go", "1", "now"));
        expect(await place.live(workflow)).toEqual([{ n: 1 }, 2, "now"]);
        expect(ran).toEqual(["a", "a2"]);
      }),
    );

    it(
      "are known by name and occurrence: what is inserted is new, what is removed is let be",
      withPlace(async (place) => {
        const ran: string[] = [];
        const does = (steps: Steps, name: string) =>
          steps.step(name, async () => did(ran, name) && name);
        await place.live(async (steps) => {
          await does(steps, "gone");
          await does(steps, "kept");
          await steps.waitFor("go");
          return null;
        });
        await place.send(signalOf("go", "1"));
        const end = await place.live(async (steps) => {
          await does(steps, "before");
          await does(steps, "kept");
          await steps.waitFor("go");
          return does(steps, "after");
        });
        expect(end).toBe("after");
        expect(ran).toEqual(["gone", "kept", "before", "after"]);
      }),
    );

    it(
      "that throw leave no result: a later life tries again, with the same key",
      withPlace(async (place) => {
        const seen: { key: string; attempt: number }[] = [];
        const workflow = async (steps: Steps): Promise<Json> => {
          try {
            return await steps.step("a", async ({ idempotencyKey, attempt }) => {
              seen.push({ key: idempotencyKey, attempt });
              if (seen.length < 2) throw new Error("not yet");
              return "done";
            });
          } catch {
            await steps.waitFor("never");
            return null;
          }
        };
        expect(await place.live(workflow)).toBe("waiting");
        expect(await place.live(workflow)).toBe("done");
        expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2]);
        expect(new Set(seen.map(({ key }) => key)).size).toBe(1);
      }),
    );

    it(
      "hold steps: a body that is gone through again repeats none of what is in it",
      withPlace(async (place) => {
        const ran: string[] = [];
        const workflow = (steps: Steps): Promise<Json> =>
          steps.step("outer", async () => {
            const one = await steps.step("inner", async () => did(ran, "1") && 1);
            const said = await steps.waitFor("go");
            const two = await steps.step("inner", async () => did(ran, "2") && 2);
            return [one, two, said?.payload ?? null];
          });
        expect(await place.live(workflow)).toBe("waiting");
        await place.send(signalOf("go", "1", "x"));
        expect(await place.live(workflow)).toEqual([1, 2, "x"]);
        // A body that is not entered again shifts no key of what follows it.
        const end = await place.live(async (steps) => {
          const outer = await workflow(steps);
          const next = await steps.step("inner", async () => did(ran, "3") && 3);
          return [outer, next];
        });
        expect(end).toEqual([[1, 2, "x"], 3]);
        expect(ran).toEqual(["1", "2", "3"]);
      }),
    );

    it(
      "run beside each other",
      withPlace(async (place) => {
        const ran = new Set<number>();
        const end = await place.live((steps) =>
          Promise.all(
            Array.from({ length: 20 }, (_, n) =>
              steps.step(`n${n}`, async () => {
                await new Promise((resolve) => setTimeout(resolve, 20 - n));
                ran.add(n);
                return n;
              }),
            ),
          ),
        );
        expect(end).toEqual(Array.from({ length: 20 }, (_, n) => n));
        expect(ran.size).toBe(20);
      }),
    );
  });

  describe("signals", () => {
    it(
      "are kept until somebody waits for them, each for one wait, in order",
      withPlace(async (place) => {
        expect(await place.send(signalOf("go", "1", 1))).toBe(true);
        expect(await place.send(signalOf("go", "2", 2))).toBe(true);
        expect(await place.send(signalOf("go", "1", 9))).toBe(false);
        const workflow = async (steps: Steps): Promise<Json> => {
          const got: Json[] = [];
          for (let n = 0; n < 3; n++) got.push((await steps.waitFor("go"))?.payload ?? null);
          return got;
        };
        expect(await place.live(workflow)).toBe("waiting");
        await place.send(signalOf("other", "4", 4));
        expect(await place.live(workflow)).toBe("waiting");
        await place.send(signalOf("go", "3", 3));
        expect(await place.live(workflow)).toEqual([1, 2, 3]);
      }),
    );

    it(
      "that do not come in time give undefined, in every later life too",
      withPlace(async (place) => {
        const workflow = async (steps: Steps): Promise<Json> => {
          const late = await steps.waitFor("go", { deadline: PAST });
          const said = await steps.waitFor("end");
          return [late === undefined, said?.payload ?? null];
        };
        expect(await place.live(workflow)).toBe("waiting");
        // It is too late for the first wait: that was decided.
        await place.send(signalOf("go", "1"));
        await place.send(signalOf("end", "2", 2));
        expect(await place.live(workflow)).toEqual([true, 2]);
      }),
    );

    it(
      "that are there are taken even past the deadline",
      withPlace(async (place) => {
        await place.send(signalOf("go", "1", 1));
        const end = await place.live(
          async (steps) => (await steps.waitFor("go", { deadline: PAST }))?.payload ?? null,
        );
        expect(end).toBe(1);
      }),
    );
  });

  describe("sleeps", () => {
    it(
      "return at once for a time that is past, and hold for one that is not",
      withPlace(async (place) => {
        const workflow =
          (time: string) =>
          async (steps: Steps): Promise<Json> => {
            await steps.sleepUntil("nap", time);
            return "awake";
          };
        expect(await place.live(workflow(PAST))).toBe("awake");
        expect(await place.live(workflow(FAR))).toBe("waiting");
      }),
    );
  });

  describe("traces", () => {
    it(
      "are not repeated by a later life",
      withPlace(async (place) => {
        const workflow = async (steps: Steps): Promise<Json> => {
          await steps.trace("note", [foreignEvent("note-one", 1)]);
          await steps.step("a", async () => {
            await steps.trace("note", [foreignEvent("note-two", 2)]);
            return null;
          });
          await steps.trace("note", [foreignEvent("note-three", 3)]);
          await steps.waitFor("never");
          return null;
        };
        expect(await place.live(workflow)).toBe("waiting");
        expect(await place.live(workflow)).toBe("waiting");
        expect(await place.traced()).toEqual(["note-one", "note-two", "note-three"]);
      }),
    );
  });
}
