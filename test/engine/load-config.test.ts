/** The configuration says where a wrong setting stands, whichever source it came from. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CONFIG_VARIABLES } from "../../src/engine/config-variables.ts";
import { loadConfig } from "../../src/engine/load-config.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "toolwright-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (text: string, place = folder): void =>
  writeFileSync(join(place, "toolwright.config.yaml"), text);

describe("a wrong setting is told", () => {
  it("with file, line, known keys and the nearest one", () => {
    write("seed: 1\nmodel:\n  model: m\n  temprature: 1\n");
    expect(() => loadConfig({ folder })).toThrow(
      /toolwright\.config\.yaml:4: model\.temprature: expected a known key, got "temprature" \(did you mean "temperature"\?\); known keys: provider, driver, path/,
    );
  });

  it("with the variable or the flag that set it, though a file sets it too", () => {
    write("workers: 1\nseed: 1\nmodel: { model: m, temperature: 9 }\n");
    const environment = { TOOLWRIGHT_WORKERS: "many", TOOLWRIGHT_MODEL: "other" };
    const load = () => loadConfig({ folder, environment, flags: { seed: -1 } });
    expect(load).toThrow(/^TOOLWRIGHT_WORKERS: workers: expected a number, got "many"$/m);
    expect(load).toThrow(/^--seed: seed: expected a number of at least 0, got -1$/m);
    expect(load).toThrow(/config\.yaml:3: model\.temperature: expected a number of at most 2/);
  });

  it("with the file of the home where that one said it", () => {
    mkdirSync(join(folder, "home"));
    write("home: home\nseed: 1\n");
    write("\n\nworkers: 0\n", join(folder, "home"));
    expect(() => loadConfig({ folder })).toThrow(/home\/toolwright\.config\.yaml:3: workers: /);
  });

  it("as text that does not parse, and as what is no mapping", () => {
    write("a: [");
    expect(() => loadConfig({ folder })).toThrow(/toolwright\.config\.yaml:1:\d+: /);
    write("- a\n");
    expect(() => loadConfig({ folder })).toThrow(/expected a mapping of settings/);
  });
});

describe("environment variables", () => {
  it("each set their field, and win over the file", () => {
    write("seed: 1\nhome: here\nstore: { driver: memory }\nmodel: { model: file, samplers: 3 }\n");
    const environment = Object.fromEntries(
      CONFIG_VARIABLES.map(({ name, number, sets }) => [
        name,
        number === true
          ? "7"
          : sets.some((part) => /url|endpoint/i.test(part ?? ""))
            ? `http://${name.toLowerCase().replaceAll("_", "-")}:1`
            : name === "TOOLWRIGHT_SANDBOXES"
              ? "python=container"
              : `of-${name}`,
      ]),
    );
    const config = loadConfig({ folder, environment });
    expect(config).toMatchObject({
      home: join(folder, "of-TOOLWRIGHT_HOME"),
      seed: 7,
      workers: 7,
      sandbox: "of-TOOLWRIGHT_SANDBOX",
      sandboxes: { python: "container" },
      // Ours outranks OpenAI's.
      model: { model: "of-TOOLWRIGHT_MODEL", samplers: 3, baseUrl: "http://toolwright-base-url:1" },
      // The file names a driver of its own.
      store: { driver: "memory", url: "http://qdrant-url:1" },
      telemetry: { endpoint: "http://otel-exporter-otlp-endpoint:1" },
    });
  });

  it("count as not set when they are empty, and an address needs its model", () => {
    const environment = Object.fromEntries(CONFIG_VARIABLES.map(({ name }) => [name, ""]));
    expect(loadConfig({ folder, environment })).toEqual(loadConfig({ folder }));
    expect(
      loadConfig({ folder, environment: { TOOLWRIGHT_BASE_URL: "http://a:1" } }).model,
    ).toBeUndefined();
    expect(loadConfig({ folder, environment: { QDRANT_URL: "http://a:1" } }).store).toMatchObject({
      driver: "qdrant",
      url: "http://a:1",
    });
  });
});
