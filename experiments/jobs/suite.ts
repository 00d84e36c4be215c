/** All jobs, named FAMILY/JOB. */
import { checks } from "./checks.ts";
import { textChecks } from "./checks-texts.ts";
import { dates } from "./dates.ts";
import { formats } from "./formats.ts";
import { type Family, jobsOf, type NamedJob } from "./job.ts";
import { lists } from "./lists.ts";
import { numberLists } from "./lists-numbers.ts";
import { numbers } from "./numbers.ts";
import { prices } from "./prices.ts";
import { records } from "./records.ts";
import { textRecords } from "./records-texts.ts";
import { texts } from "./texts.ts";
import { textShapes } from "./texts-shape.ts";

const FAMILIES: readonly (readonly [name: string, family: Family])[] = [
  ["numbers", numbers],
  ["prices", prices],
  ["checks", checks],
  ["checks", textChecks],
  ["texts", texts],
  ["texts", textShapes],
  ["formats", formats],
  ["dates", dates],
  ["lists", lists],
  ["lists", numberLists],
  ["records", records],
  ["records", textRecords],
];

export const jobs: readonly NamedJob[] = FAMILIES.flatMap(([name, family]) => jobsOf(name, family));
