/** Selects the components of a search by the types of its inputs and results. */
import { NUMBERS, TESTS } from "./components.ts";
import { BETWEEN } from "./components-between.ts";
import { DATES } from "./components-dates.ts";
import { NUMBER_LISTS, TEXT_LISTS } from "./components-lists.ts";
import { NAMED } from "./components-named.ts";
import { RECORDS } from "./components-records.ts";
import { TEXTS } from "./components-text.ts";
import type { Component } from "./expression.ts";
import type { Hints } from "./hints.ts";
import type { Type } from "./values.ts";

export interface Domain {
  readonly types: ReadonlySet<Type>;
  readonly dates: boolean;
  /** Components for the fields of the records in the inputs. */
  readonly fields: readonly Component[];
  readonly hints: Hints;
}

export function componentsFor({ types, dates, fields, hints }: Domain): readonly Component[] {
  const records = types.has("record") || types.has("record[]");
  const named = NAMED.filter(({ words }) => hints.mentions(words));
  const parts = [...named, ...fields, ...NUMBERS, ...TESTS, ...NUMBER_LISTS];
  if (records) parts.push(...RECORDS);
  if (dates) parts.push(...DATES);
  const ofTexts = [...TEXTS, ...BETWEEN, ...TEXT_LISTS];
  if (usesTexts({ types, fields })) parts.push(...ofTexts);
  else parts.push(...ofTexts.filter(({ name }) => OF_DIGITS.has(name)));
  return parts;
}

/** Whether there are texts: as parameters, fields, names of fields or results. */
export function usesTexts({ types, fields }: Pick<Domain, "types" | "fields">): boolean {
  if (types.has("string") || types.has("string[]")) return true;
  if (fields.some(({ gives }) => gives === "string" || gives === "string[]")) return true;
  return fields.length === 0 && types.has("record");
}

/** Components that convert a number to its digits and back. */
const OF_DIGITS = new Set(["String", "chars", "numbers", "Number", "reversed", "join", "length"]);
