/**
 * Function synthesis from examples: a suite of small functions, each learnt from a few cases and scored
 * on sealed ones. They are chosen by what people need, from a formula to a small loop, not by the
 * abilities of a generator: some need structure that only a model writes.
 */
import type { Task } from "../../src/index.ts";
import { arrays } from "./arrays.ts";
import { dates } from "./dates.ts";
import { numbers } from "./numbers.ts";
import { objects } from "./objects.ts";
import { strings } from "./strings.ts";
import { suite } from "./suite.ts";

/** The export that commands load: `synthesis/KIND-NAME`. */
export const tasks: readonly Task[] = [
  ...suite("numbers", numbers),
  ...suite("strings", strings),
  ...suite("arrays", arrays),
  ...suite("dates", dates),
  ...suite("objects", objects),
];
