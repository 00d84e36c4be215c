/** Long text on a page. */
import { html, type Markup } from "../core/text/html.ts";

/** A page shows so much of a text and says how much more there is. What is stored is never cut. */
const SHOWN_CHARACTERS = 20_000;

/** Text behind a title that opens it. */
export function block(title: string, text: string): Markup {
  return html`<details><summary>${title}</summary><pre>${shortened(text)}</pre></details>`;
}

export function shortened(text: string): string {
  const left = text.length - SHOWN_CHARACTERS;
  return left <= 0
    ? text
    : `${text.slice(0, SHOWN_CHARACTERS)}\n... ${left} more characters in the trace`;
}
