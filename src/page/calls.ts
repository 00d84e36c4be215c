/** The prompts and replies of models; each call can be expanded. */
import { canonicalJson } from "../core/json.ts";
import { html, type Markup } from "../core/text/html.ts";
import type { ModelCall, RunRecord } from "../trace/read/read.ts";
import { block, shortened } from "./block.ts";
import type { Gallery } from "./images.ts";

/** Maximum number shown; the page states how many more there are. */
const SHOWN = 200;

export function modelCallList({ modelCalls }: RunRecord, pictures: Gallery): Markup {
  const shown = modelCalls.slice(0, SHOWN);
  const left = modelCalls.length - shown.length;
  return html`${shown.map((each) => call(each, pictures))}${
    left === 0 ? undefined : html`<p>${left} more in the trace</p>`
  }`;
}

function call(
  { seq, role, model, terms, messages, tools = [], reply, failure, promptName }: ModelCall,
  pictures: Gallery,
): Markup {
  const used = reply?.usage;
  return html`<details><summary>#${seq} ${role} ${promptName} ${model} (${terms})${
    used === undefined ? "" : ` ${used.inputTokens} + ${used.outputTokens} tokens`
  }${reply === undefined && failure === undefined ? ": no reply" : ""}</summary>
${messages.map(({ role: who, content, toolCalls = [], images }) => html`<h4>${who}</h4><pre>${shortened(content)}</pre>${pictures.links(images)}${toolCalls.map((each) => block(each.name, canonicalJson(each.arguments)))}`)}
${tools.length === 0 ? html`` : html`<p>tools: ${tools.map(({ name }) => name).join(", ")}</p>`}
${
  failure === undefined
    ? html``
    : html`<h4>failed</h4><pre>${failure.code}: ${failure.message}</pre>`
}
${
  reply === undefined
    ? html``
    : html`<h4>reply (${reply.finishReason})</h4><pre class="reply">${shortened(reply.content)}</pre>${reply.toolCalls.map((each) => block(each.name, canonicalJson(each.arguments)))}`
}</details>`;
}
