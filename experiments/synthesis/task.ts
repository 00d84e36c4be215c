/**
 * Function synthesis from examples: a suite of small functions, each learnt from a handful of cases
 * and judged by sealed ones. Chosen by what people ask for, from a formula to a small loop, not by
 * what any one generator can do: some need structure that only a model writes.
 */
import type { Task } from "../../src/index.ts";
import { arrays } from "./arrays.ts";
import { dates } from "./dates.ts";
import { numbers } from "./numbers.ts";
import { objects } from "./objects.ts";
import { strings } from "./strings.ts";
import { suite } from "./suite.ts";

/** What the commands load: `synthesis/KIND-NAME`. */
export const tasks: readonly Task[] = [
  ...suite("numbers", numbers),
  ...suite("strings", strings),
  ...suite("arrays", arrays),
  ...suite("dates", dates),
  ...suite("objects", objects),
];
