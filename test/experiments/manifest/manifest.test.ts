import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tasks as packing } from "../../../experiments/bin-packing/task.ts";
import { tasks as capSets } from "../../../experiments/cap-set/task.ts";
import { gridOf, type Workbench } from "../../../experiments/manifest/grid.ts";
import { readManifest } from "../../../experiments/manifest/read.ts";
import { InputError } from "../../../src/index.ts";

const all = [...packing, ...capSets];
const bench: Workbench = {
  strategies: ["funsearch", "random", "best-of-n", "sequential"],
  generators: ["offline", "mutation", "llm"],
  taskNames: async () => all.map(({ name }) => name),
  async loadTask(name) {
    const found = all.find((task) => task.name === name);
    if (found === undefined) throw new InputError("UNKNOWN_TASK", `no task ${name}`);
    return found;
  },
  streamNames: async () => ["tool-reuse"],
};

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "toolwright-manifest-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const grid = async (path: string, overrides: string[] = []) =>
  gridOf(await readManifest(path, overrides), bench);

describe("a manifest", () => {
  test("gives every combination once, with its baselines at the same budgets and seeds", async () => {
    const cells = await grid(
      file(
        "full.yaml",
        "name: full\ntasks: [cap-set-3, bin-packing]\nstrategies: [funsearch, random]\ngenerators: [offline, mutation]\nseeds: [4, 9]\nbudgets: [{ evaluations: 10 }, { evaluations: 20, seconds: 1.5 }]\n",
      ),
    );
    // (funsearch, random, best-of-n, sequential) x 2 generators x 2 seeds x 2 budgets for each task,
    // and the parametric family of bin packing.
    expect(cells).toHaveLength(2 * 4 * 2 * 2 * 2 + 2 * 2);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
    const baselines = new Set(cells.filter((cell) => cell.baseline).map((cell) => cell.strategy));
    expect([...baselines].sort()).toEqual(["best-of-n", "parametric", "random", "sequential"]);
    expect(
      cells.filter(({ task, generator }) => task === "cap-set-3" && generator === "parametric"),
    ).toHaveLength(0);
  });

  test("takes patterns, a task's own budgets, and a count of seeds", async () => {
    const cells = await grid(
      file(
        "pattern.yaml",
        "name: p\ntasks:\n  - task: cap-set-*\n    budgets: [{ evaluations: 7 }]\n  - bin-packing\nseeds: 3\nbaselines: { strategies: [], parametric: false }\n",
      ),
    );
    expect(cells).toHaveLength(7 * 3);
    expect(cells.filter(({ budget }) => budget.evaluations === 7)).toHaveLength(6 * 3);
    expect(new Set(cells.map(({ seed }) => seed))).toEqual(new Set([1, 2, 3]));
  });

  test("asks a model only where the generator does, once for each model", async () => {
    const cells = await grid(
      file(
        "models.yaml",
        "name: m\ntasks: [cap-set-3]\ngenerators: [llm, mutation]\nseeds: 1\nmodels:\n  - { name: a, model: m1 }\n  - { name: b, model: m2, baseUrl: 'http://localhost:1/v1' }\nbaselines: { strategies: [] }\n",
      ),
    );
    expect(cells.map(({ generator, model }) => [generator, model])).toEqual([
      ["llm", "a"],
      ["llm", "b"],
      ["mutation", undefined],
    ]);
    expect(cells[1]?.settings).toMatchObject({ model: "m2", baseUrl: "http://localhost:1/v1" });
  });

  test("stands on included files; its own fields and then overrides win", async () => {
    file("base.yaml", "name: base\ntasks: [cap-set-3]\nseeds: 9\nbudgets: [{ evaluations: 5 }]\n");
    const path = file("over.yaml", "include: [base.yaml]\nname: over\nseeds: 2\n");
    const { manifest } = await readManifest(path, ["budgets.0.evaluations=77"]);
    expect(manifest).toMatchObject({
      name: "over",
      tasks: ["cap-set-3"],
      seeds: 2,
      budgets: [{ evaluations: 77 }],
    });
  });

  test("does not change its other cells' ids when a cell is added", async () => {
    const path = file("ids.yaml", "name: i\ntasks: [cap-set-3]\nseeds: 1\n");
    const before = (await grid(path)).map(({ id }) => id);
    const after = (await grid(path, ["seeds=2", "strategies=[random, funsearch]"])).map(
      ({ id }) => id,
    );
    expect(after).toEqual(expect.arrayContaining(before));
  });
});

describe("what does not fit is told with file, line and field:", () => {
  const cases: readonly (readonly [what: string, text: string, said: RegExp])[] = [
    ["a wrong type", "name: x\ntasks: [cap-set-3]\nseeds: many\n", /bad\.yaml:3: seeds: /],
    [
      "a field of a list",
      "name: x\ntasks: [cap-set-3]\nbudgets:\n  - evaluations: 5\n  - evaluations: 0\n",
      /bad\.yaml:5: budgets\[1\]\.evaluations: expected a number of at least 1, got 0/,
    ],
    [
      "an unknown field",
      "name: x\ntasks: [cap-set-3]\nseed: 3\n",
      /bad\.yaml:3: seed: expected a known key, got "seed" \(did you mean "seeds"\?\); known keys: name, /,
    ],
    [
      "an unknown strategy",
      "name: x\ntasks: [cap-set-3]\nstrategies:\n  - funsearch\n  - magic\n",
      /bad\.yaml:5: strategies\[1\]: expected one of .*got "magic"/,
    ],
    [
      "an unknown task",
      "name: x\ntasks:\n  - cap-set-3\n  - nothing\n",
      /bad\.yaml:4: tasks\[1\]: /,
    ],
    [
      "a pattern without a match",
      "name: x\ntasks: ['zoo/*']\n",
      /bad\.yaml:2: tasks\[0\]: no task/,
    ],
    ["a generator without its model", "name: x\ntasks: [cap-set-3]\ngenerators: [llm]\n", /:3: /],
    ["no task at all", "name: x\nseeds: 1\n", /expected at least one task/],
    ["text that is no YAML", "name: [x\n", /bad\.yaml:2:1: /],
    ["a list instead of fields", "- a\n", /bad\.yaml:1: expected a mapping/],
    ["an include that is not there", "name: x\ninclude: [gone.yaml]\n", /Cannot read .*gone\.yaml/],
    ["a circle of includes", "name: x\ninclude: [bad.yaml]\n", /include: expected no cycle/],
    [
      "a limit that no model keeps",
      "name: x\ntasks: [cap-set-3]\ngenerators: [llm]\nmodels: [{ name: a, model: m }]\nlimits: { usd: 1 }\n",
      /bad\.yaml:4: models\[0\]: .*budgetUsd/,
    ],
  ];
  test.each(cases)("%s", async (_, text, said) => {
    await expect(grid(file("bad.yaml", text))).rejects.toThrow(said);
  });

  test("an override says itself", async () => {
    const path = file("fine.yaml", "name: x\ntasks: [cap-set-3]\n");
    await expect(grid(path, ["seeds=none"])).rejects.toThrow(/-o seeds=none: seeds: /);
    await expect(grid(path, ["seeds"])).rejects.toThrow(/expected key=value/);
    await expect(grid(path, ["name.x=1"])).rejects.toThrow(/got a plain value/);
  });
});
