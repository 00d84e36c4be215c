/** The command line with a model: the real client against a scripted endpoint on loopback. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../support/cli.ts";
import { type ModelServer, modelServer } from "../support/model-server.ts";
import { VOWELS } from "./specs.ts";

const KEY = "sk-planted-0123456789abcdefghijklmnopqrstuv";
const RIGHT = `Vowels are five letters.
\`\`\`ts
export function vowels_v2(text: string): number {
  return [...text].filter((letter) => "aeiou".includes(letter)).length;
}
\`\`\``;

/** As the embeddings endpoint answers: one vector a text, all the same. */
const embeddings = (input: readonly string[]): string =>
  JSON.stringify({
    object: "list",
    model: "same",
    data: input.map((_, index) => ({
      object: "embedding",
      index,
      embedding: [1, 0, 0, 0, 0, 0, 0, 0],
    })),
    usage: { prompt_tokens: 1, total_tokens: 1 },
  });

let place: Workplace;
let server: ModelServer;
let environment: Record<string, string>;
beforeAll(async () => {
  place = workplace();
  // The first replies are of no use; then comes the function.
  server = await modelServer((_request, index) =>
    index < 3
      ? (["I would rather not.", "```js\nfunction vowels( {\n```", "return 1;"][index] ?? "")
      : RIGHT,
  );
  environment = {
    TOOLWRIGHT_MODEL: "scripted-7b",
    TOOLWRIGHT_BASE_URL: `${server.url}/v1`,
    OPENAI_API_KEY: KEY,
  };
});
afterAll(async () => {
  await server?.close();
  place?.remove();
});

describe("evolve --generator llm", () => {
  it("finds what the model writes, counts what is of no use, and pays once for a resumed run", async () => {
    const spec = place.file("vowels.json", JSON.stringify(VOWELS));
    const args = ["evolve", "--spec", spec, "--generator", "llm", "--budget-evaluations", "12"];
    const first = await place.json(args, { environment });
    expect(first.status).toBe(0);
    expect(first.value).toMatchObject({
      best: { score: 1, heldOut: 1, source: expect.stringContaining("aeiou") },
      stopped: "target",
      failures: { byStatus: { "no-candidate": expect.any(Number) } },
    });
    const paid = server.requests.length;
    expect(paid).toBeGreaterThan(3);

    const { runId, best } = first.value as { runId: string; best: unknown };
    const again = await place.json([...args, "--resume", runId], { environment });
    expect((again.value as { best: unknown }).best).toEqual(best);
    expect(server.requests.length).toBe(paid);

    // The key went to the endpoint and nowhere else.
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    const shown = await place.run(["traces", "show", runId, "--json"]);
    expect(shown.stdout).toContain("vowels_v2");
    expect(shown.stdout).not.toContain(KEY);
  });

  it("does not run a program whose vector is close to an earlier one's, where novelty is asked for; a resumed run asks for the same", async () => {
    const twins = await modelServer((request, index) =>
      request.path.endsWith("/embeddings")
        ? // Every program is the same to this embedder.
          { raw: embeddings(request.body.input) }
        : `\`\`\`js\nfunction vowels(text) { return text.length + ${index}; }\n\`\`\``,
    );
    try {
      const spec = place.file("vowels.json", JSON.stringify(VOWELS));
      const baseUrl = `${twins.url}/v1`;
      place.file(
        "toolwright.config.json",
        JSON.stringify({
          embedder: { driver: "openai", model: "same", baseUrl, dims: 8 },
          novelty: 0.95,
        }),
      );
      const { value } = await place.json(
        ["evolve", "--spec", spec, "--generator", "llm", "--budget-evaluations", "6"],
        { environment: { ...environment, TOOLWRIGHT_BASE_URL: baseUrl } },
      );
      const { runId } = value as { runId: string };
      const { value: shown } = await place.json([
        ...["traces", "grep", "not new: cosine 1.000", "--run", runId],
      ]);
      expect((shown as unknown[]).length).toBeGreaterThan(0);

      rmSync(join(place.folder, "toolwright.config.json"));
      const { status, stderr } = await place.run(
        ["evolve", "--spec", spec, "--generator", "llm", "--resume", runId],
        { environment: { ...environment, TOOLWRIGHT_BASE_URL: baseUrl } },
      );
      expect(stderr).toMatch(/RESUME_MISMATCH.*novelty 0\.95, got null/);
      expect(status).toBe(2);
    } finally {
      rmSync(join(place.folder, "toolwright.config.json"), { force: true });
      await twins.close();
    }
  }, 60_000);

  it("says how to configure a model when there is none", async () => {
    const spec = place.file("vowels.json", JSON.stringify(VOWELS));
    const { status, stderr } = await place.run(["evolve", "--spec", spec, "--generator", "llm"]);
    expect(stderr).toMatch(/MODEL_MISSING.*TOOLWRIGHT_MODEL/);
    expect(status).toBe(2);
  });

  it("ends with status 1 and the provider's fault when the key is refused", async () => {
    const refusing = await modelServer(() => ({ status: 401, error: { message: "bad key" } }));
    try {
      const spec = place.file("vowels.json", JSON.stringify(VOWELS));
      const { status, stderr } = await place.run(
        ["evolve", "--spec", spec, "--generator", "llm", "--budget-evaluations", "12"],
        { environment: { ...environment, TOOLWRIGHT_BASE_URL: `${refusing.url}/v1` } },
      );
      expect(stderr).toMatch(/MODEL_AUTH/);
      expect(stderr).not.toContain(KEY);
      expect(status).toBe(1);
    } finally {
      await refusing.close();
    }
  });
});
