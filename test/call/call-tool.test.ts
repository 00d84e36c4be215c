/** The call itself, on plain functions: its order, what is done again, and how arguments are read. */
import { describe, expect, it } from "vitest";
import { createArgumentFaults } from "../../src/call/argument-faults.ts";
import { type CallPorts, makeCall } from "../../src/call/call-tool.ts";
import type { Json } from "../../src/core/json.ts";
import type { StepOptions } from "../../src/core/steps.ts";
import type { JsonSchema } from "../../src/core/tool.ts";
import { immediateSteps, stepsMemory } from "../../src/journal/immediate.ts";
import type { Arguments, Callable } from "../../src/work/callable.ts";
import { sendTo } from "../support/signals.ts";
import { type SampleTool, sampleTool } from "../toolstore/sample.ts";

const NETWORK = { network: ["example.org"], files: false, model: false };

function world(tool: Partial<SampleTool> = {}, output: Json = 1) {
  const log: string[] = [];
  const options: (StepOptions | undefined)[] = [];
  const memory = stepsMemory();
  const inner = immediateSteps(memory);
  const steps: CallPorts["steps"] = {
    waitFor: inner.waitFor,
    trace: async (name, events) => {
      log.push(...events.map(({ type }) => type));
      await inner.trace(name, events);
    },
    step: (name, body, given) => {
      options.push(given);
      return inner.step(name, body, given);
    },
  };
  const stored = sampleTool({ name: "tell", ...tool });
  const callable: Callable = {
    ...stored,
    origin: "tool",
    tool: stored,
    async call(given) {
      log.push(`effect ${JSON.stringify(given)}`);
      return { status: "returned", output };
    },
  };
  const ports: CallPorts = {
    steps,
    argumentFaults: createArgumentFaults(),
    permit: async (_, args) => ({ decision: "approved", arguments: args, edited: false }),
  };
  return { log, options, memory, ports, callable };
}

describe("a call", () => {
  it("is on record before its effect, and its result after", async () => {
    const { log, ports, callable } = world();
    await makeCall(ports, callable, { input: 3 }, "c");
    expect(log).toEqual(["tool-call", 'effect {"input":3}', "tool-result"]);
  });

  it("asks a person before it is made again, where the tool acts outside", async () => {
    for (const [tool, onUncertain] of [
      [{}, undefined],
      [{ effects: true }, "ask"],
      [{ capabilities: NETWORK }, "ask"],
    ] as const) {
      const { options, ports, callable } = world(tool);
      await makeCall(ports, callable, [3], "c");
      expect(options.map((each) => each?.onUncertain)).toEqual([onUncertain]);
    }
  });

  it("waits for a result that is still to come, where there is somebody to wait", async () => {
    const { memory, log, ports, callable } = world({}, { $pending: "soon" });
    const outcome = makeCall(ports, callable, [3], "c");
    sendTo(memory, { id: "1", name: "callback:tell", payload: { result: 42 }, time: "" });
    expect(await outcome).toMatchObject({ output: 42 });
    expect(log.filter((line) => line.startsWith("effect"))).toHaveLength(1);
    const { waitFor, ...steps } = ports.steps;
    expect(await makeCall({ ...ports, steps }, callable, [3], "d")).toMatchObject({
      output: { $pending: "soon" },
    });
  });

  it.each([
    ["a call by name", { status: "returned", output: 7 }, { status: "returned", output: 7 }],
    [
      "a call that waits",
      { status: "returned", output: { $pending: "soon" } },
      { status: "returned", output: 42 },
    ],
    [
      "a call for a goal",
      { kind: "tool-called", trial: { status: "serves", outputs: [7] } },
      { status: "returned", output: 7 },
    ],
    [
      "a failed call for a goal",
      { kind: "tool-called", trial: { status: "fails", reason: "odd" } },
      { status: "failed", reason: "odd" },
    ],
  ] as const)("is told from the journal of an older version: %s", async (_, kept, outcome) => {
    const { memory, log, ports, callable } = world();
    memory.done.set("call:tell#1", kept);
    sendTo(memory, { id: "1", name: "callback:tell", payload: { result: 42 }, time: "" });
    expect(await makeCall(ports, callable, [3], "c")).toEqual(outcome);
    expect(log.filter((line) => line.startsWith("effect"))).toEqual([]);
  });

  it.each([
    ["a text", "ok"],
    ["nothing", null],
    ["a record like a failure", { status: "failed", reason: "no" }],
    ["a record like a success", { status: "returned", output: 1 }],
    ["a list of records", [{ status: "failed", reason: "no" }]],
    ["a measure", { kind: "tool-called", trial: { status: "fails", reason: "no" } }],
    ["a promise", { $pending: "later" }],
  ] as const)("takes what a person gives for its result as it stands: %s", async (_, given) => {
    const { options, memory, log, ports, callable } = world({ effects: true });
    await makeCall(ports, callable, [3], "c");
    const record = options[0]?.given?.record ?? ((value) => value);
    memory.done.set("call:tell#2", record(given));
    const outcome = { status: "returned", output: given };
    expect(await makeCall(ports, callable, [3], "d")).toEqual(outcome);
    expect(log.filter((line) => line.startsWith("effect"))).toHaveLength(1);
  });

  it("that nobody has decided about yet leaves no trace", async () => {
    const { log, ports, callable } = world();
    const open = { ...ports, permit: async () => ({ decision: "open" }) as const };
    expect(await makeCall(open, callable, [3], "c")).toMatchObject({ code: "APPROVAL_NEEDED" });
    expect(log).toEqual([]);
  });

  it("reads arguments by position, and says which are too many", async () => {
    const { log, ports, callable } = world();
    expect(await makeCall(ports, callable, [3, 4], "c")).toMatchObject({
      code: "INVALID_ARGUMENTS",
      reason: "tell takes 1 arguments, got 2.",
    });
    expect(log).toEqual([]);
  });

  it("leaves out a parameter that is named like a member of every object", async () => {
    const text = { type: "string" };
    const properties = { input: { type: "number" }, constructor: text, toString: text };
    const optional = world({ parameters: { type: "object", properties, required: ["input"] } });
    await makeCall(optional.ports, optional.callable, { input: 3 }, "c");
    expect(optional.log).toContain('effect {"input":3}');

    const needed = world({ parameters: { type: "object", properties, required: ["toString"] } });
    expect(await makeCall(needed.ports, needed.callable, { input: 3 }, "c")).toMatchObject({
      code: "INVALID_ARGUMENTS",
      reason: expect.stringContaining("toString"),
    });
  });

  it("takes by name what the schema of another system's tool allows, and nothing else", async () => {
    const name = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
    const id = { type: "object", properties: { id: { type: "integer" } }, required: ["id"] };
    const made = async (parameters: JsonSchema, given: Arguments) => {
      const { ports, callable } = world({ parameters, language: "mcp" });
      return (await makeCall(ports, callable, given, "c")).status;
    };
    const either = { type: "object", oneOf: [name, { $ref: "#/$defs/id" }], $defs: { id } };
    expect(await made(either, { id: 7 })).toBe("returned");
    expect(await made(either, { name: "a" })).toBe("returned");
    expect(await made(either, { id: "7" })).toBe("failed");
    const all = { type: "object", allOf: [name, id] };
    expect(await made(all, { name: "a", id: 1 })).toBe("returned");
    expect(await made(all, { name: "a" })).toBe("failed");
    const open = { ...name, patternProperties: { "^x-": { type: "number" } } };
    expect(await made(open, { name: "a", "x-1": 1 })).toBe("returned");
    expect(await made(open, { name: "a", "x-1": "1" })).toBe("failed");
    expect(await made(open, { name: "a", nmae: "b" })).toBe("failed");
    expect(await made({ ...name, additionalProperties: id }, { name: "a", b: { id: 1 } })).toBe(
      "returned",
    );
  });

  it("refuses what a schema allows and the function has no place for", async () => {
    const parameters = { allOf: [{ type: "object" }], properties: { input: {} } };
    const { ports, callable } = world({ parameters });
    expect(await makeCall(ports, callable, { input: 1, other: 2 }, "c")).toMatchObject({
      code: "INVALID_ARGUMENTS",
      reason: expect.stringContaining("got also other"),
    });
  });
});
