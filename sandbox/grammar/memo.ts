/**
 * The check of the grammar, remembered by shape: programs that differ in nothing but their numbers
 * are read once. Searches over constants give thousands of such programs.
 *
 * Whether a program is in the grammar does not depend on the value of a number, and every number is
 * printed once where it stood; so one print with marks for numbers serves all of a shape. Sources
 * in which a number could be mistaken (other characters than ASCII, escapes) are read as they are.
 */

import { literal } from "./expressions.ts";
import { checkGrammar, type GrammarCheck } from "./grammar.ts";

// A decimal literal that touches no letter, digit, dollar or dot: neither part of a name nor of
// another form of number, which stay what they are.
const NUMBER = /(?<![\w$.])(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$.])/g;
const MISTAKABLE = /[^\x20-\x7e\n\r\t]|\\/;
/** The fraction (1/256, printed exactly) that marks a number; its whole part is its place. */
const MARK = ".00390625";
const MARKED = /(\d+)\.00390625/;

type Shape =
  | { readonly ok: true; readonly parts: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** @param held Shapes that are remembered; the oldest goes first. */
export function rememberingCheck(held = 1_000): typeof checkGrammar {
  const shapes = new Map<string, Shape>();
  return (source, entry) => {
    if (source.length > 20_000 || MISTAKABLE.test(source) || source.includes(MARK)) {
      return checkGrammar(source, entry);
    }
    const numbers: string[] = [];
    const key = `${entry} ${source.replace(NUMBER, (text) => {
      numbers.push(text);
      return "#";
    })}`;
    let shape = shapes.get(key);
    if (shape === undefined) {
      shape = shapeOf(source, entry);
      shapes.set(key, shape);
      const oldest = shapes.keys().next().value;
      if (shapes.size > held && oldest !== undefined) shapes.delete(oldest);
    }
    return shape.ok ? { ok: true, instrumented: filled(shape.parts, numbers) } : shape;
  };
}

function shapeOf(source: string, entry: string): Shape {
  let count = 0;
  const check: GrammarCheck = checkGrammar(
    source.replace(NUMBER, () => `${count++}${MARK}`),
    entry,
  );
  return check.ok ? { ok: true, parts: check.instrumented.split(MARKED) } : check;
}

/** @param parts Texts and, between them, places of numbers. */
function filled(parts: readonly string[], numbers: readonly string[]): string {
  let text = parts[0] ?? "";
  for (let i = 1; i < parts.length; i += 2) {
    text += literal(Number(numbers[Number(parts[i])])) + parts[i + 1];
  }
  return text;
}
