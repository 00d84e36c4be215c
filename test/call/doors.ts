/** A home, and every way in which a tool of it can be called. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { specTask } from "../../evaluators/index.ts";
import type { Json } from "../../src/core/json.ts";
import { Request } from "../../src/core/request.ts";
import { type Tool, ToolSpec } from "../../src/core/tool.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { loadConfig } from "../../src/engine/load-config.ts";
import { openEngine } from "../../src/engine/open-engine.ts";
import type { Outcome } from "../../src/request/requests.ts";
import { serveMcpOverHttp } from "../../src/server/mcp/http.ts";
import { mcpServers } from "../../src/server/mcp/mcp.ts";
import { offeredTools } from "../../src/server/mcp/tools.ts";
import { type Workplace, workplace } from "../support/cli.ts";
import { connect, type Elicited } from "../support/mcp.ts";
import { modelServer, type ServedRequest } from "../support/model-server.ts";
import { stageOf } from "../support/walk-script.ts";
import { type SampleTool, sampleTool } from "../toolstore/sample.ts";

export type Given = Readonly<Record<string, Json>> | readonly Json[];

export type Called =
  | { readonly status: "returned"; readonly output: Json }
  | { readonly status: "failed"; readonly text: string }
  | { readonly status: "waits"; readonly requestId: string };

export interface Door {
  readonly name: string;
  /** Runs before the call, to find out which tool serves. */
  readonly trials: number;
  readonly byName: boolean;
  readonly byPosition: boolean;
  call(home: Home, tool: string, given: Given): Promise<Called>;
  /** The same call, after a person has said something. */
  again(home: Home, requestId: string, tool: string, given: Given): Promise<Called>;
}

export interface CallEvent {
  readonly run: string;
  readonly type: string;
  readonly data: Readonly<Record<string, Json>>;
  readonly volatile?: unknown;
}

export interface Home {
  readonly place: Workplace;
  readonly engine: Engine;
  /** What the model is to call. */
  wanted: { tool: string; given: Given };
  /** Everything that the model was told since `wanted` was set. */
  told(): string;
  /** Runs of the tool, counted where they have their effect. */
  effects(tool: string): readonly Json[];
  /** The tool's calls, their results and approvals, in all runs. */
  events(tool: string): Promise<readonly CallEvent[]>;
  put(tool: SampleTool & { readonly gives?: Json }): Promise<Tool>;
  /** @param elicit What the client's user answers; absent: the client cannot ask. */
  client(era: "legacy" | "modern", elicit?: Elicited): Promise<Client>;
  /** Another process over the same home. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const DRIVER = fileURLToPath(new URL("./stamping-driver.ts", import.meta.url));
const never = new AbortController().signal;

export async function openHome(approvals: object, tools: readonly string[]): Promise<Home> {
  const place = workplace();
  const file = join(place.folder, "effects");
  const requests: ServedRequest[] = [];
  let from = 0;
  const model = await modelServer((request) => {
    requests.push(request);
    return said(home, request, requests.slice(from));
  });
  place.file(
    "toolwright.config.json",
    JSON.stringify({
      approvals,
      workers: 1,
      model: { model: "scripted", baseUrl: `${model.url}/v1` },
      sandboxes: { python: DRIVER },
      agents: [{ name: "clerk", description: "Does it.", system: "You do it.", tools }],
    }),
  );
  const open = (): Engine =>
    openEngine(loadConfig({ flags: { home: `${place.folder}/home` }, folder: place.folder }));
  const closing: (() => Promise<void>)[] = [];
  let engine = open();
  let wanted: Home["wanted"] = { tool: "", given: {} };

  const home: Home = {
    place,
    get engine() {
      return engine;
    },
    get wanted() {
      return wanted;
    },
    set wanted(next) {
      wanted = next;
      from = requests.length;
    },
    told: () => JSON.stringify(requests.slice(from).map(({ body }) => body.messages)),
    effects: (tool) =>
      !existsSync(file)
        ? []
        : readFileSync(file, "utf8")
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line) as Json[])
            .filter(([entry]) => entry === tool),
    async events(tool) {
      const found: CallEvent[] = [];
      for (const { id: run } of await engine.events.runs()) {
        const mine = new Set<Json | undefined>();
        for await (const { type, data, volatile } of engine.events.events(run)) {
          const facts = data as CallEvent["data"];
          if (type === "tool-call" && facts.name === tool) mine.add(facts.id);
          const approval = type.startsWith("approval-") && facts.tool === tool;
          if (approval || (type.startsWith("tool-") && mine.has(facts.id))) {
            found.push({ run, type, data: facts, volatile });
          }
        }
      }
      return found;
    },
    async put({ name, gives, ...rest }) {
      const tool = sampleTool({
        name,
        signature: `function ${name}(text: string, times?: number): string`,
        parameters: {
          type: "object",
          properties: { text: { type: "string" }, times: { type: "integer" } },
          required: ["text"],
        },
        result: { type: "string" },
        language: "python",
        source: JSON.stringify({ file, ...(gives === undefined ? {} : { gives }) }),
        cases: [],
        ...rest,
      });
      await engine.tools.put(tool);
      return tool;
    },
    async client(era, elicit) {
      const calls = engine.directCalls("MCP over HTTP");
      const offered = offeredTools(engine, calls);
      const http = await serveMcpOverHttp(engine.tools, mcpServers(offered, "1"), {
        port: 0,
        onError: () => undefined,
      });
      const transport = new StreamableHTTPClientTransport(new URL(http.url));
      const { client } = await connect(transport, era, elicit);
      closing.push(async () => {
        await client.close();
        await http.close();
        await calls.end();
      });
      return client;
    },
    async restart() {
      for (const each of closing.splice(0)) await each();
      await engine.close();
      engine = open();
    },
    async close() {
      for (const each of closing.splice(0)) await each();
      await engine.close();
      await model.close();
      place.remove();
    },
  };
  return home;
}

/** What the model says: it has the wanted call made, and tells what came of it. */
function said({ wanted }: Home, request: ServedRequest, asked: readonly ServedRequest[]) {
  const { tool, given } = wanted;
  const before = asked.filter((each) => stageOf(each) === stageOf(request)).length - 1;
  const delegates = Object.hasOwn(given, "delegate");
  const args = delegates ? (given as { delegate: Json }).delegate : given;
  switch (stageOf(request)) {
    case "blind_affordance":
      return JSON.stringify({
        potential_tools: [{ name: tool, signature: "(text: string) => string", description: tool }],
      });
    case "ground_queries":
      return JSON.stringify({ data: [], outcomes: [], preferences: [] });
    case "plan": {
      const step = delegates
        ? { id: "a", kind: "delegate", agent: "clerk", message: "Do it." }
        : { id: "a", kind: "call-tool", tool, arguments: args };
      const end = { id: "end", kind: "answer", value: { $from: "a" } };
      const stop = { id: "end", kind: "answer", text: "It did not work.", value: null };
      return JSON.stringify({ reason: "so", steps: before === 0 ? [step, end] : [stop] });
    }
    case "chat": {
      const { messages } = request.body as { messages: { role: string; content: string }[] };
      const last = messages.at(-1);
      return last?.role === "tool"
        ? last.content
        : { toolCalls: [{ id: "c1", name: tool, arguments: args as object }] };
    }
    case "answer":
      return JSON.stringify({ text: "done", value: null });
    default:
      return { status: 400, error: { message: `nothing for ${stageOf(request)}` } };
  }
}

function ofOutcome({ status, requestId, solution }: Outcome): Called {
  if (status === "WAITING_FEEDBACK") return { status: "waits", requestId };
  if (solution?.status !== "answered") {
    return { status: "failed", text: solution?.reason ?? status };
  }
  const { value, outputs } = solution.answer;
  return { status: "returned", output: value ?? outputs[0] ?? null };
}

const noTask = async () => ({ task: undefined, instances: [] });

function taskFor(given: Given) {
  const args = given as readonly Json[];
  const [text, times = 1] = args;
  const expected = String(text).repeat(Number(times));
  const spec = ToolSpec.parse({
    name: "repeated",
    description: "Says a text so many times.",
    signature: "function repeated(text: string, times: number): string",
    cases: [{ args: [...args], expected }],
  });
  return { task: specTask(spec), instances: [{ input: [...args], expected }] };
}

const rules: Door = {
  name: "a request by rules",
  trials: 1,
  byName: false,
  byPosition: true,
  async call({ engine }, tool, given) {
    const { description: objective } = await engine.tools.get(tool);
    return ofOutcome(
      await engine.request(
        Request.parse({ objective }),
        { ...taskFor(given), budget: { evaluations: 20 } },
        never,
      ),
    );
  },
  async again({ engine }, id, _tool, given) {
    return ofOutcome(
      await engine.requests.attempt(id, { prepare: async () => taskFor(given) }, never),
    );
  },
};

/** A request that has no task, carried on by `attempt`. */
function requested(
  name: string,
  submit: (home: Home, tool: string, given: Given) => Promise<Outcome>,
  read: (called: Called, home: Home) => Called = (called) => called,
): Door {
  return {
    name,
    trials: 0,
    byName: true,
    byPosition: false,
    call: async (home, tool, given) => read(ofOutcome(await submit(home, tool, given)), home),
    async again(home, id) {
      return read(
        ofOutcome(await home.engine.requests.attempt(id, { prepare: noTask }, never)),
        home,
      );
    },
  };
}

function ask({ engine }: Home, objective: string): Promise<Outcome> {
  return engine.request(
    Request.parse({ objective }),
    { task: undefined, instances: [], source: null },
    never,
  );
}

/** The plan after a call that failed says so; why stands in what it was told. */
function walked(called: Called, home: Home): Called {
  return called.status === "returned" && called.output === null
    ? { status: "failed", text: home.told() }
    : called;
}

const step = requested(
  "a step of a plan",
  (home, tool, given) => {
    home.wanted = { tool, given };
    return ask(home, `Have ${tool} called with ${JSON.stringify(given)}`);
  },
  walked,
);

const subAgent = requested(
  "a sub-agent",
  (home, tool, given) => {
    home.wanted = { tool, given: { delegate: given as Json } };
    return ask(home, `Delegate ${tool} with ${JSON.stringify(given)}`);
  },
  (called) =>
    called.status === "returned" && String(called.output).startsWith("It failed: ")
      ? { status: "failed", text: String(called.output) }
      : called,
);

const program = requested("a program", async ({ engine }, tool, given) => {
  const code = `return await tools.${tool}(${JSON.stringify(given)});`;
  const source = { program: { code, input: null } };
  const id = await engine.requests.submit(Request.parse({ objective: "run it" }), {
    source,
    seed: 1,
  });
  return engine.requests.attempt(id, { prepare: noTask }, never);
});

const command: Door = {
  name: "tools run",
  trials: 0,
  byName: true,
  byPosition: true,
  async call({ place }, tool, given) {
    const args = ["tools", "run", tool, "--args", JSON.stringify(given), "--json"];
    const { stdout } = await place.run(args);
    const value = JSON.parse(stdout) as { status?: string; output: Json };
    return value.status === "returned"
      ? { status: "returned", output: value.output }
      : { status: "failed", text: stdout };
  },
  again: () => Promise.reject(new Error("a person's own command waits for nobody")),
};

export async function callOverMcp(client: Client, tool: string, given: Given): Promise<Called> {
  const result = await client.callTool({ name: tool, arguments: given as Record<string, Json> });
  const structured = (result.structuredContent ?? {}) as Record<string, Json>;
  if (structured.status === "waiting") {
    return { status: "waits", requestId: String(structured.requestId) };
  }
  return result.isError === true
    ? { status: "failed", text: JSON.stringify(result.content) }
    : { status: "returned", output: structured.result ?? null };
}

const mcp: Door = {
  name: "an MCP client",
  trials: 0,
  byName: true,
  byPosition: false,
  call: async (home, tool, given) => callOverMcp(await home.client("legacy"), tool, given),
  again: async (home, _id, tool, given) => callOverMcp(await home.client("modern"), tool, given),
};

export const doors = { rules, step, program, subAgent, command, mcp };
