/** Long text on a page. */
import { html, type Markup } from "../core/text/html.ts";

/** Maximum length of a text on the page; the page states how much more there is. The trace has all of it. */
const SHOWN_CHARACTERS = 20_000;

/** Text that a title expands. */
export function block(title: string, text: string): Markup {
  return html`<details><summary>${title}</summary><pre>${shortened(text)}</pre></details>`;
}

export function shortened(text: string): string {
  const left = text.length - SHOWN_CHARACTERS;
  return left <= 0
    ? text
    : `${text.slice(0, SHOWN_CHARACTERS)}\n... ${left} more characters in the trace`;
}
