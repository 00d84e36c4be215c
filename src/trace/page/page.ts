/**
 * A run as one static page: what it was, the best program and how it came about, candidates with
 * their scores and changes, prompts and completions, every event. One file, no script, nothing
 * loaded from anywhere: it can be kept, mailed and opened years later.
 */
import type { TraceEvent } from "../../core/event.ts";
import { canonicalJson } from "../../core/json.ts";
import type { EventStore } from "../../core/ports.ts";
import { type ModelCall, type RunRecord, readRun, type Step } from "../read.ts";
import { bestProgram, candidateTable } from "./candidates.ts";
import { block, html, type Markup, shortened } from "./html.ts";
import { type Gallery, gallery } from "./images.ts";
import { STYLE } from "./style.ts";

/** A page shows so many of each and says how many more there are. */
const SHOWN = { calls: 200, events: 1_000 };

/** @throws InputError RUN_NOT_FOUND, StoreError CORRUPT_RECORD */
export async function runPage(store: EventStore, runId: string): Promise<string> {
  const record = await readRun(store, runId);
  const events: TraceEvent[] = [];
  for await (const event of store.events(runId)) {
    if (events.push(event) >= SHOWN.events) break;
  }
  const { title, id } = record.summary;
  const pictures = gallery();
  const body = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === "" ? id : title}</title><style>${{ markup: STYLE }}</style></head><body>
<h1>${title === "" ? id : title}</h1>
${summary(record)}${request(record, pictures)}${bestProgram(record)}${candidateTable(record)}${calls(record, pictures)}${timeline(record, events, pictures)}${pictures.all()}
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

function request({ request, steps }: RunRecord, pictures: Gallery): Markup {
  if (request === undefined) return html``;
  const list = (title: string, items: readonly string[]) =>
    items.length === 0
      ? html``
      : html`<h3>${title}</h3><ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
  return html`<h2>Request</h2><p>${request.objective}</p>${pictures.links(request.images)}${list("Requirements", request.requirements)}${list("Constraints", request.constraints)}
<h3>Steps</h3><ol>${steps.map((each) => html`<li>${step(each, pictures)}</li>`)}</ol>`;
}

function step(each: Step, pictures: Gallery): Markup {
  switch (each.kind) {
    case "afford": {
      const names = each.event.matches.map(({ name }) => name).join(", ");
      return html`looked for tools: ${names === "" ? "none fit" : names}`;
    }
    case "create": {
      const { event, registered, refused } = each;
      const outcome =
        refused === undefined ? "no outcome" : `refused: ${refused.reasons.join("; ")}`;
      return html`made the tool <b>${event.name}</b>: ${registered === undefined ? outcome : "registered"}`;
    }
    case "call": {
      const { event, result } = each;
      const said = result?.error ?? pictures.text(result?.output ?? null);
      return html`called <b>${event.name}</b>: ${result?.status ?? "no result"}${block("arguments", pictures.text(event.arguments))}${
        result === undefined ? undefined : block("result", said)
      }`;
    }
    case "ask":
      return html`asked: ${each.question}${block("the answer", each.reply)}`;
    case "revise":
      return html`the request was changed: ${each.event.objective}`;
    case "edit":
      return html`a person changed a call of <b>${each.event.tool}</b>${block("asked", canonicalJson(each.event.asked))}${block("allowed", canonicalJson(each.event.arguments))}`;
    case "answer":
      return html`answered: ${pictures.text(each.answer)}`;
  }
}

function calls({ modelCalls }: RunRecord, pictures: Gallery): Markup {
  if (modelCalls.length === 0) return html``;
  const shown = modelCalls.slice(0, SHOWN.calls);
  return html`<h2>Model calls</h2><p>${modelCalls.length} in all, ${shown.length} shown</p>${shown.map((each) => call(each, pictures))}`;
}

function call(
  { seq, role, model, terms, messages, tools = [], reply, promptName }: ModelCall,
  pictures: Gallery,
): Markup {
  const used = reply?.usage;
  return html`<details><summary>#${seq} ${role ?? ""} ${promptName ?? ""} ${model ?? ""} (${terms ?? "terms unknown"})${
    used === undefined ? "" : ` ${used.inputTokens} + ${used.outputTokens} tokens`
  }${reply === undefined ? ": no reply" : ""}</summary>
${messages.map(({ role: who, content, toolCalls = [], images }) => html`<h4>${who}</h4><pre>${shortened(content)}</pre>${pictures.links(images)}${toolCalls.map((each) => block(each.name, canonicalJson(each.arguments)))}`)}
${tools.length === 0 ? html`` : html`<p>tools: ${tools.map(({ name }) => name).join(", ")}</p>`}
${
  reply === undefined
    ? html``
    : html`<h4>reply (${reply.finishReason ?? "?"})</h4><pre class="reply">${shortened(reply.content)}</pre>${reply.toolCalls.map((each) => block(each.name, canonicalJson(each.arguments)))}`
}</details>`;
}

function timeline(
  { summary }: RunRecord,
  events: readonly TraceEvent[],
  pictures: Gallery,
): Markup {
  return html`<h2>Events</h2><p>${summary.events} in all, ${events.length} shown</p><div class="wide"><table>${events.map(
    ({ seq, time, type, data, volatile, link }) =>
      html`<tr><td>${seq}</td><td>${time.slice(11, 23)}</td><td>${type}</td><td>${block(
        pictures.text(data).slice(0, 100),
        pictures.text(data),
      )}${volatile === undefined ? html`` : html` ${canonicalJson(volatile).slice(0, 200)}`}${
        link === undefined ? html`` : html` see run ${link}`
      }</td></tr>`,
  )}</table></div>`;
}
