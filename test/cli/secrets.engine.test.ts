/** Secrets that are planted in the environment, the configuration, a task and a model's words. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { exportTraces } from "../../src/export/export.ts";
import { FORMATS } from "../../src/export/formats.ts";
import { runPage } from "../../src/page/page.ts";
import { sqliteEventStore } from "../../src/trace/index.ts";
import { workplace } from "../support/cli.ts";
import { modelServer } from "../support/model-server.ts";

/** By nothing but the configuration is the first one known for a secret. */
const PLANTED = {
  ENDPOINT_WORD: "plain-words-of-nobody-0815",
  aws: "AKIAIOSFODNN7EXAMPLE",
  github: `ghp_${"a1B2".repeat(9)}`,
  anthropic: "sk-ant-api03-abcdefghijklmnopqrstuv",
  url: "hunter2hunter2",
};
const said = [PLANTED.ENDPOINT_WORD, PLANTED.aws, PLANTED.github, PLANTED.anthropic];
const TERMS = "open-weights:apache-2.0";

test("no planted secret is in any file of the home, a page or an export", {
  timeout: 120_000,
}, async () => {
  const place = workplace();
  // Each reply is another program, and tells the secrets in another place.
  const server = await modelServer((_request, index) => {
    const secret = said[index % said.length];
    return `Use ${secret}.\n\`\`\`js\nfunction grow(x) { const hint = "${secret}"; return x * ${index + 1}.5 + hint.length; }\n\`\`\``;
  });
  try {
    const home = join(place.folder, "home");
    mkdirSync(home);
    const model = {
      model: "scripted-7b",
      baseUrl: `${server.url}/v1`,
      apiKeyEnv: "ENDPOINT_WORD",
      terms: TERMS,
    };
    writeFileSync(join(home, "toolwright.config.json"), JSON.stringify({ model }));
    const spec = place.file(
      "grow.json",
      JSON.stringify({
        name: "grow",
        description: `See https://ann:${PLANTED.url}@db.internal/x and ${PLANTED.aws}.`,
        signature: "function grow(x: number): number",
        cases: [1, 2, 3, 4].map((x) => ({ args: [x], expected: 1000 * x })),
      }),
    );
    const args = ["evolve", "--spec", spec, "--generator", "llm", "--budget-evaluations", "16"];
    const environment = { ENDPOINT_WORD: PLANTED.ENDPOINT_WORD };
    const { stderr } = await place.run(args, { environment });
    // The endpoint got its key, so there was something to leak.
    expect(server.requests[0]?.headers.authorization, stderr).toContain(PLANTED.ENDPOINT_WORD);

    const store = sqliteEventStore(join(home, "trace.db"), { clock: systemClock });
    const texts: string[] = [];
    const out = join(place.folder, "export");
    const written: string[] = [];
    for (const { id } of await store.runs()) {
      texts.push(await runPage(store, id));
      for await (const event of store.events(id)) texts.push(JSON.stringify(event));
    }
    for (const format of FORMATS) {
      // Some take at least ten rows, or both labels: what is too small is not written.
      await exportTraces(store, { format, out, nearDuplicates: 1 }).then(
        () => written.push(format),
        () => undefined,
      );
    }
    await store.close();
    expect(texts.join("\n")).toContain("⟦SECRET:ENDPOINT_WORD:1⟧");
    expect(texts.join("\n")).toContain("⟦SECRET:aws-access-key:1⟧");
    expect(written).toEqual(expect.arrayContaining(["jsonl", "trl-sft", "trl-dpo", "trl-grpo"]));

    for (const folder of [home, out]) {
      for (const name of readdirSync(folder, { recursive: true }) as string[]) {
        const file = join(folder, name);
        if (statSync(file).isFile()) texts.push(readFileSync(file, "latin1"));
      }
    }
    for (const secret of Object.values(PLANTED)) {
      const at = texts.find((text) => text.includes(secret));
      expect(at?.slice(Math.max(0, at.indexOf(secret) - 80), at.indexOf(secret))).toBeUndefined();
    }
  } finally {
    await server.close();
    place.remove();
  }
});
