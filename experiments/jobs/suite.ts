/** All jobs. */
import { checks } from "./checks.ts";
import { dates } from "./dates.ts";
import { formats } from "./formats.ts";
import { jobsOf, type NamedJob } from "./job.ts";
import { lists } from "./lists.ts";
import { numbers } from "./numbers.ts";
import { prices } from "./prices.ts";
import { records } from "./records.ts";
import { texts } from "./texts.ts";

export const jobs: readonly NamedJob[] = Object.entries({
  numbers,
  prices,
  checks,
  texts,
  formats,
  dates,
  lists,
  records,
}).flatMap(([name, family]) => jobsOf(name, family));
