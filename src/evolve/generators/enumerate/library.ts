/** The helpers that printed expressions define by a name of their own: well-known functions. */

import { NAMED } from "./components-named.ts";
import { RECORDS } from "./components-records.ts";
import { TEXTS } from "./components-text.ts";
import type { Form } from "./expression.ts";
import { LAMBDAS } from "./lambdas.ts";

const FORMS: readonly Form[] = [...NAMED, ...RECORDS, ...TEXTS, ...LAMBDAS.map(({ form }) => form)];

export const LIBRARY: ReadonlySet<string> = new Set([
  "depthOf",
  "sumBy",
  ...FORMS.flatMap(({ helper }) => /^function (\w+)/.exec(helper ?? "")?.[1] ?? []),
]);
