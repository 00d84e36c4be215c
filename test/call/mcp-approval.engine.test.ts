/** Calls of MCP clients that a person decides about: asked through the client, or through the home. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callOverMcp, type Home, openHome } from "./doors.ts";

let home: Home;
beforeAll(async () => {
  home = await openHome({ default: "always", tools: { free: "never", later: "never" } }, []);
  for (const name of ["asked", "gone", "free"]) await home.put({ name });
  await home.put({ name: "later", gives: { $pending: "the post comes" } });
}, 60_000);
afterAll(() => home.close());

const given = (text: string) => ({ text, times: 1 });
const approvals = async () =>
  (await home.events("asked"))
    .filter(({ type }) => type.startsWith("approval-"))
    .map(({ type, data }) => ({ type, by: data.by }));

describe.each(["legacy", "modern"] as const)("a %s client that can ask its user", (era) => {
  it("has the call made once they approve it, by what they were shown", async () => {
    const shown: string[] = [];
    const client = await home.client(era, ({ message }) => {
      shown.push(message);
      return { action: "accept", content: { approve: true } };
    });
    const before = home.effects("asked").length;
    expect(await callOverMcp(client, "asked", given("yes"))).toEqual({
      status: "returned",
      output: "yes",
    });
    expect(home.effects("asked").slice(before)).toEqual([["asked", "yes", 1]]);
    expect(shown).toEqual([expect.stringMatching(/May asked version 1 be called.*"yes"/s)]);
    expect((await approvals())[0]).toEqual({
      type: "approval-given",
      by: "the user of an MCP client",
    });
    // It was approved for that one call.
    await callOverMcp(client, "asked", given("yes"));
    expect(shown).toHaveLength(2);
  });

  it.each([
    ["declines", { action: "decline" }],
    ["turns away", { action: "cancel" }],
    ["sends the form without a yes", { action: "accept", content: { approve: false } }],
  ] as const)("calls nothing when the user %s", async (_, answer) => {
    const client = await home.client(era, () => answer);
    const before = home.effects("asked").length;
    expect(await callOverMcp(client, "asked", given("no"))).toMatchObject({
      status: "failed",
      text: expect.stringContaining("did not approve"),
    });
    expect(home.effects("asked").length).toBe(before);
    expect((await approvals())[0]?.type).toBe("approval-refused");
  });

  it("is not asked where the policy does not want it", async () => {
    const client = await home.client(era, () => {
      throw new Error("nobody is to be asked");
    });
    expect(await callOverMcp(client, "free", given("a"))).toMatchObject({ status: "returned" });
  });
});

describe("a client that cannot ask", () => {
  it("is told the command that approves, and gets the result once, over restarts", async () => {
    const call = async () =>
      (await home.client("modern")).callTool({ name: "asked", arguments: given("dear") });
    const before = home.effects("asked").length;
    const waits = await call();
    expect(waits).toMatchObject({
      isError: true,
      structuredContent: { status: "waiting", requestId: expect.stringMatching(/^req-/) },
      _meta: { "toolwright/error": { code: "APPROVAL_NEEDED" } },
    });
    const { requestId, approve } = waits.structuredContent as Record<string, string>;
    expect(approve).toBe(`toolwright request approve ${requestId}`);
    expect(JSON.stringify(waits.content)).toContain(approve);

    await home.restart();
    // Asking again is no second question.
    expect((await call()).structuredContent).toMatchObject({ requestId });
    expect(home.effects("asked").length).toBe(before);
    const [, ...words] = (approve ?? "").split(" ");
    expect((await home.place.json(words)).value).toMatchObject({ status: "SUCCEEDED" });
    expect(home.effects("asked").slice(before)).toEqual([["asked", "dear", 1]]);

    await home.restart();
    expect((await call()).structuredContent).toEqual({ result: "dear" });
    expect(home.effects("asked").length).toBe(before + 1);
    const third = (await call()).structuredContent as Record<string, string>;
    expect(third.status).toBe("waiting");
    expect(third.requestId).not.toBe(requestId);
    expect(home.effects("asked").length).toBe(before + 1);
  }, 30_000);

  it("carries an approval on that was only recorded", async () => {
    const client = await home.client("legacy");
    const waits = await callOverMcp(client, "asked", given("noted"));
    const id = waits.status === "waits" ? waits.requestId : "";
    await home.place.run(["request", "approve", id, "--detach"]);
    expect(home.effects("asked")).not.toContainEqual(["asked", "noted", 1]);
    expect(await callOverMcp(client, "asked", given("noted"))).toMatchObject({ output: "noted" });
  });

  it("finds no approval for another version of the tool", async () => {
    const client = await home.client("legacy");
    const waits = await callOverMcp(client, "gone", given("a"));
    const id = waits.status === "waits" ? waits.requestId : "";
    await home.engine.requests.approve(id, undefined);
    await home.put({ name: "gone", version: 2, description: "Another.", entry: "gone_2" });
    const again = await callOverMcp(client, "gone", given("a"));
    expect(again).toMatchObject({ status: "waits" });
    expect(again).not.toEqual(waits);
    expect(home.effects("gone_2")).toEqual([]);
  });

  it("is told so where a secret among the arguments cannot wait in the home", async () => {
    const client = await home.client("legacy");
    const secret = `sk-${"a1B2c3D4".repeat(5)}`;
    const called = await callOverMcp(client, "asked", given(secret));
    expect(called).toMatchObject({ status: "failed", text: expect.stringContaining("secret") });
    expect(home.effects("asked").every((line) => !JSON.stringify(line).includes("sk-"))).toBe(true);
  });
});

describe("a result that is still to come", () => {
  it("is given to the same call once it has come, and the tool is called once", async () => {
    const client = await home.client("modern");
    const first = await client.callTool({ name: "later", arguments: given("a") });
    expect(first).toMatchObject({
      isError: true,
      _meta: { "toolwright/error": { code: "RESULT_PENDING" } },
    });
    const { requestId } = first.structuredContent as Record<string, string>;
    const view = await home.engine.requests.view(requestId ?? "");
    const token = home.engine.requests.tokenOf(view.id, view.waits[0]?.key ?? "");
    await home.engine.requests.callback(token, "the parcel");
    expect(await callOverMcp(client, "later", given("a"))).toEqual({
      status: "returned",
      output: "the parcel",
    });
    expect(home.effects("later")).toEqual([["later", "a", 1]]);
    expect((await home.engine.tools.get("later")).usage.calls).toBe(1);
  });

  it("of a person's command is left to a request that waits for it", async () => {
    const run = await home.place.run(["tools", "run", "later", "--args", '["b"]']);
    const id = /toolwright request show (\S+)/.exec(run.stderr)?.[1] ?? "";
    expect(await home.engine.requests.view(id)).toMatchObject({
      status: "WAITING_FEEDBACK",
      waits: [{ question: { kind: "callback", tool: "later" } }],
    });
  });
});
