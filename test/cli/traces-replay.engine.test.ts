/** Runs done again out of their traces: no model, no key, and a difference is named. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../support/cli.ts";
import { type ModelServer, modelServer } from "../support/model-server.ts";
import { VOWELS } from "./specs.ts";

const BY_LETTERS =
  '```js\nfunction vowels(text) { return [...text].filter((c) => "aeiou".includes(c)).length; }\n```';

let place: Workplace;
let spec: string;
const servers: ModelServer[] = [];
beforeAll(() => {
  place = workplace();
  spec = place.file("vowels.json", JSON.stringify(VOWELS));
});
afterAll(async () => {
  for (const server of servers) await server.close();
  place?.remove();
});

/** @returns The run's id. */
async function evolved(more: readonly string[], environment: Record<string, string> = {}) {
  const args = ["evolve", "--spec", spec, "--budget-evaluations", "40", ...more];
  const { value } = await place.json(args, { environment });
  return (value as { runId: string }).runId;
}

const replayed = async (run: string, file = spec, environment: Record<string, string> = {}) =>
  await place.json(["traces", "replay", run, "--spec", file], { environment });

describe("traces replay", { timeout: 120_000 }, () => {
  it("finds an offline run identical to its end, and adds nothing to the home", async () => {
    const run = await evolved(["--generator", "mutation"]);
    const { status, value } = await replayed(run);
    const { events, matched } = value as { events: number; matched: number };
    expect(value).toMatchObject({ status: "identical" });
    expect([status, matched]).toEqual([0, events]);
    expect((await place.json(["traces", "ls"])).value).toHaveLength(1);
  });

  it("finds the task of a run that a request began, by what the request brought", async () => {
    const examples = ["abc", "", "xy", "hello"].map((text) => ({
      args: [text],
      expected: [...text].reverse().join(""),
    }));
    const file = place.file("examples.json", JSON.stringify(examples));
    await place.run(["request", "Turn a text round", "--examples", file]);
    const runs = (await place.json(["traces", "ls"])).value as { id: string; parent?: string }[];
    const id = runs.find(({ parent }) => parent !== undefined)?.id ?? "none";
    const { status, value } = await place.json(["traces", "replay", id]);
    expect([status, value]).toEqual([0, expect.objectContaining({ status: "identical" })]);
  });

  it("answers from the record what a model said, when there is no model any more", async () => {
    const server = await modelServer((_request, index) => (index < 2 ? "No." : BY_LETTERS));
    servers.push(server);
    const model = { TOOLWRIGHT_MODEL: "scripted-7b", TOOLWRIGHT_BASE_URL: `${server.url}/v1` };
    const run = await evolved(["--generator", "llm", "--samplers", "2"], model);
    const paid = server.requests.length;
    expect(paid).toBeGreaterThan(2);
    expect((await replayed(run)).value).toMatchObject({ status: "identical" });
    expect(server.requests).toHaveLength(paid);
  });

  it("names the first event that differs, for a task that was changed since", async () => {
    const run = await evolved(["--generator", "mutation", "--seed", "2"]);
    const seeds = ["function vowels(text) { return 1; }"];
    const changed = place.file("changed.json", JSON.stringify({ ...VOWELS, seeds }));
    const { status, value } = await replayed(run, changed);
    expect(status).toBe(1);
    expect(value).toMatchObject({
      status: "differs",
      first: { seq: 3, recorded: { type: "candidate-result" } },
    });
  });

  it("refuses what is no evolution, and the task of another run", async () => {
    const { stderr, status } = await place.run(["traces", "replay", "nothing"]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("RUN_NOT_FOUND")]);
    const run = await evolved(["--generator", "mutation", "--seed", "3"]);
    const other = place.file("other.json", JSON.stringify({ ...VOWELS, name: "other" }));
    const wrong = await place.run(["traces", "replay", run, "--spec", other]);
    expect(wrong.stderr).toMatch(/NOT_REPLAYABLE.*task "vowels".*"other"/);
    expect(wrong.status).toBe(2);
  });
});
