/** A timeline: a bar for each call of a model, a tool or a program and for each tool creation. */
import type { TraceEvent } from "../core/event.ts";
import { readOneOf } from "../core/events/read.ts";
import { html, type Markup } from "../core/text/html.ts";

/** Maximum number of bars shown; the page states how many more there are. */
const SHOWN = 100;

interface Bar {
  readonly seq: number;
  readonly kind: string;
  readonly name: string;
  readonly fromMs: number;
  toMs: number | undefined;
}

export function bars(events: readonly TraceEvent[]): Markup {
  const all = barsOf(events);
  if (all.length < 2) return html``;
  const times = all.flatMap(({ fromMs, toMs = fromMs }) => [fromMs, toMs]);
  const start = times.reduce((least, time) => Math.min(least, time));
  const span = Math.max(1, times.reduce((most, time) => Math.max(most, time)) - start);
  const share = (ms: number): string => ((100 * ms) / span).toFixed(2);
  const shown = all.slice(0, SHOWN);
  return html`<h2>Timeline</h2><p>${all.length} calls within ${seconds(span)}${
    shown.length === all.length ? "" : `, the first ${shown.length} shown`
  }</p><div class="bars">${shown.map(({ seq, kind, name, fromMs, toMs = fromMs }) => {
    const place = `margin-left:${share(fromMs - start)}%;width:${share(toMs - fromMs)}%`;
    return html`<div>#${seq} ${name}</div><div><span class="bar ${kind}" style="${place}"></span></div><div>${seconds(toMs - fromMs)}</div>`;
  })}</div>`;
}

const TYPES = [
  "model-call",
  "model-reply",
  "tool-call",
  "tool-result",
  "program-start",
  "program-result",
  "tool-create",
  "tool-register",
  "registration-refused",
] as const;

function barsOf(events: readonly TraceEvent[]): readonly Bar[] {
  const all: Bar[] = [];
  const open = new Map<string, Bar>();
  for (const { seq, time, ...stored } of events) {
    const event = readOneOf(stored, TYPES);
    const begin = (kind: string, id: string, name: string): void => {
      const bar = { seq, kind, name, fromMs: Date.parse(time), toMs: undefined };
      all.push(bar);
      open.set(`${kind} ${id}`, bar);
    };
    const end = (kind: string, id: string): void => {
      const bar = open.get(`${kind} ${id}`);
      if (bar !== undefined) bar.toMs ??= Date.parse(time);
    };
    switch (event?.type) {
      case "model-call": {
        const { id, role, promptName } = event.data;
        begin("model-call", id, role === promptName ? role : `${role} ${promptName}`);
        break;
      }
      case "model-reply":
        end("model-call", event.data.id);
        break;
      case "tool-call":
        begin("tool-call", event.data.id, event.data.name);
        break;
      case "tool-result":
        end("tool-call", event.data.id);
        break;
      case "program-start":
        begin("program-start", event.data.id, event.data.id);
        break;
      case "program-result":
        end("program-start", event.data.id);
        break;
      case "tool-create":
        begin("tool-create", event.data.name, event.data.name);
        break;
      case "tool-register":
      case "registration-refused":
        end("tool-create", event.data.name);
        break;
      case "unread":
      case undefined:
        break;
    }
  }
  return all;
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toPrecision(3)} s`;
}
