/** The printed schemas accept what the engine reads, and refuse what it refuses. */
import { glob, readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { SCHEMA_NAMES, type SchemaName } from "../../src/cli/schemas.ts";
import { EXAMPLE } from "../declare/example.ts";
import { type Workplace, workplace } from "../support/cli.ts";
import { codeBlocks } from "../support/documents.ts";

type Validate = (value: unknown) => readonly string[];
const validators = new Map<SchemaName, Validate>();
let place: Workplace;

beforeAll(async () => {
  place = workplace();
  for (const name of SCHEMA_NAMES) {
    const { stdout, status } = await place.run(["schema", name]);
    expect(status).toBe(0);
    const ajv = new Ajv2020({ strict: true, allErrors: true });
    addFormats.default(ajv);
    const validate = ajv.compile(JSON.parse(stdout));
    validators.set(name, (value) =>
      validate(value)
        ? []
        : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`),
    );
  }
});
afterAll(() => place.remove());

const faults = (name: SchemaName, value: unknown): readonly string[] =>
  validators.get(name)?.(value) ?? ["no schema"];

async function files(pattern: string): Promise<readonly (readonly [path: string, text: string])[]> {
  const found: (readonly [string, string])[] = [];
  for await (const path of glob(pattern)) found.push([path, await readFile(path, "utf8")]);
  expect(found.length, pattern).toBeGreaterThan(0);
  return found;
}

/** Blocks of the documents that say of themselves what they are. */
async function shown(first: RegExp): Promise<readonly unknown[]> {
  const blocks = (await codeBlocks()).filter(
    ({ language, code }) => language === "yaml" && first.test(code),
  );
  expect(blocks.length).toBeGreaterThan(0);
  return blocks.map(({ code }) => parse(code) as unknown);
}

describe("toolwright schema", () => {
  it("says title, dialect and id", async () => {
    const { value } = await place.json(["schema", "config"]);
    expect(value).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "urn:toolwright:schema:config",
      title: "Toolwright configuration",
    });
    // The number of cores is this machine's, not the file's.
    expect(value).not.toHaveProperty("properties.workers.default");
  });

  it("knows no other file, and says which there are", async () => {
    const { status, stderr } = await place.run(["schema", "task"]);
    expect(status).toBe(2);
    expect(stderr).toContain("config, spec, manifest, experiment");
  });

  it("accepts every spec, configuration and manifest that is shown or shipped", async () => {
    for (const value of await shown(/^# toolwright\.config\.yaml/)) {
      expect(faults("config", value)).toEqual([]);
    }
    for (const value of await shown(/^(#.*\n)*name: \w+\ndescription:.*\nsignature/)) {
      expect(faults("spec", value)).toEqual([]);
    }
    for (const [path, text] of await files("examples/*/*.spec.yaml")) {
      expect(faults("spec", parse(text)), path).toEqual([]);
    }
    for (const [path, text] of await files("examples/*/toolwright.config.yaml")) {
      expect(faults("config", parse(text)), path).toEqual([]);
    }
    for (const [path, text] of await files("examples/*/*.manifest.yaml")) {
      for (const document of parseAllDocuments(text)) {
        expect(faults("manifest", document.toJS()), path).toEqual([]);
      }
    }
    for (const [path, text] of await files("experiments/manifests/*.yaml")) {
      expect(faults("experiment", parse(text)), path).toEqual([]);
    }
    expect(faults("manifest", parse(EXAMPLE))).toEqual([]);
  });

  it.each<[SchemaName, object]>([
    ["config", { seedz: 1 }],
    ["config", { model: { model: "m", temprature: 1 } }],
    ["config", { mcpServers: { files: { comand: "ls" } } }],
    ["manifest", { agents: [{ name: "a", system_prompt: "b", tols: [] }] }],
    ["manifest", { agent: [] }],
    ["experiment", { name: "x", seed: 3 }],
    ["spec", { name: "f", description: "d", signature: "f(): number", cases: [], case: [] }],
    [
      "spec",
      {
        name: "f",
        description: "d",
        signature: "f(): number",
        cases: [{ args: [], expected: 1 }],
        limits: { timeout: 5 },
      },
    ],
  ])("refuses an unknown key in a %s: %j", (name, value) => {
    expect(faults(name, value).join()).toMatch(/must NOT have additional properties/);
  });
});
