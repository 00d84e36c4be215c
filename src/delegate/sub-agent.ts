/**
 * A sub-agent as a callable: a message in, an answer out. It is a separate conversation with a model
 * and its configured tools, in a child run of the caller's run.
 */

import { type RoleModel, showing, steppedModel } from "../ask/asker.ts";
import { PROMPTS } from "../ask/prompts/book.ts";
import { type CallPorts, makeCall } from "../call/call-tool.ts";
import type { AgentConfig } from "../core/agent.ts";
import { isOutage } from "../core/errors.ts";
import { type Image, MAX_IMAGES, splitImages } from "../core/image.ts";
import type { Json } from "../core/json.ts";
import type { ModelMessage, ModelToolCall } from "../core/ports.ts";
import type { PromptOverrides } from "../core/prompts.ts";
import type { Steps } from "../core/steps.ts";
import { oneLine, plainSchema } from "../core/text/foreign.ts";
import { type Callable, type CallOutcome, quoteJson } from "../work/callable.ts";
import { callsOf, knownCalls, MOST_REPEATS, SAME_RESULT } from "./replies.ts";

/** The run of a sub-agent, a child of the run that called it. */
export interface ChildRun {
  readonly id: string;
  /** Steps of the same request; trace events go to the child's trace. */
  readonly steps: Steps;
  end(status: "succeeded" | "failed" | "canceled"): Promise<void>;
}

export interface SubAgentPorts extends Pick<CallPorts, "argumentFaults" | "permit"> {
  /** Id of the delegating run. */
  readonly runId: string;
  readonly steps: Steps;
  readonly modelOf: (role: string) => Promise<RoleModel>;
  readonly prompts: PromptOverrides;
  /** ISO 8601. */
  readonly now: () => string;
  /** A stored tool or a function of the engine, within the given run. */
  readonly findCallable: (name: string, steps: Steps) => Promise<Callable | undefined>;
  /** @param key Identifies the child's run; the same in every attempt at the request. */
  readonly openChild: (
    parent: Pick<SubAgentPorts, "runId" | "steps">,
    agent: string,
    message: string,
    key: string,
  ) => Promise<ChildRun>;
  readonly agents: readonly AgentConfig[];
  /** Images of the request; only the outermost agent gets them. */
  readonly images?: readonly Image[];
}

/** Maximum depth of nested agents, including the first. */
const DEEPEST = 4;

/** @param above Names of the calling agents, the outermost first. */
export function subAgent(
  ports: SubAgentPorts,
  agent: AgentConfig,
  above: readonly string[] = [],
): Callable {
  const { name, description } = agent;
  const chain = [...above, name];
  return {
    name,
    description,
    parameters: {
      type: "object",
      properties: {
        message: {
          type: "string",
          description: "what it must do, with all information that it needs",
        },
      },
      required: ["message"],
      additionalProperties: false,
    },
    origin: "agent",
    async call({ message }, signal) {
      if (above.includes(name))
        return failed(`${chain.join(" → ")} is a circular chain of agents.`);
      if (chain.length > DEEPEST) {
        return failed(`${chain.join(" → ")} has more than ${DEEPEST} agents.`);
      }
      // The step's key is the same in a later attempt, which therefore finds the same run.
      const key = await ports.steps.step(
        `agent:${name}`,
        async ({ idempotencyKey }) => idempotencyKey,
      );
      const child = await ports.openChild(ports, name, String(message), key);
      try {
        const outcome = await converse(
          { ...ports, runId: child.id, steps: child.steps },
          agent,
          chain,
          String(message),
          signal,
        );
        await child.end(outcome.status === "returned" ? "succeeded" : "failed");
        return outcome;
      } catch (error) {
        // The request waits, and its next attempt continues this run.
        if (isOutage(error)) throw error;
        await child.end(signal.aborted ? "canceled" : "failed").catch(() => undefined);
        throw error;
      }
    },
  };
}

/**
 * The conversation, in the run of `ports`.
 *
 * @param chain Names of the agents from the outermost to this one.
 */
export async function converse(
  ports: SubAgentPorts,
  agent: AgentConfig,
  chain: readonly string[],
  message: string,
  signal: AbortSignal,
): Promise<CallOutcome> {
  const { steps } = ports;
  const callables = await allowed(ports, agent, chain);
  const tools = callables.map(({ name, description, parameters }) => ({
    name,
    description: oneLine(description),
    parameters: plainSchema(parameters),
  }));
  const now = await steps.step("now", async () => ports.now());
  const prompt = PROMPTS.render("agent", { system: agent.system, message, now }, ports.prompts);
  const brought = chain.length === 1 ? (ports.images ?? []) : [];
  const { model, temperature } = await ports.modelOf(agent.model);
  const stepped = steppedModel(steps, model, {
    name: `model:agent:${agent.name}`,
    role: agent.model,
    prompt,
    blind: brought.length === 0,
  });

  const isKnown = knownCalls();
  let repeats = 0;
  let messages: readonly ModelMessage[] = showing(prompt.messages, brought);
  for (let turn = 1; turn <= agent.maxTurns; turn++) {
    const reply = await stepped.complete(
      { messages, temperature, ...(tools.length === 0 ? {} : { tools }) },
      signal,
    );
    if (reply.finishReason === "refused") return failed(`${agent.name} declined: ${reply.content}`);
    const { calls, unread, content } = callsOf(reply, tools);
    if (calls.length === 0 && unread.length === 0) {
      return { status: "returned", output: content.trim() };
    }
    const results = await Promise.all(
      calls.map((call, index) =>
        steps.step(`call:${turn}:${index}`, async () => ({
          ...(await answerCall(ports, callables, call, `${agent.name}.${turn}.${index + 1}`)),
        })),
      ),
    );
    const texts = results.map(textOf);
    const known = calls.map((call, index) => isKnown(call, texts[index] ?? ""));
    repeats = known.length > 0 && known.every((each) => each) ? repeats + 1 : 0;
    if (repeats === MOST_REPEATS) {
      const names = [...new Set(calls.map(({ name }) => name))].join(", ");
      return failed(
        `${agent.name} repeats its calls of ${names}, with equal results, and gives no answer.`,
      );
    }
    messages = [
      ...messages,
      { role: "assistant", content, ...(calls.length === 0 ? {} : { toolCalls: calls }) },
      ...calls.map(
        (call, index): ModelMessage => ({
          role: "tool",
          toolCallId: call.id,
          name: call.name,
          content: known[index] === true ? `${texts[index]}\n${SAME_RESULT}` : (texts[index] ?? ""),
          ...shown(results[index]),
        }),
      ),
      ...(unread.length === 0
        ? []
        : PROMPTS.render(
            "agent-repair",
            { faults: unread.map(({ text, reason }) => `- ${text}: ${reason}`).join("\n") },
            ports.prompts,
          ).messages),
    ];
  }
  return failed(`${agent.name} gave no answer within ${agent.maxTurns} turns.`);
}

async function answerCall(
  ports: SubAgentPorts,
  callables: readonly Callable[],
  { name, arguments: given }: ModelToolCall,
  key: string,
): Promise<CallOutcome> {
  const callable = callables.find((each) => each.name === name);
  if (callable === undefined) {
    return failed(
      `There is no tool "${name}". Available: ${callables.map((each) => each.name).join(", ")}.`,
    );
  }
  return makeCall(ports, callable, given, key);
}

async function allowed(
  ports: SubAgentPorts,
  { tools }: AgentConfig,
  chain: readonly string[],
): Promise<readonly Callable[]> {
  const found = await Promise.all(
    tools.map((name) => {
      const other = ports.agents.find((agent) => agent.name === name);
      return other === undefined
        ? ports.findCallable(name, ports.steps)
        : subAgent(ports, other, chain);
    }),
  );
  return found.filter((callable) => callable !== undefined);
}

function textOf(outcome: CallOutcome | undefined): string {
  if (outcome === undefined) return "no result";
  return outcome.status === "failed"
    ? `It failed: ${outcome.reason}`
    : typeof outcome.output === "string"
      ? outcome.output
      : quoteJson(outcome.output as Json);
}

function shown(outcome: CallOutcome | undefined): { readonly images?: readonly Image[] } {
  const images = outcome?.status === "returned" ? splitImages(outcome.output).images : [];
  return images.length === 0 ? {} : { images: images.slice(0, MAX_IMAGES) };
}

function failed(reason: string): CallOutcome & { readonly status: "failed" } {
  return { status: "failed", reason };
}
