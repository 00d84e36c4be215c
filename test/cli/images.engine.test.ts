/** Pictures with a request: from a file to the model, into the trace, and out into training data. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IMAGE_BYTES } from "../../src/core/image.ts";
import { type Workplace, workplace } from "../support/cli.ts";
import { gif, png } from "../support/images.ts";
import { type ModelServer, modelServer, type Served } from "../support/model-server.ts";
import { stageOf, walkScript } from "../support/walk-script.ts";

const RED = png(40, 20, [200, 0, 0]);
const DATA_URI = `data:image/png;base64,${RED.toString("base64")}`;

let place: Workplace;
let server: ModelServer | undefined;
beforeEach(() => {
  place = workplace();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  place.remove();
});

const seeing = walkScript({
  blind_affordance: { potential_tools: [] },
  plan: { reason: "seen", steps: [{ id: "end", kind: "answer", value: null }] },
  answer: { text: "It is red.", value: "red" },
});

async function home(script: Parameters<typeof modelServer>[0], more: object = {}): Promise<void> {
  server = await modelServer(script);
  const folder = join(place.folder, "home");
  mkdirSync(folder, { recursive: true });
  const model = {
    model: "scripted-vl",
    baseUrl: `${server.url}/v1`,
    terms: "open-weights:apache-2.0",
    ...more,
  };
  writeFileSync(join(folder, "toolwright.config.json"), JSON.stringify({ model }));
}

function picture(name: string, bytes: Buffer): string {
  const path = join(place.folder, name);
  writeFileSync(path, bytes);
  return path;
}

function ask(...images: readonly string[]) {
  return place.run(["request", "Which colour?", ...images.flatMap((each) => ["--image", each])]);
}

describe("request --image", { timeout: 120_000 }, () => {
  it("shows the picture to the model as a data URI, wherever it reads the objective", async () => {
    await home(seeing);
    const { status, stdout } = await ask(picture("red.png", RED));
    expect(status, stdout).toBe(0);
    expect(stdout).toContain("It is red.");
    for (const request of server?.requests ?? []) {
      const user = request.body.messages.at(-1);
      expect(user.content[0]).toMatchObject({ type: "text" });
      expect(user.content[1]).toEqual({ type: "image_url", image_url: { url: DATA_URI } });
    }
    expect(server?.requests.map(stageOf)).toContain("plan");
  });

  it("sends input_image parts to the responses interface", async () => {
    await home(seeing, { api: "responses" });
    expect((await ask(picture("red.png", RED))).status).toBe(0);
    const parts = server?.requests[0]?.body.input.at(-1).content;
    expect(parts.at(-1)).toEqual({ type: "input_image", image_url: DATA_URI, detail: "auto" });
  });

  it("keeps the bytes once, beside the events and never in them", async () => {
    await home(seeing);
    expect((await ask(picture("red.png", RED))).status).toBe(0);
    const database = new DatabaseSync(join(place.folder, "home", "trace.db"), { readOnly: true });
    const start = RED.toString("base64").slice(0, 40);
    const inline = database.prepare("SELECT count(*) AS n FROM events WHERE instr(data, ?) > 0");
    expect(inline.get(start)).toEqual({ n: 0 });
    const kept = database.prepare("SELECT count(*) AS n FROM bodies WHERE text = ?");
    expect(kept.get(Buffer.from(RED.toString("base64")))).toEqual({ n: 1 });
    database.close();
    expect((await place.run(["traces", "ls"])).stdout).toContain("Which colour?");
  });

  it("shows the picture on the run's page, once", async () => {
    await home(seeing);
    await ask(picture("red.png", RED));
    const { value } = await place.json(["traces", "ls"]);
    const page = join(place.folder, "run.html");
    await place.run(["traces", "show", (value as { id: string }[])[0]?.id ?? "", "--html", page]);
    const html = readFileSync(page, "utf8");
    expect(html.split(`src="${DATA_URI}"`)).toHaveLength(2);
    expect(html).toContain("image/png, 40 x 20 pixels");
  });

  it("fails with the provider's word when the model takes no pictures", async () => {
    const blind = (): Served => ({
      status: 400,
      error: { message: "this model does not support image input" },
    });
    await home(blind);
    const { status, stdout, stderr } = await ask(picture("red.png", RED));
    expect(status).toBe(1);
    expect(stdout + stderr).toContain("did not take the images");
  });

  it("goes into training rows as files and as data URIs, and the manifest says who did not look", async () => {
    await home(seeing);
    await ask(picture("red.png", RED));
    const out = join(place.folder, "out");
    const exported = async (format: string) => {
      const { status, stderr } = await place.run([
        ...["traces", "export", "--format", format, "--out", out, "--validation", "0"],
      ]);
      expect(status, stderr).toBe(0);
      const text = readFileSync(join(out, format, "train.jsonl"), "utf8").trim();
      return text.split("\n").map((line) => JSON.parse(line));
    };
    const [row] = await exported("trl-sft");
    expect(row.images).toHaveLength(1);
    expect(readFileSync(join(out, "trl-sft", row.images[0]))).toEqual(RED);
    const places = row.messages.flatMap(({ content }: { content: { type: string }[] }) =>
      content.filter(({ type }) => type === "image"),
    );
    expect(places).toEqual([{ type: "image" }]);
    const manifest = JSON.parse(readFileSync(join(out, "trl-sft", "manifest.json"), "utf8"));
    expect(manifest.images).toMatchObject({ count: 1, bytes: RED.length, notScanned: 1 });
    const [sharegpt] = await exported("llama-factory");
    const words = sharegpt.conversations.map(({ value }: { value: string }) => value).join("");
    expect(words.split("<image>")).toHaveLength(1 + sharegpt.images.length);
    expect(existsSync(join(out, "llama-factory", sharegpt.images[0]))).toBe(true);
    const [axolotl] = await exported("axolotl");
    expect(JSON.stringify(axolotl)).toContain(`"path":"${row.images[0]}"`);
  });
});

describe("an image that is none", { timeout: 60_000 }, () => {
  it("is refused by its bytes, its size or its absence, before anything is submitted", async () => {
    await home(seeing);
    const refused = async (path: string, words: string) => {
      const { status, stderr } = await ask(path);
      expect(status).toBe(2);
      expect(stderr).toContain(words);
    };
    await refused(picture("a.png", Buffer.from("no picture")), "expected a complete PNG");
    await refused(picture("b.png", RED.subarray(0, 18)), "expected a complete PNG");
    await refused(picture("c.png", Buffer.concat([RED, Buffer.alloc(IMAGE_BYTES)])), "at most");
    await refused(join(place.folder, "none.png"), "no such file");
    await refused("http://example.com/a.png", "BAD_IMAGE");
    expect(server?.requests).toEqual([]);
    expect((await place.json(["traces", "ls"])).value).toEqual([]);
  });

  it("is refused beside cases, and without a model that could look", async () => {
    const path = picture("red.gif", gif(3, 2));
    const { status, stderr } = await ask(path);
    expect(status).toBe(2);
    expect(stderr).toContain("IMAGES_NEED_MODEL");
    const examples = place.file("examples.json", '[{"args":[1],"expected":2}]');
    await home(seeing);
    const beside = await place.run(["request", "x", "--image", path, "--examples", examples]);
    expect(beside.status).toBe(2);
    expect(beside.stderr).toContain("IMAGES_NEED_MODEL");
  });
});
