/** The vocabulary of events: what is in it, who writes it, and what cannot be written. */
import { glob, readFile } from "node:fs/promises";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { NewEvent } from "../../../src/core/event.ts";
import { readEvent, withTexts } from "../../../src/core/events/read.ts";
import { EVENT_SCHEMAS, type KnownType } from "../../../src/core/events/schemas.ts";
import type { Json } from "../../../src/core/json.ts";
import { EVENTS, foreignEvent } from "../../support/events.ts";

const TYPES = Object.keys(EVENT_SCHEMAS) as KnownType[];

/** Types that stand where an event is made: `type: "tool-call"`. Readers switch on them instead. */
async function written(): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const file of glob("{src,toolstore,sandbox,evaluators}/**/*.ts")) {
    if (file.startsWith("src/core/events/")) continue;
    const text = await readFile(file, "utf8");
    for (const [, type = ""] of text.matchAll(/\btype: "([a-z]+(?:-[a-z]+)+)"/g)) found.add(type);
  }
  return found;
}

describe("the vocabulary of events", () => {
  it("holds no type that nobody writes", async () => {
    const writers = await written();
    expect(TYPES.filter((type) => !writers.has(type))).toEqual([]);
  });

  it("says of each type in a sentence when it is written", () => {
    for (const schema of Object.values(EVENT_SCHEMAS)) {
      expect(schema.description).toMatch(/^[A-Z].*\.$/);
    }
  });

  it("reads every event back as it was written", () => {
    expect(Object.keys(EVENTS).sort()).toEqual(TYPES.toSorted());
    for (const event of Object.values(EVENTS)) {
      expect(readEvent(JSON.parse(JSON.stringify(event)))).toEqual(event);
    }
  });

  it("does not take a type, a field or a value of another kind from a writer", () => {
    expectTypeOf<NewEvent["type"]>().toEqualTypeOf<KnownType>();
    const events: NewEvent[] = [
      // @ts-expect-error There is no such type.
      { type: "scope-shred", data: { name: "double" } },
      // @ts-expect-error The field is misspelt.
      { type: "scope-shared", data: { nam: "double" } },
      // @ts-expect-error There is one field too many.
      { type: "scope-shared", data: { name: "double", version: 1 } },
      // @ts-expect-error The field is missing.
      { type: "scope-shared", data: {} },
      // @ts-expect-error A plan is the next step or all of them, never both.
      { type: "plan-proposed", data: { reason: "so", steps: [] } },
      // @ts-expect-error What differs between two runs has its place, and this event has none.
      { type: "scope-shared", data: { name: "double" }, volatile: { wallMs: 1 } },
      // @ts-expect-error The result is a part of it, in its own place.
      { type: "step-done", data: { key: "a#1", result: null } },
    ];
    const misread = events.map((event) => readEvent(event));
    expect(misread.map(({ type }) => type)).toEqual([
      "unread",
      "unread",
      // What a schema has no field for is left out, by readers.
      "scope-shared",
      "unread",
      "unread",
      "scope-shared",
      "unread",
    ]);
  });
});

describe("reading an event", () => {
  it("tells a type that it does not know from one whose fields do not fit", () => {
    expect(readEvent(foreignEvent("from-the-future", { n: 1 }))).toEqual({
      type: "unread",
      of: "from-the-future",
      known: false,
      reason: "from-the-future: unknown type",
    });
    expect(readEvent(foreignEvent("tool-call", { id: 1, name: "f", arguments: {} }))).toMatchObject(
      {
        of: "tool-call",
        known: true,
        reason: expect.stringMatching(/^tool-call: data\.id: /),
      },
    );
    // Words of every object are no types.
    expect(readEvent(foreignEvent("constructor", null))).toMatchObject({ known: false });
  });

  it("guesses nothing: a field that is missing, null or of another kind is not filled in", () => {
    const { data } = EVENTS["candidate-result"];
    for (const wrong of [{ status: "odd" }, { fitness: null }, { index: "0" }, { digest: 7 }]) {
      expect(readEvent(foreignEvent("candidate-result", { ...data, ...wrong })).type).toBe(
        "unread",
      );
    }
    for (const odd of [null, 7, "text", [], {}]) {
      expect(readEvent(foreignEvent("request-revised", odd)).type).toBe("unread");
    }
  });

  it("keeps the shape when texts are changed", () => {
    const shout = (value: Json): Json =>
      JSON.parse(JSON.stringify(value).replaceAll("double", "DOUBLE")) as Json;
    expect(withTexts(EVENTS["tool-reuse"], shout)).toEqual({
      type: "tool-reuse",
      data: { name: "DOUBLE", version: 1, reasons: ["equal"] },
    });
    const settled = withTexts(EVENTS["budget-settled"], (value) => value);
    expect(settled).toEqual(EVENTS["budget-settled"]);
  });
});
