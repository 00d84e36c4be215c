/**
 * What the walks of one attempt use: models by role within the request's budget, calls with approval,
 * stored tools and agents as callables, tool creation.
 */
import { usableTools } from "../../toolstore/care/usable.ts";
import type { Ask } from "../ask/ask.ts";
import { asker, type RoleModel } from "../ask/asker.ts";
import { readPrompts } from "../ask/prompts/book.ts";
import { type Permit, permitByPerson } from "../call/approvals.ts";
import { type ToolCallable, toolCallable } from "../call/tool-callable.ts";
import { type Config, groundingTokens, modelOfRole } from "../core/config.ts";
import type { PromptOverrides } from "../core/prompts.ts";
import type { Steps } from "../core/steps.ts";
import type { Tool } from "../core/tool.ts";
import { agentsOf } from "../delegate/agents.ts";
import type { ChildRunPorts } from "../delegate/child-run.ts";
import { subAgent } from "../delegate/sub-agent.ts";
import type { Memory } from "../memory/index.ts";
import { structured } from "../models/structured.ts";
import type { AttemptContext } from "../work/attempt.ts";
import type { ArgumentFaults } from "../work/callable.ts";
import { lookUps } from "./look-ups.ts";
import { type MakePorts, makeForGoal, makeForStep } from "./make-tool.ts";
import { roleModels } from "./models.ts";
import { revisions } from "./revise.ts";
import type { ModelWalkPorts } from "./walk-model.ts";
import type { RuleWalkPorts } from "./walk-rules.ts";

/** What the engine provides for every attempt. */
export interface WalkPorts extends MakePorts, ChildRunPorts {
  /** The current configuration: a manifest may have extended it. */
  readonly config: Config;
  readonly memory: () => Memory;
  /** Shared by all attempts, so that each schema is compiled once. */
  readonly argumentFaults: ArgumentFaults;
}

/** What every walk that calls tools needs. */
export interface CallEquipment {
  readonly steps: Steps;
  readonly permit: Permit;
  readonly argumentFaults: ArgumentFaults;
  readonly toolCallable: (tool: Tool) => ToolCallable;
}

/** What walks that ask a model need in addition. */
export interface Equipment extends CallEquipment {
  readonly seed: number;
  readonly modelOf: (role: string) => Promise<RoleModel>;
  readonly prompts: PromptOverrides;
  readonly ask: Ask;
}

export function equipForCalls(ports: WalkPorts, attempt: AttemptContext): CallEquipment {
  const { config, tools, clock, sandbox, argumentFaults } = ports;
  const { steps, request } = attempt;
  const { monotonicMs } = clock;
  return {
    steps,
    permit: permitByPerson({ steps, approvals: config.approvals, now: clock.now }),
    argumentFaults,
    toolCallable: (tool) =>
      toolCallable({ sandbox, tools, monotonicMs, query: request.objective }, tool),
  };
}

export function equip(ports: WalkPorts, attempt: AttemptContext): Equipment {
  const { config } = ports;
  const { steps, request, work } = attempt;
  const { seed } = work;
  const { images = [] } = request;
  const modelOf = roleModels(config, attempt);
  const prompts = readPrompts(config.prompts);
  return {
    ...equipForCalls(ports, attempt),
    seed,
    modelOf,
    prompts,
    ask: asker({ steps, structured, modelOf, prompts, seed, images }),
  };
}

export function equipForModel(given: WalkPorts, attempt: AttemptContext): ModelWalkPorts {
  const ports = withUsableTools(given, attempt);
  const { config, tools, noneBelow, clock, memory } = ports;
  const { steps, request } = attempt;
  const equipment = equip(ports, attempt);
  const { agentPorts, own } = agentsOf({ ...ports, ...equipment }, attempt);
  // The sandbox starts while the first questions are being asked.
  const running = ports.sandbox();
  running.catch(() => undefined);
  return {
    ...equipment,
    tools,
    noneBelow,
    sandbox: () => running,
    now: () => new Date(clock.now()).toISOString(),
    revise: revisions(steps),
    lookUps: lookUps([...config.data, ...(request.files ?? [])], memory),
    contextTokens: groundingTokens(config),
    standing: [...config.agents.map((agent) => subAgent(agentPorts, agent)), ...own(steps)],
    createTool: (step, goal, signal) =>
      makeForStep(ports, attempt, equipment.ask, step, goal, signal),
  };
}

export function equipForRules(given: WalkPorts, attempt: AttemptContext): RuleWalkPorts {
  const ports = withUsableTools(given, attempt);
  const { config, tools, evaluator, sandbox, noneBelow } = ports;
  return {
    ...equipForCalls(ports, attempt),
    trace: attempt.trace,
    tools,
    evaluator,
    sandbox,
    noneBelow,
    approvals: config.approvals,
    revise: revisions(attempt.steps),
    createTool(goal, signal) {
      const asks = modelOfRole(config, "tester") !== undefined;
      const ask = asks ? equip(ports, attempt).ask : undefined;
      return makeForGoal(ports, attempt, ask, goal, signal);
    },
  };
}

function withUsableTools(ports: WalkPorts, { requestId, work }: AttemptContext): WalkPorts {
  const { config, tools } = ports;
  // Whoever wants to be asked gets a surer tool, not one that is stored as unsure.
  const use = work.questions === "all" ? "own" : config.provisionalTools;
  return { ...ports, tools: usableTools(tools, use, requestId) };
}
