/**
 * The grammar check with a cache by shape: programs that differ only in their numbers are parsed
 * once. Searches over constants produce thousands of such programs.
 *
 * Whether a program is in the grammar does not depend on the values of its numbers, and each number
 * is printed exactly once. So one printed text with markers for the numbers serves all programs of a
 * shape. Sources in which a number might not be recognised (non-ASCII characters, escapes) are not
 * cached.
 */

import { literal } from "./expressions.ts";
import { checkGrammar, type GrammarCheck } from "./grammar.ts";

// A decimal literal without an adjacent letter, digit, dollar sign or dot: it is not part of a name
// or of another kind of number; those stay in the shape.
const NUMBER = /(?<![\w$.])(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$.])/g;
const UNSAFE = /[^\x20-\x7e\n\r\t]|\\/;
/** The fraction (1/256, printed exactly) that marks a number; its integer part is the index. */
const MARK = ".00390625";
const MARKED = /(\d+)\.00390625/;

type Shape =
  | { readonly ok: true; readonly parts: readonly string[] }
  | { readonly ok: false; readonly reason: string };

/** @param maxShapes Cached shapes; the oldest is evicted first. */
export function memoizedCheck(maxShapes = 1_000): typeof checkGrammar {
  const shapes = new Map<string, Shape>();
  return (source, entry) => {
    if (source.length > 20_000 || UNSAFE.test(source) || source.includes(MARK)) {
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
      if (shapes.size > maxShapes && oldest !== undefined) shapes.delete(oldest);
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

/** @param parts Texts and, between them, indices of numbers. */
function filled(parts: readonly string[], numbers: readonly string[]): string {
  let text = parts[0] ?? "";
  for (let i = 1; i < parts.length; i += 2) {
    text += literal(Number(numbers[Number(parts[i])])) + parts[i + 1];
  }
  return text;
}
