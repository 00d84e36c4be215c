/**
 * A run as one static page: summary, the best program and its lineage, candidates with scores and
 * changes, prompts and completions, child runs, every event. One file without scripts that loads nothing
 * from elsewhere: it can be stored, mailed and opened years later.
 */
import type { TraceEvent } from "../core/event.ts";
import { canonicalJson } from "../core/json.ts";
import type { EventStore } from "../core/ports.ts";
import { html, type Markup } from "../core/text/html.ts";
import { type RunRecord, readRun } from "../trace/read/read.ts";
import { bars } from "./bars.ts";
import { runsBelow } from "./below.ts";
import { block } from "./block.ts";
import { modelCallList } from "./calls.ts";
import { bestProgram, candidateTable } from "./candidates.ts";
import { type Gallery, gallery } from "./images.ts";
import { requestPart } from "./steps.ts";
import { STYLE } from "./style.ts";

/** Maximum number of events shown; the page states how many more there are. */
const SHOWN = 1_000;

/** @throws InputError RUN_NOT_FOUND, StoreError CORRUPT_RECORD */
export async function runPage(store: EventStore, runId: string): Promise<string> {
  const record = await readRun(store, runId);
  const events: TraceEvent[] = [];
  for await (const event of store.events(runId)) {
    if (events.push(event) >= SHOWN) break;
  }
  const { title, id } = record.summary;
  const pictures = gallery();
  const below = await runsBelow(store, id, pictures);
  const body = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === "" ? id : title}</title><style>${{ markup: STYLE }}</style></head><body>
<h1>${title === "" ? id : title}</h1>
${summary(record)}${requestPart(record, pictures)}${bestProgram(record)}${candidateTable(record)}${bars(events)}${words(record, pictures)}${below}${eventTable(record, events, pictures)}${pictures.all()}
</body></html>
`;
  return body.markup;
}

function summary({ summary, start, unread }: RunRecord): Markup {
  const rows: readonly (readonly [string, string | number | undefined])[] = [
    ["run", summary.id],
    ["kind", summary.kind],
    ["status", summary.status],
    ["part of", summary.parent],
    ["began", summary.startedAt],
    ["ended", summary.endedAt],
    ["events", summary.events],
    ["sum", summary.sum],
    ["seed", start?.seed],
    ["configuration", start?.config === undefined ? undefined : canonicalJson(start.config)],
    ["events passed over", unread.length === 0 ? undefined : unread.length],
  ];
  return html`<table>${rows.flatMap(([name, value]) =>
    value === undefined ? [] : [html`<tr><th>${name}</th><td>${value}</td></tr>`],
  )}</table>`;
}

function words(record: RunRecord, pictures: Gallery): Markup {
  const { length } = record.modelCalls;
  return length === 0
    ? html``
    : html`<h2>Model calls</h2><p>${length} in all</p>${modelCallList(record, pictures)}`;
}

function eventTable(
  { summary }: RunRecord,
  events: readonly TraceEvent[],
  pictures: Gallery,
): Markup {
  return html`<h2>Events</h2><p>${summary.events} in all, ${events.length} shown</p><div class="wide"><table>${events.map(
    ({ seq, time, type, data, volatile, link }) =>
      html`<tr><td class="short">${seq}</td><td class="short">${time.slice(11, 23)}</td><td class="short">${type}</td><td>${block(
        pictures.text(data).slice(0, 100),
        pictures.text(data),
      )}${volatile === undefined ? html`` : html` ${canonicalJson(volatile).slice(0, 200)}`}${
        link === undefined ? html`` : html` see run ${link}`
      }</td></tr>`,
  )}</table></div>`;
}
