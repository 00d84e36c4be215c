/**
 * What the engine adds to a model: small functions are made from words by a request, and the same model
 * writes them alone for the same number of tokens. Neither sees the inputs that decide.
 *
 * Alone, the model answers one plain prompt again and again. Among its programs the behaviour on the
 * hidden inputs that most of them share is taken; the expected results play no part in the choice.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spentSince } from "../call/spend.ts";
import { Config, ModelConfig } from "../core/config.ts";
import { ConfigError, EngineError } from "../core/errors.ts";
import { Limits, type Program } from "../core/execution.ts";
import { canonicalJson } from "../core/json.ts";
import type { LanguageModel, ModelRequest } from "../core/ports.ts";
import { Request } from "../core/request.ts";
import { estimatedTokens } from "../core/text/estimated-tokens.ts";
import { readSignature } from "../core/text/signature.ts";
import { programOf } from "../core/tool.ts";
import type { Engine } from "../engine/engine.ts";
import { loadConfig } from "../engine/load-config.ts";
import { openEngine } from "../engine/open-engine.ts";
import { extractFunction } from "../evolve/generators/llm/extract.ts";
import { driverOf } from "../models/configured.ts";
import { askedPrompts, type PromptUse, promptRows } from "./model-prompts.ts";
import { FUNCTION_TASKS, type FunctionTask } from "./model-tasks.ts";

export interface ModelBenchOptions {
  readonly model: ModelConfig;
  /** How many of the tasks, from the first. Default: all. */
  readonly tasks?: number;
  /** Limit of each request. Default: 600. */
  readonly seconds?: number;
}

type Section = readonly [name: string, rows: readonly object[]];

type Verdict = "solved" | "wrong" | "none";

interface Side {
  readonly verdict: Verdict;
  readonly tokens: number;
  readonly calls: number;
  readonly seconds: number;
  /** Why there is no function. */
  readonly reason?: string;
}

interface Compared {
  readonly engine: Side;
  readonly alone: Side;
  readonly prompts: readonly PromptUse[];
}

const DEFAULT_SECONDS = 600;
/** Of a single evolution, so that several attempts fit into a request. */
const TOOL_SECONDS = 120;
/** Bounds a model that does not report its tokens, or answers with nothing. */
const MOST_SAMPLES = 200;
const LIMITS = Limits.parse({ timeoutMs: 2_000 });

/**
 * The configured model, or another one at a server.
 *
 * @throws ConfigError MODEL_MISSING
 */
export function modelToBench(named: {
  readonly baseUrl?: string;
  readonly model?: string;
}): ModelConfig {
  const { model: configured } = loadConfig({ environment: process.env });
  // The price, the key's name and the limits of the configured model say nothing of another server.
  const base = named.baseUrl === undefined ? configured : undefined;
  const { model = base?.model ?? configured?.model } = named;
  if (model !== undefined) return ModelConfig.parse({ ...base, ...named, model });
  throw new ConfigError(
    "MODEL_MISSING",
    "Expected a model to measure, got none. Give --model NAME and --base-url URL, or set TOOLWRIGHT_MODEL.",
  );
}

/** Yields each side of each task as it ends, because a slow model takes hours; then the sums and the prompts. */
export async function* benchModel(
  { model, tasks = FUNCTION_TASKS.length, seconds = DEFAULT_SECONDS }: ModelBenchOptions,
  signal: AbortSignal,
): AsyncGenerator<Section> {
  const compared: Compared[] = [];
  for (const task of FUNCTION_TASKS.slice(0, tasks)) {
    compared.push(yield* compare(task, model, seconds, signal));
  }
  yield ["sums", [sums("engine", compared), sums("alone", compared)]];
  yield ["prompts", promptRows(compared.map(({ prompts }) => prompts))];
}

function sums(side: "engine" | "alone", compared: readonly Compared[]): object {
  const own = compared.map((each) => each[side]);
  const sum = (of: (each: Side) => number): number => own.reduce((all, each) => all + of(each), 0);
  return {
    side,
    tasks: own.length,
    solved: sum(({ verdict }) => (verdict === "solved" ? 1 : 0)),
    "wrong but accepted": sum(({ verdict }) => (verdict === "wrong" ? 1 : 0)),
    tokens: sum(({ tokens }) => tokens),
    calls: sum(({ calls }) => calls),
    seconds: Math.round(sum((each) => each.seconds)),
  };
}

function rowOf({ seconds, ...rest }: Side): object {
  return { ...rest, seconds: Math.round(seconds) };
}

/** Each task has a home of its own: a tool of another task would be offered otherwise. */
async function* compare(
  task: FunctionTask,
  model: ModelConfig,
  seconds: number,
  signal: AbortSignal,
): AsyncGenerator<Section, Compared> {
  const home = mkdtempSync(join(tmpdir(), "toolwright-bench-"));
  const engine = openEngine(Config.parse({ home, seed: 1, model }));
  try {
    const made = await byEngine(engine, task, seconds, signal);
    yield [`${task.name}, engine`, [rowOf(made)]];
    const { driver } = driverOf({ ...model, apiKey: () => process.env[model.apiKeyEnv] ?? "" });
    const alone = await byModelAlone(driver, engine, task, made.tokens, signal);
    yield [`${task.name}, alone`, [rowOf(alone)]];
    return { engine: made, alone, prompts: await askedPrompts(engine.events) };
  } finally {
    await engine.close();
    rmSync(home, { recursive: true, force: true });
  }
}

async function byEngine(
  engine: Engine,
  task: FunctionTask,
  seconds: number,
  signal: AbortSignal,
): Promise<Side> {
  const { name, signature, description, call } = task;
  const objective = `Make the tool ${signature} and call it with ${call.map((value) => JSON.stringify(value)).join(", ")}. ${description}`;
  const start = performance.now();
  let reason = "the answer came without a tool";
  try {
    const request = Request.parse({ objective, budget: { seconds } });
    const work = { task: undefined, instances: [], budget: { seconds: TOOL_SECONDS } };
    const { status, solution } = await engine.request(request, work, signal);
    if (solution?.status === "gave-up") reason = solution.reason;
    else if (solution === undefined) reason = status;
  } catch (error) {
    if (signal.aborted || !(error instanceof EngineError)) throw error;
    reason = `${error.code}: ${error.message}`;
  }
  const took = (performance.now() - start) / 1_000;
  const run = (await engine.events.runs()).find(({ kind }) => kind === "request");
  const { tokens, calls } = await spentSince(engine.events, run?.id ?? "", "");
  const spent = { tokens, calls, seconds: took };
  const stored = await engine.tools.list();
  const tool = stored.find((each) => each.name === name) ?? stored[0];
  if (tool === undefined) return { verdict: "none", ...spent, reason };
  const behaviour = await behaviourOf(engine, programOf(tool), task, signal);
  return { verdict: isRight(behaviour, task) ? "solved" : "wrong", ...spent };
}

async function byModelAlone(
  model: LanguageModel,
  engine: Engine,
  task: FunctionTask,
  tokens: number,
  signal: AbortSignal,
): Promise<Side> {
  const { name, signature, description } = task;
  const content = `${description}\nSignature in TypeScript: ${signature}\nWrite the function ${name} in JavaScript, in one \`\`\`js block and nothing else.`;
  const read = readSignature(signature);
  const names = read.status === "read" ? read.signature.parameters.map((each) => each.name) : [];
  const voices = new Map<string, { readonly behaviour: Behaviour; count: number }>();
  const start = performance.now();
  let spent = 0;
  let calls = 0;
  while (calls === 0 || (spent < tokens && calls < MOST_SAMPLES)) {
    const request: ModelRequest = {
      messages: [{ role: "user", content }],
      temperature: calls === 0 ? 0 : 0.8,
      maxTokens: 1_000,
      seed: calls++,
    };
    const reply = await model.complete(request, signal);
    const { inputTokens, outputTokens } = reply.usage ?? {
      inputTokens: estimatedTokens(content),
      outputTokens: estimatedTokens(reply.content),
    };
    spent += inputTokens + outputTokens;
    const extracted = extractFunction(reply.content, name, names);
    if (extracted.status !== "found") continue;
    const program = { source: extracted.source, language: "javascript", entry: name } as const;
    const behaviour = await behaviourOf(engine, program, task, signal);
    const key = behaviour.join("\n");
    const voice = voices.get(key) ?? { behaviour, count: 0 };
    voice.count++;
    voices.set(key, voice);
  }
  const side = { tokens: spent, calls, seconds: (performance.now() - start) / 1_000 };
  // Of equal counts the earlier one: the first sample is the likeliest.
  const [most] = [...voices.values()].sort((left, right) => right.count - left.count);
  if (most === undefined) return { verdict: "none", ...side, reason: "no reply held a function" };
  return { verdict: isRight(most.behaviour, task) ? "solved" : "wrong", ...side };
}

/** What a program gives for each hidden input, as text. */
type Behaviour = readonly string[];

async function behaviourOf(
  engine: Engine,
  program: Program,
  { hidden }: FunctionTask,
  signal: AbortSignal,
): Promise<Behaviour> {
  const inputs = hidden.map(({ args }) => args);
  const sandbox = await engine.sandbox();
  const executions = await sandbox.run({ program, inputs, limits: LIMITS, seed: 1 }, signal);
  return executions.map((execution) =>
    execution.status === "returned" ? canonicalJson(execution.output) : execution.status,
  );
}

function isRight(behaviour: Behaviour, { hidden }: FunctionTask): boolean {
  return hidden.every(({ expected }, at) => behaviour[at] === canonicalJson(expected));
}
