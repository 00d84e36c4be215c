/** A request on its page: the request and its steps, in order. */
import { aboutStep, type PlannedStep } from "../core/events/plan.ts";
import type { DataOf } from "../core/events/schemas.ts";
import { canonicalJson } from "../core/json.ts";
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
      const found = matches.map(({ name, score }) => `${name} (${score.toPrecision(2)})`);
      const lacking = missing.map(({ name }) => name);
      return html`looked for tools: ${found.length === 0 ? "none fit" : found.join(", ")}${
        lacking.length === 0 ? "" : `; missing: ${lacking.join(", ")}`
      }`;
    }
    case "plan": {
      const { event } = each;
      if ("step" in event) return html`planned: ${event.step} <i>${event.reason}</i>`;
      const { because, reason, steps } = event;
      return html`planned${because === undefined ? "" : ` again (${because})`}: ${steps
        .map(plannedStep)
        .join("; ")} <i>${reason}</i>${block("the plan", indented(steps))}`;
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
      const text =
        result?.status === "returned" ? pictures.text(result.output) : (result?.error ?? "");
      return html`${program === undefined ? "" : `in the program ${program}, `}called <b>${event.name}</b>: ${result?.status ?? "no result"}${
        child === undefined ? undefined : html`, in the run <a href="#run-${child}">${child}</a>`
      }${block(`with ${short(given)}`, given)}${
        result === undefined ? undefined : block(`gave ${short(text)}`, text)
      }`;
    }
    case "program": {
      const { event, result } = each;
      const input = programInput(event);
      const text = result === undefined ? "" : programText(result, pictures);
      return html`ran the program <b>${event.id}</b>: ${result?.status ?? "no result"}${block("its code", event.code)}${
        input === undefined ? undefined : block("its input", pictures.text(input))
      }${result === undefined ? undefined : block(`gave ${short(text)}`, text)}`;
    }
    case "ask":
      return html`asked: ${each.question}${block("the answer", each.reply)}`;
    case "revise":
      return html`the request was changed: ${each.event.objective}`;
    case "edit":
      return html`a person changed a call of <b>${each.event.tool}</b>${block("asked", canonicalJson(each.event.asked))}${block("allowed", canonicalJson(each.event.arguments))}`;
    case "answer":
      return html`answered: ${each.event.answer}${
        each.event.unchecked === undefined ? undefined : html` (unchecked: ${each.event.unchecked})`
      }${
        each.event.checks.length === 0
          ? undefined
          : html`<ul>${each.event.checks.map(
              ({ item, verdict, by, reason }) =>
                html`<li>${item}: <b>${verdict}</b> (${by}) ${reason}</li>`,
            )}</ul>`
      }`;
  }
}

function plannedStep(planned: PlannedStep): string {
  const { id, kind } = planned;
  const about = aboutStep(planned);
  return about === undefined ? `${id} ${kind}` : `${id} ${kind} ${about}`;
}

function programText(result: DataOf<"program-result">, pictures: Gallery): string {
  switch (result.status) {
    case "returned":
      return pictures.text(result.value);
    case "empty":
      return "nothing";
    case "threw":
      return result.message;
    case "refused":
      return result.reason;
  }
}

function indented(value: object): string {
  return JSON.stringify(value, null, 2);
}

/** Number of characters of a value in the line that expands it. */
const SHOWN_CHARACTERS = 80;

function short(text: string): string {
  const line = text.replace(/\s+/g, " ");
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 1)}…` : line;
}
