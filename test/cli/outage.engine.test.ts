/** A model's server that goes away and comes back: the command line against real HTTP on loopback. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Workplace, workplace } from "../support/cli.ts";
import {
  type ModelServer,
  modelServer,
  type Served,
  type ServedRequest,
} from "../support/model-server.ts";
import { stageOf, textOf, walkScript } from "../support/walk-script.ts";

let place: Workplace;
let servers: ModelServer[];
beforeEach(() => {
  place = workplace();
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.close();
  place.remove();
});

const ANSWERS = walkScript({
  ground_queries: { data: [], outcomes: [], preferences: [] },
  blind_affordance: { potential_tools: [] },
  plan: { reason: "so", steps: [{ id: "end", kind: "answer", text: "Four.", value: 4 }] },
  answer: { text: "Four.", value: 4 },
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function configure(url: string, model: object = {}): void {
  place.file(
    "toolwright.config.json",
    JSON.stringify({
      model: { model: "scripted-7b", baseUrl: `${url}/v1`, maxRetries: 0, ...model },
    }),
  );
}

/** The faults first, in order; then the answers. */
async function faulty(faults: readonly Served[], port?: number): Promise<ModelServer> {
  const server = await modelServer((request, index) => faults[index] ?? ANSWERS(request), port);
  servers.push(server);
  configure(server.url);
  return server;
}

const SLOW = { timeout: 120_000 };

describe("a request whose model is away", SLOW, () => {
  it("waits with its reason and address, is listed so, and is resumed by hand", async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    configure(url);
    const id = await submitted();
    const tried = await place.json(["worker", "--until-idle"]);
    expect(tried.status).toBe(0);

    const shown = await place.json(["request", "show", id]);
    expect(shown.value).toMatchObject({
      status: "WAITING_FEEDBACK",
      cause: "waits for the model: MODEL_UNREACHABLE",
      waits: [
        {
          kind: "model",
          name: "the model",
          how: [`toolwright request resume ${id}`],
          question: { tries: expect.any(Number), text: expect.stringContaining(`${url}/v1`) },
        },
      ],
      dueAt: expect.any(String),
    });
    const words = await place.run(["request", "show", id]);
    expect(words.stdout).toMatch(/Waits for:\s+the model: .*MODEL_UNREACHABLE/);
    const listed = await place.run(["request", "ls"]);
    expect(listed.stdout).toMatch(new RegExp(`${id}.*WAITING_FEEDBACK.*the model`));
    const answered = await place.run(["request", "answer", id, "yes"]);
    expect(answered.stderr).toContain("NO_QUESTION");

    await faulty([], port);
    const resumed = await place.json(["request", "resume", id]);
    expect(resumed).toMatchObject({ status: 0, value: { status: "SUCCEEDED", answer: "Four." } });
    const { value } = await place.json(["request", "show", id]);
    expect(value).toMatchObject({ waits: [], status: "SUCCEEDED" });
  });

  it("goes on in a worker, which says each try", async () => {
    const port = await freePort();
    configure(`http://127.0.0.1:${port}`);
    const id = await submitted();
    const first = await place.run(["worker", "--until-idle"]);
    expect(first.stderr).toMatch(/MODEL_UNREACHABLE.* Tried once since .*the next try is at 20/);
    await faulty([], port);
    const { dueAt } = (await place.json(["request", "show", id])).value as { dueAt: string };
    await new Promise((wake) => setTimeout(wake, Date.parse(dueAt) - Date.now()));
    const second = await place.run(["worker", "--until-idle"]);
    expect(second.stderr).toContain(`${id}: SUCCEEDED`);
  });

  it.each([
    ["is loading twice", [loading(), loading()], 2],
    ["asks for a second of patience", [busy("1")], 1],
    ["asks for patience without a time", [busy()], 1],
    ["breaks the connection before the reply", [{ hang: "reset" } as const], 1],
    ["breaks the connection in the middle", [{ content: "x".repeat(90), cutAfter: 3 }], 1],
  ])("waits in the foreground while the server %s", async (_, faults, tries) => {
    const server = await faulty(faults);
    const { status, stdout, stderr } = await place.run(["request", "Two and two?", "--json"]);
    expect(stderr.match(/the next try is at/g)).toHaveLength(tries);
    expect(stderr).toMatch(/Ctrl-C leaves the request waiting.*toolwright request resume req-/);
    expect(JSON.parse(stdout)).toMatchObject({ status: "SUCCEEDED", answer: "Four." });
    expect(status).toBe(0);
    // Nothing that was answered is asked again.
    const stages = server.requests.slice(faults.length).map(stageOf);
    expect(new Set(stages).size).toBe(stages.length);
  });

  it("is left waiting by Ctrl-C, which prints how to go on", async () => {
    const port = await freePort();
    configure(`http://127.0.0.1:${port}`);
    const id = await submitted();
    const left = await place.run(["request", "resume", id], {
      interruptWhenTold: (stderr) => stderr.includes("the next try"),
    });
    expect(left.status).toBe(130);
    expect(left.stderr).toContain(`toolwright request resume ${id}`);
    expect((await place.json(["request", "show", id])).value).toMatchObject({
      status: "WAITING_FEEDBACK",
      live: false,
    });
    await faulty([], port);
    expect((await place.json(["request", "resume", id])).value).toMatchObject({
      status: "SUCCEEDED",
    });
  });

  it.each([
    [401, "MODEL_AUTH"],
    [404, "MODEL_NOT_FOUND"],
    [400, "MODEL_BAD_REQUEST"],
  ])("fails at once for HTTP %i, which does not pass", async (code, name) => {
    await faulty([{ status: code, error: { message: "no" } }]);
    const { status, stderr } = await place.run(["request", "Two and two?"]);
    expect(status).toBe(1);
    expect(stderr).toContain(name);
    expect(stderr).not.toContain("the next try");
  });

  it("fails clearly when the time for waiting is over", async () => {
    const port = await freePort();
    configure(`http://127.0.0.1:${port}`, { waitSeconds: 1 });
    const { status, stderr, stdout } = await place.run(["request", "Two and two?", "--json"]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "MODEL_UNREACHABLE" } });
    expect(stderr).toMatch(/tried the model 2 times since .* at most 1 s.*model\.waitSeconds/);
    const listed = await place.json(["request", "ls"]);
    expect(listed.value).toMatchObject([{ status: "FAILED" }]);
  });
});

describe("a tool that is being made when the model goes away", SLOW, () => {
  const cases = ["abc", "", "level", "ab", "xyz", "hello", "a", "no on"].map((text) => ({
    args: [text],
    expected: [...text].reverse().join(""),
  }));
  const program = (body: string): string =>
    `\`\`\`js\nfunction reverse_text(text) { return ${body}; }\n\`\`\``;
  const making = (chat: (count: number) => Served) => {
    const rest = walkScript({
      ground_queries: { data: [], outcomes: [], preferences: [] },
      blind_affordance: {
        potential_tools: [
          {
            name: "reverse_text",
            signature: "reverse_text(text: string): string",
            description: "Turns a text round.",
          },
        ],
      },
      plan: (request) => ({
        reason: "so",
        steps: [
          ...(textOf(request).includes("- reverse_text {")
            ? []
            : [
                {
                  id: "make",
                  kind: "create-tool",
                  name: "reverse_text",
                  description: "Turns a text round.",
                  signature: "reverse_text(text: string): string",
                },
              ]),
          { id: "a", kind: "call-tool", tool: "reverse_text", arguments: { text: "stressed" } },
          { id: "end", kind: "answer", text: "desserts", value: { $from: "a" } },
        ],
      }),
      scope: {
        decision: "new",
        name: "reverse_text",
        description: "Turns a text round.",
        signature: "reverse_text(text: string): string",
        arguments: [{ name: "text", why: "differs" }],
        constants: [],
        generality: "general",
        reasons: ["Any text can be turned round."],
        calls: [],
      },
      write_cases: { cases, properties: [] },
      answer_cases: {
        answers: cases.map(({ expected }, index) => ({ case: index, expected })),
      },
      answer: { text: "desserts", value: "desserts" },
    });
    let count = 0;
    return (request: ServedRequest) =>
      stageOf(request) === "chat" ? chat(count++) : rest(request);
  };

  it("is made all the same: the run goes on from its replies, and no question is put twice", async () => {
    const GONE = 6;
    const script = making((count) => {
      if (count >= GONE && count < GONE + 3) return loading();
      const body = count < GONE ? `text + "${count}"` : "[...text].reverse().join('')";
      return { content: program(body), usage: { input: 100, output: 20 } };
    });
    const answered: string[] = [];
    const server = await modelServer((request) => {
      const served = script(request);
      if (typeof served !== "object" || !("status" in served)) {
        answered.push(JSON.stringify(request.body));
      }
      return served;
    });
    servers.push(server);
    configure(server.url, { samplers: 2 });
    const { status, stdout, stderr } = await place.run([
      "request",
      "Turn the word stressed round",
      "--budget-evaluations",
      "40",
      "--generator",
      "llm",
      "--json",
    ]);
    expect(stderr).toMatch(/MODEL_UNAVAILABLE.*the next try is at/);
    expect(JSON.parse(stdout)).toMatchObject({ status: "SUCCEEDED", value: "desserts" });
    expect(status).toBe(0);
    expect(new Set(answered).size).toBe(answered.length);
    const made = await place.json(["tools", "show", "reverse_text"]);
    expect(made.value).toMatchObject({ version: 1 });
  });
});

async function submitted(): Promise<string> {
  const { value } = await place.json(["request", "Two and two?", "--detach"]);
  return (value as { requestId: string }).requestId;
}

function loading(): Served {
  return { status: 503, error: { message: "Loading model" } };
}

function busy(seconds?: string): Served {
  const headers = seconds === undefined ? {} : { headers: { "retry-after": seconds } };
  return { status: 429, error: { message: "too many requests" }, ...headers };
}
