/** When what was under way, and for how long: a bar for each call of a model, a tool, a program or a maker. */
import type { TraceEvent } from "../core/event.ts";
import { html, type Markup } from "../core/text/html.ts";

/** A page shows so many bars and says how many more there are. */
const SHOWN = 100;

/** What begins with an event, by which events it ends, and what it is called. */
const SPANS: Readonly<
  Record<string, { readonly ends: readonly string[]; readonly names: readonly string[] }>
> = {
  "model-call": { ends: ["model-reply"], names: ["role", "promptName"] },
  "tool-call": { ends: ["tool-result"], names: ["name"] },
  "program-start": { ends: ["program-result"], names: ["id"] },
  "tool-create": { ends: ["tool-register", "registration-refused"], names: ["name"] },
};

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

function barsOf(events: readonly TraceEvent[]): readonly Bar[] {
  const all: Bar[] = [];
  const open = new Map<string, Bar>();
  for (const { seq, time, type, data } of events) {
    const fields = data !== null && typeof data === "object" && !Array.isArray(data) ? data : {};
    const id = String(Reflect.get(fields, "id") ?? Reflect.get(fields, "name") ?? "");
    const kind = SPANS[type];
    if (kind !== undefined) {
      const names = kind.names.map((name) => String(Reflect.get(fields, name) ?? ""));
      const name = [...new Set(names)].join(" ").trim();
      const bar = { seq, kind: type, name, fromMs: Date.parse(time), toMs: undefined };
      all.push(bar);
      for (const end of kind.ends) open.set(`${end} ${id}`, bar);
    } else {
      const bar = open.get(`${type} ${id}`);
      if (bar !== undefined) bar.toMs ??= Date.parse(time);
    }
  }
  return all;
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toPrecision(3)} s`;
}
