/** Models by role: who is asked for what is the configuration's to say. */
import { afterEach, describe, expect, it } from "vitest";
import { type WalkHome, walkHome } from "../support/walk-home.ts";
import { stageOf, walkScript } from "../support/walk-script.ts";

const script = walkScript({
  blind_affordance: { potential_tools: [] },
  plan: { reason: "so", steps: [{ id: "end", kind: "answer", text: "Fine." }] },
  judge: { verdicts: [{ item: 0, verdict: "met", reason: "It is." }] },
});

let home: WalkHome | undefined;
afterEach(async () => {
  await home?.close();
  home = undefined;
});

describe("roles", () => {
  it("speak through their own model, with what is not said taken from the default", async () => {
    home = await walkHome(script, {
      roles: { judge: { model: "strict-70b", temperature: 0.3 }, planner: { api: "responses" } },
    });
    const { status } = await home.request("How are you?", { requirements: ["Be kind."] });
    expect(status).toBe("SUCCEEDED");
    const asked = home.server.requests.map((request) => ({
      stage: stageOf(request),
      model: request.body.model,
      path: request.path,
    }));
    expect(asked).toEqual([
      { stage: "blind_affordance", model: "scripted", path: "/v1/responses" },
      { stage: "plan", model: "scripted", path: "/v1/responses" },
      { stage: "judge", model: "strict-70b", path: "/v1/chat/completions" },
    ]);
  });

  it("that judge, test and simulate are asked at temperature 0, so that they say the same again", async () => {
    const semantic = [
      { name: "mood", signature: "mood(text: string): number", description: "How good it is." },
    ];
    const make = {
      name: "count_it",
      description: "Counts.",
      signature: "count_it(t: string): number",
    };
    home = await walkHome(
      walkScript({
        blind_affordance: { potential_tools: [] },
        plan: [
          {
            reason: "so",
            steps: [
              { id: "p", kind: "program", code: "return await mood('rain');", semantic },
              { id: "m", kind: "create-tool", ...make },
            ],
          },
          { reason: "so", steps: [{ id: "end", kind: "answer", text: "3" }] },
        ],
        simulate_call: { value: 3 },
        scope: { decision: "new", ...make, generality: "general", reasons: ["It is."] },
        write_cases: "none",
        judge: { verdicts: [{ item: 0, verdict: "met", reason: "It is." }] },
      }),
    );
    await home.request("How good is it?", { requirements: ["Be kind."] });
    const asked = new Map(
      home.server.requests.map((request) => [stageOf(request), request.body.temperature]),
    );
    for (const stage of ["simulate_call", "write_cases", "judge"]) expect(asked.get(stage)).toBe(0);
  });

  it("that nobody asks for are refused by name", async () => {
    const { Config } = await import("../../src/core/config.ts");
    const parsed = Config.safeParse({ model: { model: "m" }, roles: { jugde: { model: "x" } } });
    expect(parsed.error?.issues[0]?.message).toMatch(/no role of this name.*judge/);
    const alone = Config.safeParse({ roles: { judge: { model: "x" } } });
    expect(alone.error?.issues[0]?.message).toMatch(/default `model` is needed/);
  });
});
