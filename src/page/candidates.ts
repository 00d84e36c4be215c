/** The programs on a run's page: the best one with its lineage, and the table of candidates. */
import { diffLines } from "../core/text/diff.ts";
import { html, type Markup } from "../core/text/html.ts";
import { type RunRecord, sourcesOf, type TraceCandidate } from "../trace/read/read.ts";
import { shortened } from "./block.ts";

/** Maximum number of candidates shown; the page states how many more there are. */
const SHOWN = 400;

export function bestProgram(record: RunRecord): Markup {
  const winner = record.candidates.find(
    ({ digest, source }) => digest === record.best && source !== undefined,
  );
  if (winner?.source === undefined) return html``;
  const byDigest = firstByDigest(record.candidates);
  const line: TraceCandidate[] = [];
  const seen = new Set<string>();
  // Follows the best parent; the other parents of a crossover are in the candidate's row.
  for (let next: TraceCandidate | undefined = winner; next !== undefined; ) {
    if (seen.has(next.digest)) break;
    seen.add(next.digest);
    line.push(next);
    next = bestParent(next, byDigest);
  }
  const heldOut = record.heldOut.get(winner.digest);
  return html`<h2>Best program</h2><p>fitness ${digits(winner.fitness) ?? "?"}${
    heldOut?.score === undefined ? html`` : html`, held out ${digits(heldOut.score) ?? "?"}`
  }</p><pre>${shortened(winner.source)}</pre>
<h3>Lineage</h3><ol reversed>${line.map(
    (each) =>
      html`<li><a href="#c${each.index}">${each.digest.slice(0, 10)}</a> ${each.operator ?? "start"}, fitness ${digits(each.fitness) ?? "none"}</li>`,
  )}</ol>`;
}

export function candidateTable(record: RunRecord): Markup {
  const all = record.candidates;
  if (all.length === 0) return html``;
  const sources = sourcesOf(all);
  const byDigest = firstByDigest(all);
  const shown = interesting(all, record.best);
  return html`<h2>Candidates</h2>${chart(all)}<p>${all.length} in all, ${shown.length} shown: the ones that were best when they came, then the first ones.</p>
<div class="wide"><table><tr><th>#</th><th>program</th><th>status</th><th>fitness</th><th>operator</th><th>island</th><th>parents</th></tr>${shown.map(
    (each) => {
      const parent = bestParent(each, byDigest);
      const before = parent === undefined ? undefined : sources.get(parent.digest);
      const row = html`<tr id="c${each.index}"><td>${each.index}</td><td class="whole">${each.digest.slice(0, 10)}${
        each.source === undefined
          ? html``
          : html`<details><summary>${before === undefined ? "source" : "change"}</summary>${
              before === undefined
                ? html`<pre>${shortened(each.source)}</pre>`
                : change(before, each.source)
            }</details>`
      }</td><td>${each.status}${each.reason === undefined ? "" : `: ${each.reason.slice(0, 300)}`}</td><td>${digits(each.fitness) ?? ""}</td><td>${each.operator ?? ""}</td><td>${each.island ?? ""}</td><td>${each.parents.map(
        (digest) =>
          html`<a href="#c${byDigest.get(digest)?.index ?? ""}">${digest.slice(0, 10)}</a> `,
      )}</td></tr>`;
      return row;
    },
  )}</table></div>`;
}

function change(before: string, after: string): Markup {
  const lines = diffLines(shortened(before), shortened(after));
  return html`<pre>${lines.map(
    ({ kind, sign, text }) => html`<span class="${kind}">${sign} ${text}\n</span>`,
  )}</pre>`;
}

/** Six digits for reading; the trace has the exact number. */
function digits(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toPrecision(6));
}

/** Best fitness so far over the candidates, as a step line. */
function chart(all: readonly TraceCandidate[]): Markup {
  const risen: { readonly at: number; readonly fitness: number }[] = [];
  for (const [at, { status, fitness }] of all.entries()) {
    if (status !== "scored" || fitness === undefined) continue;
    if (fitness > (risen.at(-1)?.fitness ?? Number.NEGATIVE_INFINITY)) risen.push({ at, fitness });
  }
  const [first] = risen;
  const last = risen.at(-1);
  if (first === undefined || last === undefined || risen.length < 2) return html``;
  const span = last.fitness - first.fitness;
  const path = risen.map(({ at, fitness }, index) => {
    const x = ((at / (all.length - 1)) * 600).toFixed(1);
    const y = (110 - ((fitness - first.fitness) / span) * 100).toFixed(1);
    return index === 0 ? `M${x} ${y}` : `H${x}V${y}`;
  });
  return html`<svg viewBox="0 0 600 120" preserveAspectRatio="none" role="img" aria-label="best fitness over candidates"><path d="${path.join("")}H600"/></svg>
<p>best fitness from ${digits(first.fitness) ?? "?"} to ${digits(last.fitness) ?? "?"} over ${all.length} candidates</p>`;
}

function firstByDigest(all: readonly TraceCandidate[]): ReadonlyMap<string, TraceCandidate> {
  const found = new Map<string, TraceCandidate>();
  for (const each of all) if (!found.has(each.digest)) found.set(each.digest, each);
  return found;
}

function bestParent(
  { parents, digest }: TraceCandidate,
  byDigest: ReadonlyMap<string, TraceCandidate>,
): TraceCandidate | undefined {
  return parents
    .flatMap((parent) => (parent === digest ? [] : (byDigest.get(parent) ?? [])))
    .sort((left, right) => (right.fitness ?? -Infinity) - (left.fitness ?? -Infinity))[0];
}

/** The ones that improved the best fitness, then the first ones up to the limit; in order. */
function interesting(
  all: readonly TraceCandidate[],
  best: string | undefined,
): readonly TraceCandidate[] {
  let high = -Infinity;
  const risen = all.filter(({ status, fitness = -Infinity, digest }) => {
    const raises = status === "scored" && fitness > high;
    if (raises) high = fitness;
    return raises || digest === best;
  });
  const chosen = new Set(risen.slice(-SHOWN));
  for (const each of all) {
    if (chosen.size >= SHOWN) break;
    chosen.add(each);
  }
  return all.filter((each) => chosen.has(each));
}
