/**
 * Grounding with a model: searches in the person's data, earlier requests and preferences run
 * concurrently, and the results form one context within a token limit. The request's own words are the
 * queries. Only if they find nothing in the person's data, the model says what to look up: a call costs
 * more than a search.
 *
 * Items are not summarised: each keeps its own text and its source.
 */
import { z } from "zod";
import type { Ask } from "../ask/ask.ts";
import { asked } from "../ask/asked.ts";
import { helpful } from "../ask/help.ts";
import type { Json } from "../core/json.ts";
import { present } from "../core/present.ts";
import type { Request } from "../core/request.ts";
import type { Steps } from "../core/steps.ts";
import { estimatedTokens } from "../core/text/estimated-tokens.ts";
import { type ContextItem, contextLine, type PastOutcome } from "../work/context.ts";
import { type Goal, requestVariables, wordsOf } from "../work/goal.ts";
import type { FoundItem, LookUps } from "./look-ups.ts";

export interface GroundByModelPorts {
  readonly ask: Ask;
  readonly steps: Steps;
  readonly lookUps: LookUps;
  /** Limit of the context, in estimated tokens. */
  readonly contextTokens: number;
}

const KINDS = ["preferences", "data", "outcomes"] as const;
type Kind = (typeof KINDS)[number];
const LABEL: Readonly<Record<Kind, string>> = {
  data: "files that the person brought",
  outcomes: "earlier requests and how they ended",
  preferences: "wishes of this person",
};
const MOST_QUERIES = 3;
const MOST_ITEMS = 8;

const list = z
  .array(z.string().meta({ maxLength: 200 }))
  .meta({ maxItems: MOST_QUERIES })
  .nullish()
  .transform((queries) =>
    (queries ?? []).filter((query) => query.trim() !== "").slice(0, MOST_QUERIES),
  );
const Queries = asked(
  "ground-queries",
  z.object({ data: list, outcomes: list, preferences: list }),
);

export async function groundByModel(
  { ask, steps, lookUps, contextTokens }: GroundByModelPorts,
  request: Request,
): Promise<Goal> {
  const words = wordsOf(request);
  const { user } = request;
  // Stores change while a request waits, so the first result is stored and reused.
  const known = await steps.step("ground:known", async () => {
    const { preferences, data, outcomes } = lookUps;
    const remembered = await recall(steps, async () => ({
      preferences: await preferences.size(user),
      outcomes: await outcomes.size(user),
      // An equal text with other images is a different request.
      earlier: request.images === undefined ? await outcomes.equal(words, user) : undefined,
    }));
    const sizes = [remembered?.preferences ?? 0, await data.size(user), remembered?.outcomes ?? 0];
    return { sizes, earlier: (remembered?.earlier ?? null) as unknown as Json };
  });
  const sizes = new Map(KINDS.map((kind, index) => [kind, known.sizes[index] ?? 0]));
  const there = KINDS.filter((kind) => (sizes.get(kind) ?? 0) > 0);
  const earlier = (known.earlier ?? undefined) as unknown as PastOutcome | undefined;

  const find = (queries: QueriesByKind): Promise<FoundItem[][]> =>
    Promise.all(
      there.map((kind) =>
        steps.step(`ground:${kind}`, async () => {
          const search = () => lookUps[kind].find(queries[kind], user, MOST_ITEMS);
          const items = kind === "data" ? await search() : await recall(steps, search);
          return (items ?? []).map((item) => ({ ...item }));
        }),
      ),
    );
  const own = [request.objective, ...request.requirements, ...request.constraints];
  let queries = queriesOf(there, () => own);
  let found = await find(queries);
  const dataFound = found[there.indexOf("data")];
  // An equal request that was served found what it needed.
  if (dataFound?.length === 0 && earlier === undefined) {
    const said = await askForQueries(ask, steps, request, there, sizes);
    if (said !== undefined) {
      // Preferences are few and short, and the model may not think of one.
      queries = queriesOf(there, (kind) => (kind === "data" ? said.data : [...said[kind], ...own]));
      found = await find(queries);
    }
  }
  const { kept, tokens, left } = packed(found, contextTokens);
  await steps.trace("ground", [
    {
      type: "request-ground",
      data: {
        queries: { ...queries },
        context: kept.map((item) => ({ ...item })),
        tokens,
        leftOut: left,
        ...(earlier === undefined ? {} : { earlier: earlier.requestId }),
      },
    },
  ]);
  return { request, words, context: kept, ...present({ earlier }) };
}

function recall<T>(steps: Steps, work: () => Promise<T>): Promise<T | undefined> {
  return helpful((events) => steps.trace("help", events), "memory", "nothing remembered", work);
}

type QueriesByKind = { readonly [kind in Kind]: string[] };

/** Queries of the kinds that hold something. */
function queriesOf(there: readonly Kind[], of: (kind: Kind) => readonly string[]): QueriesByKind {
  const queries = (kind: Kind): string[] => (there.includes(kind) ? [...of(kind)] : []);
  return {
    data: queries("data"),
    outcomes: queries("outcomes"),
    preferences: queries("preferences"),
  };
}

function askForQueries(
  ask: Ask,
  steps: Steps,
  request: Request,
  there: readonly Kind[],
  sizes: ReadonlyMap<Kind, number>,
): Promise<z.output<typeof Queries> | undefined> {
  return helpful(
    (events) => steps.trace("help", events),
    "ground-queries",
    "the request's own words",
    () =>
      ask(
        {
          role: "planner",
          prompt: "ground-queries",
          variables: {
            ...requestVariables(request),
            sources: there
              .map((kind) => `- ${kind}: ${LABEL[kind]} (${sizes.get(kind)})`)
              .join("\n"),
          },
          schema: Queries,
        },
        steps.signal,
      ),
  );
}

/** The best of each kind in turn up to the limit, so that no kind displaces the others. */
function packed(
  found: readonly (readonly ContextItem[])[],
  limit: number,
): { readonly kept: ContextItem[]; readonly tokens: number; readonly left: number } {
  const kept: ContextItem[] = [];
  const seen = new Set<string>();
  let tokens = 0;
  let left = 0;
  for (let rank = 0; rank < MOST_ITEMS; rank++) {
    for (const items of found) {
      const item = items[rank];
      if (item === undefined || seen.has(item.text)) continue;
      seen.add(item.text);
      const { kind, text, source } = item;
      const cost = estimatedTokens(contextLine({ kind, text, source }));
      if (tokens + cost > limit) left++;
      else {
        kept.push({ kind, text, source });
        tokens += cost;
      }
    }
  }
  return { kept, tokens, left };
}
