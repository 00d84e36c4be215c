/** The walk that needs no model: cases decide, rules plan. And what makes a tool, for every walk. */
import { specTask } from "../../evaluators/index.ts";
import { gate } from "../../toolstore/gate/gate.ts";
import { noneBelow, toolDigest, weighTool } from "../../toolstore/index.ts";
import { permitByPerson } from "../call/approvals.ts";
import { createArgumentFaults } from "../call/arguments.ts";
import { callOnGoal } from "../call/call-on-goal.ts";
import { toolCallable } from "../call/tool-callable.ts";
import type { Clock } from "../core/clock.ts";
import type { Config } from "../core/config.ts";
import type { Evaluator, EventStore, Sandbox, ToolStore } from "../core/ports.ts";
import type { Task } from "../core/task.ts";
import { type CreateToolPorts, createTool } from "../create-tool/create-tool.ts";
import { evolutionStep } from "../create-tool/evolution-step.ts";
import { fileClaims, singleFlight } from "../create-tool/single-flight.ts";
import { withVariants } from "../create-tool/variants.ts";
import { afford } from "./afford-by-rule.ts";
import { askOf } from "./ask-of.ts";
import { ground } from "./ground-by-rule.ts";
import { planByRule } from "./plan-by-rule.ts";
import type { LifeContext } from "../work/attempt.ts";
import type { Observation, Stages } from "../work/outcome.ts";
import { defaultBudget, type Evolve } from "../engine/evolution.ts";

export interface RuleWalkPorts {
  readonly config: Config;
  readonly tools: ToolStore;
  readonly events: EventStore;
  readonly evaluator: Evaluator;
  readonly clock: Clock;
  readonly evolve: Evolve;
  /** Programs may call stored tools. */
  sandbox(): Promise<Sandbox>;
  /** Programs stand alone. */
  bareSandbox(): Promise<Sandbox>;
  /** Where processes of this home claim what they make. */
  readonly claims: string;
}

export interface RuleWalk {
  stagesOf(life: LifeContext): Stages;
  creation(life: LifeContext): Promise<Omit<CreateToolPorts, "ask">>;
}

export function createRuleWalk({
  config,
  tools,
  events,
  evaluator,
  clock,
  evolve,
  sandbox,
  bareSandbox,
  claims,
}: RuleWalkPorts): RuleWalk {
  const flights = singleFlight<Observation>();
  const claim = fileClaims(claims);
  const argumentFaults = createArgumentFaults();
  const { approvals } = config;
  /** The store's gate, its reasons in words. */
  const judgeForStore: CreateToolPorts["gate"] = async (candidate, options, signal) => {
    const ports = { store: tools, sandbox: await bareSandbox() };
    const facts = await weighTool(ports, candidate, options, signal);
    const decision = gate(facts);
    if (decision.accepted) return decision;
    const [twin] = facts.duplicates ?? [];
    const reasons = decision.reasons.map(({ message }) => message);
    return { ...decision, reasons, ...(twin === undefined ? {} : { twin }) };
  };

  /** What makes a tool, for one life of a request. */
  const creation = async (life: LifeContext): Promise<Omit<CreateToolPorts, "ask">> => {
    const { requestId, work, steps, spending, trace, onProgress } = life;
    const { seed, generator } = work;
    return {
      sandbox: await sandbox(),
      evaluator,
      tools,
      trace,
      evolve: (wanted: Task) =>
        evolutionStep(
          {
            steps,
            spending,
            runs: events,
            budget: work.budget ?? defaultBudget(config),
            evolve: (of, run, ended) =>
              evolve(
                of,
                {
                  ...run,
                  seed,
                  parent: requestId,
                  ...(generator === undefined ? {} : { generator }),
                  ...(onProgress === undefined ? {} : { onProgress }),
                },
                ended,
              ),
          },
          wanted,
        ),
      approvals,
      noneBelow,
      gate: judgeForStore,
      flights,
      claim,
      digest: toolDigest,
      requestId,
      seed,
      now: () => new Date(clock.now()).toISOString(),
    };
  };
  /** Where a model is there, a few examples get company. */
  const testers = async (life: LifeContext): Promise<Partial<CreateToolPorts>> => {
    const ask = await askOf(config, life, "tester");
    if (ask === undefined) return {};
    const { trace, work } = life;
    const variants = { ask, trace, taskOf: specTask, testAuthors: 2, seed: work.seed };
    return { ask, variants: (task, words, signal) => withVariants(variants, task, words, signal) };
  };
  const stagesOf = (life: LifeContext): Stages => {
    const { task, instances, steps, trace } = life;
    const { signal } = steps;
    const running = async () => ({ sandbox: await sandbox(), evaluator, tools, trace });
    return {
      ground: (asked) => ground({ tools, trace }, asked, task, instances),
      afford: async (goal) => afford({ ...(await running()), approvals, noneBelow }, goal, signal),
      async plan(goal, affordances, seen) {
        const plan = planByRule(goal, affordances, seen);
        if (plan.kind === "step") {
          const { kind } = plan.step;
          await trace([{ type: "plan-proposed", data: { step: kind, reason: plan.reason } }]);
        }
        return plan;
      },
      createTool: async (goal) =>
        createTool({ ...(await creation(life)), ...(await testers(life)) }, goal, signal),
      execute: (goal, { tool }) => {
        const { monotonicMs, now } = clock;
        const query = goal.request.objective;
        return callOnGoal(
          {
            steps,
            argumentFaults,
            permit: permitByPerson({ steps, approvals, now }),
            evaluator,
          },
          goal,
          toolCallable({ sandbox, tools, monotonicMs, query }, tool),
        );
      },
    };
  };

  return { stagesOf, creation };
}
