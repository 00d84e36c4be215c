/** Requests through the command line, over several processes on one home. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../support/cli.ts";

let place: Workplace;
let examples: string;
const ID = /req-[a-z0-9]+-[a-z0-9]+/;
const budget = ["--budget-evaluations", "120"];
const apart = { apart: true };

beforeAll(() => {
  place = workplace();
  examples = place.file(
    "double.json",
    JSON.stringify([1, 2, 3, 5, 8, 0, -4, 10].map((n) => ({ args: [n], expected: 2 * n }))),
  );
});
afterAll(() => place.remove());

describe("a request over several processes", { timeout: 120_000 }, () => {
  it("is submitted by one, killed in the middle of a second, and ended by a third", async () => {
    const submitted = await place.json(
      ["request", "double a number", "--examples", examples, ...budget, "--detach"],
      apart,
    );
    expect(submitted).toMatchObject({ status: 0, value: { status: "NOT_STARTED" } });
    const { requestId } = submitted.value as { requestId: string };

    // Inside the evolution: the fourteenth write puts its budget aside.
    const killed = await place.run(["request", "resume", requestId], {
      environment: { TOOLWRIGHT_FAILPOINT: "after:14" },
    });
    expect(killed.status).toBeNull();
    const left = await place.json(["request", "show", requestId]);
    expect(left.value).toMatchObject({ status: "IN_PROGRESS", live: false });

    const ended = await place.json(["request", "resume", "--all"], apart);
    expect(ended.value).toMatchObject([{ requestId, status: "SUCCEEDED" }]);
    const tools = await place.json(["tools", "ls"]);
    expect(tools.value).toMatchObject([{ version: 1 }]);
    const shown = await place.json(["request", "show", requestId]);
    expect(shown.value).toMatchObject({ status: "SUCCEEDED", waits: [], revision: 1 });
    expect((await place.run(["request", "resume", requestId])).status).toBe(2);
  });

  it("waits for an approval without a process, and goes on with it", async () => {
    writeFileSync(
      join(place.folder, "toolwright.config.json"),
      JSON.stringify({ approvals: { default: "always" } }),
    );
    const asked = await place.run(
      ["request", "double a number", "--examples", examples, ...budget],
      apart,
    );
    expect(asked.status).toBe(0);
    expect(asked.stdout).toContain("WAITING_FEEDBACK");
    const id = ID.exec(asked.stdout)?.[0] ?? "";
    expect(asked.stdout).toContain(`toolwright request approve ${id}`);
    const { value } = await place.json(["request", "ls", "--status", "WAITING_FEEDBACK"]);
    expect(value).toMatchObject([{ id, waits: 1, live: false }]);

    const wrong = await place.run(["request", "answer", id, "yes"]);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain("NO_QUESTION");
    const recorded = await place.json(["request", "approve", id, "--detach"], apart);
    expect(recorded.value).toMatchObject({ recorded: true });
    const worked = await place.json(["worker", "--until-idle"], apart);
    expect(worked.value).toMatchObject({ lives: 1 });
    const done = await place.json(["request", "show", id]);
    expect(done.value).toMatchObject({ status: "SUCCEEDED" });
  });

  it("is revised and taken back while it waits", async () => {
    const asked = await place.json(["request", "double a number", "--examples", examples]);
    const { requestId } = asked.value as { requestId: string };
    const revised = await place.json([
      "request",
      "revise",
      requestId,
      "--objective",
      "double one number",
    ]);
    expect(revised.value).toMatchObject({ revised: ["objective"] });
    const canceled = await place.json(["request", "cancel", requestId, "--reason", "no need"]);
    expect(canceled).toMatchObject({ status: 0, value: { status: "CANCELED" } });
    const again = await place.run(["request", "cancel", requestId]);
    expect(again.stderr).toContain("REQUEST_ENDED");
    expect(again.status).toBe(2);
  });

  it("says what is wrong with what it is told", async () => {
    for (const [args, code] of [
      [["show", "req-none"], "RUN_NOT_FOUND"],
      [["resume"], "USAGE"],
      [["callback", "made.up", "--result", "1"], "FORGED_TOKEN"],
      [["callback", "made.up", "--result", "{"], "USAGE"],
      [["revise", "req-none"], "USAGE"],
    ] as const) {
      const { status, stderr } = await place.run(["request", ...args]);
      expect(stderr).toContain(code);
      expect(status).toBe(2);
    }
  });
});
