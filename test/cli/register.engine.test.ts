/** `evolve --register` stores what passes the gate, and says why the rest does not. */
import { afterAll, expect, it } from "vitest";
import { workplace } from "../support/cli.ts";
import { CLAMP } from "./specs.ts";

const place = workplace();
afterAll(place.remove);

it("a winner that passes is a stored tool with its run, and can be called", async () => {
  const spec = place.file("clamp.json", JSON.stringify(CLAMP));
  const { status, value } = await place.json(["evolve", "--spec", spec, "--register"]);
  expect(status).toBe(0);
  const { registration, runId } = value as { registration: object; runId: string };
  expect(registration).toMatchObject({ status: "registered", name: "clamp", version: 1 });
  const shown = await place.json(["tools", "show", "clamp"]);
  expect(shown.value).toMatchObject({ status: "active", lineage: { runId } });
  const called = await place.run(["tools", "run", "clamp", "--args", "[42, 0, 10]"]);
  expect(called.stdout.trim()).toBe("10");
}, 60_000);

it("one that fails held-out cases is refused with reasons, and nothing is stored", async () => {
  const wrong = {
    ...CLAMP,
    name: "stuck",
    signature: "function stuck(value: number, low: number, high: number): number",
    // What the cases say does not hold there.
    heldOut: [{ args: [6, 0, 10], expected: 999 }],
    seeds: ["function stuck(value, low, high) { return Math.min(Math.max(value, low), high); }"],
  };
  const spec = place.file("stuck.json", JSON.stringify(wrong));
  const args = ["evolve", "--spec", spec, "--register", "--budget-evaluations", "50"];
  const said = await place.run(args);
  expect(said.stdout).toMatch(/Refused to register stuck:\n {2}\S/);
  expect(said.status).not.toBe(0);
  const { value } = await place.json(["tools", "ls", "--all"]);
  expect((value as { name: string }[]).map(({ name }) => name)).not.toContain("stuck");
}, 60_000);
