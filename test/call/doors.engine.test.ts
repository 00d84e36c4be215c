/** One call of a tool, wherever it comes from: the same claims at every door, effects counted outside. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "../../src/core/json.ts";
import { type CallEvent, type Door, doors, type Given, type Home, openHome } from "./doors.ts";

const NETWORK = { network: ["example.org"], files: false, model: false };
const TOOLS = {
  free: { description: "Prints a crimson stamp." },
  asked: { description: "Seals a guarded letter." },
  large: { description: "Mints copper coins in numbers." },
  acts: { description: "Sends a telegram abroad.", capabilities: NETWORK },
  waiting: { description: "Opens the vault door.", status: "candidate" },
} as const;

let home: Home;
beforeAll(async () => {
  home = await openHome(
    { tools: { asked: "always", large: [{ argument: "times", above: 3 }] } },
    Object.keys(TOOLS),
  );
  for (const [name, tool] of Object.entries(TOOLS)) await home.put({ name, ...tool });
}, 60_000);
afterAll(() => home.close());

/** What has happened to a tool since. */
async function since(tool: string) {
  const effects = home.effects(tool).length;
  const { calls, successes } = (await home.engine.tools.get(tool)).usage;
  const events = (await home.events(tool)).length;
  return {
    effects: () => home.effects(tool).slice(effects) as readonly Json[],
    async usage() {
      const { usage } = await home.engine.tools.get(tool);
      return { calls: usage.calls - calls, successes: usage.successes - successes };
    },
    async events() {
      const all = await home.events(tool);
      // Runs are listed newest first: what was there before stands at the end.
      return all.slice(0, all.length - events);
    },
  };
}

const typesOf = (events: readonly CallEvent[]) => events.map(({ type }) => type);
/** By name where the door has it. */
const givenAt = (door: Door, text: string, times: number): Given =>
  door.byName ? { text, times } : [text, times];
const done = (output: string) => ({ status: "returned", output });
const once = { calls: 1, successes: 1 };
const never = { calls: 0, successes: 0 };
const all = Object.values(doors);
const waitable = all.filter((door) => door !== doors.command);
const checking = all.filter((door) => door !== doors.rules);
const named = (list: readonly Door[]) => list.map((door) => [door.name, door] as const);

describe.each(named(all))("a call from %s", { timeout: 30_000 }, (_, door) => {
  it("is made once, counted once, and told by the same events as from anywhere", async () => {
    const seen = await since("free");
    expect(await door.call(home, "free", givenAt(door, "ab", 2))).toEqual(done("abab"));
    expect(seen.effects()).toEqual(Array(1 + door.trials).fill(["free", "ab", 2]));
    expect(await seen.usage()).toEqual(once);
    const { description, parameters } = await home.engine.tools.get("free");
    const events = await seen.events();
    const [asked, result] = events;
    const id = asked?.data.id;
    expect(events.map(({ type, data }) => ({ type, data }))).toEqual([
      {
        type: "tool-call",
        data: {
          id,
          name: "free",
          version: 1,
          description,
          parameters,
          arguments: { text: "ab", times: 2 },
        },
      },
      { type: "tool-result", data: { id, status: "returned", output: "abab" } },
    ]);
    expect(result).toMatchObject({ volatile: { wallMs: expect.any(Number) } });
  });
});

describe.each(named(all.filter(({ byPosition }) => byPosition)))(
  "arguments by position from %s",
  (_, door) => {
    it("are told by name", async () => {
      const seen = await since("free");
      expect(await door.call(home, "free", ["xy", 3])).toEqual(done("xyxyxy"));
      expect((await seen.events())[0]?.data.arguments).toEqual({ text: "xy", times: 3 });
    });
  },
);

describe.each(named(checking))("arguments that do not fit from %s", (_, door) => {
  it("are refused in words, and nothing is called", async () => {
    const seen = await since("free");
    for (const [wrong, words] of [
      [{ text: 5 }, "text: must be string"],
      [{}, "must have required property 'text'"],
      [{ text: "a", ink: "red" }, 'there is no parameter \\"ink\\"'],
    ] as const) {
      const called = await door.call(home, "free", wrong);
      expect(called).toMatchObject({ status: "failed" });
      expect(JSON.stringify(called).replaceAll("\\\\", "")).toMatch(
        new RegExp(words.replaceAll('\\"', '.{1,8}"')),
      );
    }
    expect(seen.effects()).toEqual([]);
    expect(await seen.usage()).toEqual(never);
    expect(await seen.events()).toEqual([]);
  });
});

describe.each(named(waitable))("approval of a call from %s", { timeout: 30_000 }, (_, door) => {
  async function asked(tool: string, times = 2) {
    const given = givenAt(door, "ab", times);
    const seen = await since(tool);
    const called = await door.call(home, tool, given);
    if (called.status !== "waits") throw new Error(`it does not wait: ${JSON.stringify(called)}`);
    const { requestId } = called;
    expect(seen.effects()).toHaveLength(door.trials);
    expect(await seen.usage()).toEqual(never);
    expect(await seen.events()).toEqual([]);
    return { requestId, seen, again: () => door.again(home, requestId, tool, given) };
  }

  it("is waited for where the policy says always; then the call is made once", async () => {
    const { requestId, seen, again } = await asked("asked");
    await home.engine.requests.approve(requestId, undefined);
    expect(await again()).toEqual(done("abab"));
    expect(seen.effects()).toHaveLength(1 + door.trials);
    expect(await seen.usage()).toEqual(once);
    const events = await seen.events();
    expect(typesOf(events)).toEqual(["approval-given", "tool-call", "tool-result"]);
    expect(events[0]?.data).toMatchObject({ version: 1, by: "a person", edited: false });
  });

  it("is asked for where an argument meets the condition, and nowhere else", async () => {
    expect(await door.call(home, "large", givenAt(door, "ab", 3))).toEqual(done("ababab"));
    const { requestId, seen, again } = await asked("large", 4);
    await home.engine.requests.approve(requestId, undefined);
    expect(await again()).toEqual(done("abababab"));
    expect(await seen.usage()).toEqual(once);
  });

  it("that is refused is told with its reason, and nothing is called", async () => {
    const { requestId, seen, again } = await asked("asked");
    await home.engine.requests.reject(requestId, "too much wax");
    const called = await again();
    expect(called).toMatchObject({
      status: "failed",
      text: expect.stringContaining("too much wax"),
    });
    expect(seen.effects()).toHaveLength(door.trials);
    expect(await seen.usage()).toEqual(never);
    expect(typesOf(await seen.events())).toEqual(["approval-refused"]);
  });

  it("with other arguments calls with those", async () => {
    const { requestId, seen, again } = await asked("asked");
    const edited = { text: "cd", times: 1 };
    await home.engine.requests.approve(requestId, door === doors.rules ? [edited] : edited);
    expect(await again()).toEqual(done("cd"));
    expect(seen.effects().slice(door.trials)).toEqual([["asked", "cd", 1]]);
    expect(await seen.usage()).toEqual(once);
    const call = (await seen.events()).find(({ type }) => type === "tool-call");
    expect(call?.data.arguments).toEqual(edited);
  });

  it("with arguments that do not fit calls nothing", async () => {
    const { requestId, seen, again } = await asked("asked");
    const edited = { text: 7 };
    await home.engine.requests.approve(requestId, door === doors.rules ? [edited] : edited);
    const called = await again();
    expect(called).toMatchObject({ status: "failed" });
    expect(JSON.stringify(called)).toContain("text: must be string");
    expect(seen.effects()).toHaveLength(door.trials);
    expect(await seen.usage()).toEqual(never);
  });
});

describe("approval of a person's own command", () => {
  it("is the command itself: it says so, and the trace says who", async () => {
    const seen = await since("asked");
    const run = await home.place.run(["tools", "run", "asked", "--args", '["ab", 2]']);
    expect(run).toMatchObject({ status: 0, stdout: '"abab"\n' });
    expect(run.stderr).toContain("asked needs a person's approval");
    expect(seen.effects()).toEqual([["asked", "ab", 2]]);
    expect(await seen.usage()).toEqual(once);
    const events = await seen.events();
    expect(typesOf(events)).toEqual(["approval-given", "tool-call", "tool-result"]);
    expect(events[0]?.data.by).toBe("the person at the command line");
    expect((await home.place.run(["tools", "run", "free", "--args", '["a"]'])).stderr).toBe("");
  });
});

describe.each(named(checking))("a version that waits for approval, called from %s", (_, door) => {
  it("is not run, and the way to approve it is said", async () => {
    const seen = await since("waiting");
    const called = await door.call(home, "waiting", { text: "open", times: 1 });
    expect(called).toMatchObject({ status: "failed" });
    // A plan is not offered what waits.
    if (door !== doors.step) {
      expect(JSON.stringify(called)).toContain("toolwright tools approve waiting --tool-version 1");
    }
    expect(seen.effects()).toEqual([]);
    expect(await seen.usage()).toEqual(never);
  });
});

describe.each(named(checking))("a tool that acts outside, called from %s", (_, door) => {
  it("acts once", async () => {
    const seen = await since("acts");
    expect(await door.call(home, "acts", { text: "ab", times: 2 })).toEqual(done("abab"));
    expect(seen.effects()).toEqual([["acts", "ab", 2]]);
    expect(await seen.usage()).toEqual(once);
  });
});

describe("a tool that acts outside", () => {
  it("is not tried by a request that looks for one that serves", async () => {
    const seen = await since("acts");
    await doors.rules.call(home, "acts", ["ab", 2]);
    expect(seen.effects()).toEqual([]);
  }, 30_000);
});
