/** A request on its page: what was asked, and what was done towards it, in order. */
import { canonicalJson, type Json } from "../core/json.ts";
import { html, type Markup } from "../core/text/html.ts";
import type { RunRecord } from "../trace/read/read.ts";
import { programInput, type Step } from "../trace/read/steps.ts";
import { block } from "./block.ts";
import type { Gallery } from "./images.ts";

export function requestPart(record: RunRecord, pictures: Gallery): Markup {
  const { request } = record;
  if (request === undefined) return html``;
  const list = (title: string, items: readonly string[]) =>
    items.length === 0
      ? html``
      : html`<h3>${title}</h3><ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
  return html`<h2>Request</h2><p>${request.objective}</p>${pictures.links(request.images)}${list("Requirements", request.requirements)}${list("Constraints", request.constraints)}
<h3>Steps</h3>${stepList(record, pictures)}`;
}

export function stepList({ steps }: RunRecord, pictures: Gallery): Markup {
  return html`<ol>${steps.map((each) => html`<li>${step(each, pictures)}</li>`)}</ol>`;
}

function step(each: Step, pictures: Gallery): Markup {
  switch (each.kind) {
    case "afford": {
      const { matches, missing } = each.event;
      const found = matches.map(
        ({ name, score }) => `${name}${score === undefined ? "" : ` (${score.toPrecision(2)})`}`,
      );
      const lacking = Array.isArray(missing) ? missing.map(named) : [];
      return html`looked for tools: ${found.length === 0 ? "none fit" : found.join(", ")}${
        lacking.length === 0 ? "" : `; missing: ${lacking.join(", ")}`
      }`;
    }
    case "plan": {
      const { reason, because, step: next, steps = [] } = each.event;
      const planned = steps.map(({ id, kind, tool, agent, name }) =>
        [id, kind, ...[tool, agent, name].filter((part) => typeof part === "string")].join(" "),
      );
      return html`planned${because === undefined ? "" : ` anew (${because})`}: ${
        planned.length === 0 ? (next ?? "") : planned.join("; ")
      } <i>${reason}</i>${planned.length === 0 ? undefined : block("the plan", indented(steps as Json))}`;
    }
    case "create": {
      const { event, registered, refused } = each;
      const outcome =
        refused === undefined ? "no outcome" : `refused: ${refused.reasons.join("; ")}`;
      return html`made the tool <b>${event.name}</b>: ${registered === undefined ? outcome : "registered"}`;
    }
    case "call": {
      const { event, result, child, program } = each;
      const given = pictures.text(event.arguments);
      const said = result?.error ?? pictures.text(result?.output ?? null);
      return html`${program === undefined ? "" : `in the program ${program}, `}called <b>${event.name}</b>: ${result?.status ?? "no result"}${
        child === undefined ? undefined : html`, in the run <a href="#run-${child}">${child}</a>`
      }${block(`with ${short(given)}`, given)}${
        result === undefined ? undefined : block(`gave ${short(said)}`, said)
      }`;
    }
    case "program": {
      const { event, result } = each;
      const input = programInput(event);
      const said = result?.message ?? result?.reason ?? pictures.text(result?.value ?? null);
      return html`ran the program <b>${event.id}</b>: ${result?.status ?? "no result"}${block("its code", event.code)}${
        input === undefined ? undefined : block("its input", pictures.text(input))
      }${result === undefined ? undefined : block(`gave ${short(said)}`, said)}`;
    }
    case "ask":
      return html`asked: ${each.question}${block("the answer", each.reply)}`;
    case "revise":
      return html`the request was changed: ${each.event.objective}`;
    case "edit":
      return html`a person changed a call of <b>${each.event.tool}</b>${block("asked", canonicalJson(each.event.asked))}${block("allowed", canonicalJson(each.event.arguments))}`;
    case "answer":
      return html`answered: ${pictures.text(each.answer)}${
        each.checks.length === 0
          ? undefined
          : html`<ul>${each.checks.map(
              ({ item, verdict = "unclear", by, reason }) =>
                html`<li>${item}: <b>${verdict}</b>${by === undefined ? "" : ` (${by})`} ${reason ?? ""}</li>`,
            )}</ul>`
      }`;
  }
}

/** Of a missing tool: its name, or what stands for it. */
function named(missing: Json): string {
  const name = missing !== null && typeof missing === "object" && Reflect.get(missing, "name");
  return typeof name === "string"
    ? name
    : typeof missing === "string"
      ? missing
      : canonicalJson(missing);
}

function indented(value: Json): string {
  return JSON.stringify(value, null, 2);
}

/** So much of a value stands in the line that opens it. */
const SHOWN_CHARACTERS = 80;

function short(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 1)}…` : line;
}
