/**
 * Affordance with a model. The model first names the tools that it would use, without seeing any. Each
 * is searched for by three views that vote: its name, its signature and description, and the request
 * itself. The planner gets the tools with at least two votes. A named tool without a match is missing
 * and may be created.
 *
 * Source: CRAFT (Yuan et al., 2023), multi-view matching: the best 5 by name, 10 by description and
 * 10 by the request, at least two votes, the best 3 kept.
 */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import { asked } from "../ask/asked.ts";
import { helpful } from "../ask/help.ts";
import type { ToolMatch, ToolStore } from "../core/ports.ts";
import { present } from "../core/present.ts";
import type { Steps } from "../core/steps.ts";
import type { Tool } from "../core/tool.ts";
import type { Affordances, Hypothesis } from "../work/affordance.ts";
import type { Callable } from "../work/callable.ts";
import { type Goal, goalVariables } from "../work/goal.ts";

export interface AffordByModelPorts {
  readonly ask: Ask;
  readonly steps: Steps;
  readonly tools: ToolStore;
  /** Matches with a lower score are ignored. */
  readonly noneBelow: number;
  readonly toolCallable: (tool: Tool) => Callable;
  /** Sub-agents and functions of the engine; always offered. */
  readonly standing: readonly Callable[];
}

const VIEWS = { name: 5, description: 10, request: 10 } as const;
const NEEDED_VOTES = 2;
const KEPT = 3;
const MOST_OFFERED = 20;

const PotentialTools = asked(
  "blind-affordance",
  z.object({
    potential_tools: z
      .array(
        z.object({
          name: z.string().min(1).meta({ maxLength: 80 }),
          signature: z.string().meta({ maxLength: 300 }),
          description: z.string().min(1).meta({ maxLength: 400 }),
        }),
      )
      .max(12),
  }),
);

/** A search result. It is JSON because the journal stores it. */
type Match = { readonly name: string; readonly version: number; readonly score: number };
/** Results of one search, and why they may be incomplete. */
type View = { readonly matches: readonly Match[]; readonly degraded?: string };
type Vote = Match & { readonly votes: number };
type Resolution = { readonly hypothesis: Hypothesis; readonly kept: readonly Vote[] };

export async function affordByModel(ports: AffordByModelPorts, goal: Goal): Promise<Affordances> {
  const { steps, tools, standing, toolCallable } = ports;
  const served = await steps.step("afford:served", () => toolsOfEarlier(tools, goal));
  const byRequest = await view(ports, "afford:request", goal.words, VIEWS.request);
  const requested = byRequest.matches;
  const degradations = new Set(reasonOf(byRequest));
  // The tools that served an equal request are known to be the needed ones.
  const hypotheses = served.length === 0 ? await hypothesise(ports, goal) : undefined;
  const round = await Promise.all(
    (hypotheses ?? []).map((hypothesis, index) =>
      resolve(ports, `afford:1:${index}`, hypothesis, requested),
    ),
  );
  for (const reason of round.flatMap((each) => each.degraded)) degradations.add(reason);
  // If a tool is named twice, the later definition counts.
  const resolutions = new Map(
    round.map(({ resolution }) => [resolution.hypothesis.name, resolution]),
  );
  const missing = [...resolutions.values()].flatMap(({ hypothesis, kept }) =>
    kept.length === 0 ? [hypothesis] : [],
  );

  const matches = [
    ...served,
    ...[...resolutions.values()].flatMap(({ kept }) => kept),
    ...requested.filter(({ score }) => score >= ports.noneBelow).slice(0, VIEWS.name),
  ];
  const distinct = [...new Map(matches.map((match) => [match.name, match])).values()];
  const offered = await Promise.all(
    distinct.slice(0, MOST_OFFERED).map(({ name, version }) => tools.get(name, version)),
  );
  const degraded = degradations.size === 0 ? {} : { degraded: [...degradations].join("; ") };
  await steps.trace("afford", [
    {
      type: "affordance-result",
      data: {
        query: goal.words,
        rounds: hypotheses === undefined ? 0 : 1,
        hypotheses: [...resolutions.values()].map(({ hypothesis }) => ({ ...hypothesis })),
        resolved: [...resolutions.values()].flatMap(({ hypothesis, kept }) =>
          kept.length === 0
            ? []
            : [{ hypothesis: hypothesis.name, tools: kept.map((vote) => ({ ...vote })) }],
        ),
        matches: distinct.map(({ name, version, score }) => ({ name, version, score })),
        tried: [],
        ...(served.length === 0 || goal.earlier === undefined
          ? {}
          : { knownFrom: goal.earlier.requestId }),
        missing: missing.map((hypothesis) => ({ ...hypothesis })),
        ...degraded,
      },
    },
  ]);
  return {
    callables: [...offered.map(toolCallable), ...standing],
    missing,
    ...(hypotheses === undefined ? {} : { wished: [...resolutions.keys()] }),
    ...degraded,
  };
}

/** Tools of an equal request, if all of them are still active. */
async function toolsOfEarlier(tools: ToolStore, { earlier }: Goal): Promise<Match[]> {
  if (earlier === undefined || earlier.tools.length === 0) return [];
  const active = new Map((await tools.list()).map((tool) => [tool.name, tool.version]));
  const found = earlier.tools.flatMap((name) => {
    const version = active.get(name);
    return version === undefined ? [] : [{ name, version, score: 1 }];
  });
  return found.length === earlier.tools.length ? found : [];
}

async function hypothesise(
  { ask, steps }: AffordByModelPorts,
  goal: Goal,
): Promise<readonly Hypothesis[] | undefined> {
  const wishes = await helpful(
    (events) => steps.trace("help", events),
    "blind-affordance",
    "no wishes",
    () =>
      ask(
        {
          role: "planner",
          prompt: "blind-affordance",
          variables: goalVariables(goal),
          schema: PotentialTools,
        },
        steps.signal,
      ),
  );
  return wishes?.potential_tools;
}

async function resolve(
  ports: AffordByModelPorts,
  key: string,
  hypothesis: Hypothesis,
  requested: readonly Match[],
): Promise<{
  readonly resolution: Resolution;
  readonly degraded: readonly string[];
}> {
  const { name, signature, description } = hypothesis;
  const [byName, byDescription] = await Promise.all([
    view(ports, `${key}:name`, spelledOut(name), VIEWS.name),
    view(ports, `${key}:description`, `${description} ${signature}`, VIEWS.description),
  ]);
  const own = [...byName.matches, ...byDescription.matches];
  const votes = new Map<string, Vote>();
  for (const match of [...own, ...requested]) {
    const known = votes.get(match.name);
    const score = Math.max(known?.score ?? 0, match.score);
    votes.set(match.name, { ...match, score, votes: (known?.votes ?? 0) + 1 });
  }
  // The request's own view shows what the request is about, not what this tool would do.
  const meant = new Set(
    own.filter(({ score }) => score >= ports.noneBelow).map((match) => match.name),
  );
  const kept = [...votes.values()]
    .filter((vote) => vote.votes >= NEEDED_VOTES && meant.has(vote.name))
    .sort((a, b) => b.votes - a.votes || b.score - a.score || a.name.localeCompare(b.name))
    .slice(0, KEPT);
  return {
    resolution: { hypothesis, kept },
    degraded: [...reasonOf(byName), ...reasonOf(byDescription)],
  };
}

async function view(
  { steps, tools }: AffordByModelPorts,
  key: string,
  text: string,
  limit: number,
): Promise<View> {
  const kept = await steps.step<View | readonly Match[]>(key, async () => {
    const found = await tools.search({ text, limit });
    const { degraded } = found;
    return { matches: found.map(matchOf), ...present({ degraded }) };
  });
  // Older requests have stored the matches without a reason.
  return "matches" in kept ? kept : { matches: kept };
}

function reasonOf({ degraded }: View): readonly string[] {
  return degraded === undefined ? [] : [degraded];
}

function matchOf({ tool: { name, version }, score }: ToolMatch): Match {
  return { name, version, score };
}

/** `countVowels_in` as words. */
function spelledOut(name: string): string {
  return name.replace(/([a-z\d])([A-Z])/g, "$1 $2").replaceAll("_", " ");
}
