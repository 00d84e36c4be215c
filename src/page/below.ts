/**
 * The child runs of a run: a sub-agent's steps and model calls, an evolution's result.
 */
import type { EventStore } from "../core/ports.ts";
import { html, type Markup } from "../core/text/html.ts";
import { readRun, sourcesOf } from "../trace/read/read.ts";
import { block } from "./block.ts";
import { modelCallList } from "./calls.ts";
import type { Gallery } from "./images.ts";
import { stepList } from "./steps.ts";

/** Maximum number shown; the page states how many more there are. */
const SHOWN = 20;

export async function runsBelow(
  store: EventStore,
  runId: string,
  pictures: Gallery,
): Promise<Markup> {
  const below = (await store.runs()).filter(({ parent }) => parent === runId).reverse();
  if (below.length === 0) return html``;
  const parts: Markup[] = [];
  for (const { id } of below.slice(0, SHOWN)) {
    const record = await readRun(store, id);
    const { summary, candidates, best, request } = record;
    const found = candidates.find(({ digest }) => digest === best);
    const source = found && sourcesOf(candidates).get(found.digest);
    parts.push(html`<h3 id="run-${id}">${summary.title === "" ? id : summary.title}</h3>
<p>${id}, ${summary.kind}, ${summary.status}, ${summary.events} events${
      candidates.length === 0 ? "" : `, ${candidates.length} candidates`
    }${found?.fitness === undefined ? "" : `, best fitness ${found.fitness.toPrecision(6)}`}</p>${
      source === undefined ? undefined : block("best program", source)
    }${request === undefined ? undefined : html`${stepList(record, pictures)}${modelCallList(record, pictures)}`}`);
  }
  const left = below.length - parts.length;
  return html`<h2>Runs below</h2>${left > 0 ? html`<p>${left} more in the trace</p>` : undefined}${parts}`;
}
