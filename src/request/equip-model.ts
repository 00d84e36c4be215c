/**
 * Wires the walk with a model: models by role within the request's budget, what the home remembers,
 * tools, programs, sub-agents. The walk itself is src/request/walk-model.ts.
 */
import { specTask } from "../../evaluators/index.ts";
import { noneBelow } from "../../toolstore/index.ts";
import { asker } from "../ask/asker.ts";
import { readPrompts } from "../ask/prompts/book.ts";
import { permitByPerson } from "../call/approvals.ts";
import { createArgumentFaults } from "../call/arguments.ts";
import { toolCallable } from "../call/tool-callable.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import type { EventStore, OpenTrace, Sandbox, ToolStore } from "../core/ports.ts";
import type { AuthoredTask } from "../create-tool/authored.ts";
import type { CreateToolPorts } from "../create-tool/create-tool.ts";
import { createFromWords } from "../create-tool/from-words.ts";
import { singleFlight } from "../create-tool/single-flight.ts";
import { agentsOf } from "../delegate/agents.ts";
import type { ChildRunPorts } from "../delegate/child-run.ts";
import { subAgent } from "../delegate/sub-agent.ts";
import type { Memory } from "../memory/index.ts";
import { programOutcome, runProgramStep } from "../program/step.ts";
import { lookUps } from "./look-ups.ts";
import type { Creation, PerformPorts } from "./carry-out-step.ts";
import { roleModels } from "./models.ts";
import { walk } from "./walk-model.ts";
import type { LifeContext } from "../work/attempt.ts";
import type { Callable } from "../work/callable.ts";
import { resultsOf } from "../work/goal.ts";
import type { Observation, Solution } from "../work/outcome.ts";

export interface ModelWalkPorts {
  readonly config: Config;
  readonly tools: ToolStore;
  readonly events: EventStore;
  readonly memory: () => Memory;
  readonly sandbox: () => Promise<Sandbox>;
  readonly openTrace: OpenTrace;
  readonly clock: Clock;
  /** Takes secrets out. */
  readonly clean: ChildRunPorts["clean"];
  /** What makes a tool, for one life of a request. */
  readonly creation: (life: LifeContext) => Promise<Omit<CreateToolPorts, "ask">>;
}

const TEST_AUTHORS = 2;
const ROUNDS = 2;

export type WalkByModel = (life: LifeContext) => Promise<Solution>;

export function createModelWalk(ports: ModelWalkPorts): WalkByModel {
  const { config, tools, clock } = ports;
  const wishes = singleFlight<AuthoredTask>();
  const argumentFaults = createArgumentFaults();
  const now = (): string => new Date(clock.now()).toISOString();

  return async (life) => {
    const { request, work, steps, trace } = life;
    const { signal } = steps;
    const prompts = readPrompts(config.prompts);
    const { structured, parseToolCalls } = await import("../models/index.ts");
    const modelOf = roleModels(ports, life);
    const { images = [] } = request;
    const ask = asker({ steps, modelOf, structured, prompts, seed: work.seed, images });
    // It starts while the first questions are under way.
    const running = ports.sandbox();
    running.catch(() => undefined);
    const callableOf = (tool: Parameters<typeof toolCallable>[1]): Callable =>
      toolCallable(
        { sandbox: ports.sandbox, tools, monotonicMs: clock.monotonicMs, query: request.objective },
        tool,
      );
    const permit = permitByPerson({ steps, approvals: config.approvals, now: clock.now });
    const { agentPorts, own } = agentsOf(
      { ...ports, argumentFaults, permit, modelOf, prompts, parseToolCalls, callableOf },
      life,
    );
    const createTool: PerformPorts["createTool"] = async (wanted, matter) => {
      const creation = await ports.creation(life);
      const { name, description, signature } = wanted;
      return creationOf(
        await createFromWords(
          {
            ...creation,
            ask,
            trace,
            taskOf: specTask,
            testAuthors: TEST_AUTHORS,
            wishes,
            noneBelow,
            tools,
          },
          matter.request,
          {
            words: matter.words,
            name,
            description,
            ...(signature === undefined ? {} : { signature }),
          },
          signal,
        ),
      );
    };
    return walk(
      {
        ask,
        steps,
        lookUps: lookUps(ports, request.files ?? []),
        contextTokens: config.contextTokens,
        tools,
        noneBelow,
        toolCallable: callableOf,
        standing: [...config.agents.map((agent) => subAgent(agentPorts, agent)), ...own(steps)],
        rounds: ROUNDS,
        argumentFaults,
        kinds: { program: true, createTool: true },
        sandboxWords: async () => (await running).capabilities.prompt,
        now,
        permit,
        createTool,
        runProgram: async ({ code, semantic }, { callables, done }, key, stop) =>
          programOutcome(
            await runProgramStep(
              { steps, sandbox: await running, ask, seed: work.seed, argumentFaults, permit },
              { key, code, semantic, input: Object.fromEntries(resultsOf(done)) },
              callables,
              stop,
            ),
          ),
      },
      request,
    );
  };
}

function creationOf(seen: Observation): Creation {
  switch (seen.kind) {
    case "tool-created":
      return { status: "made", tool: seen.tool, reason: `made by run ${seen.runId}` };
    case "tool-refused":
      return seen.instead === undefined
        ? { status: "refused", reasons: seen.reasons }
        : { status: "reused", tool: seen.instead, reason: seen.reasons.join(" ") };
    case "tool-called":
      return { status: "refused", reasons: ["A call is no tool."] };
  }
}
