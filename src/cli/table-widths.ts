/** Maximum widths of a table's columns, so that the table fits the terminal. */

/** Padding of a column: the space on both sides of a cell. */
const PADDING = 2;
/** A narrower column would not fit a word. */
const NARROWEST = 8;

/**
 * Shrinks the widest columns first.
 *
 * @param rows Including the head.
 * @param columns Width of the terminal.
 * @returns One width per column, including padding; undefined if the table fits unchanged.
 */
export function fittingWidths(
  rows: readonly (readonly string[])[],
  columns: number,
): number[] | undefined {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(...rows.map((row) => widthOf(row[at] ?? "") + PADDING)),
  );
  const borders = count + 1;
  let over = widths.reduce((sum, width) => sum + width, borders) - columns;
  if (over <= 0) return undefined;
  while (over > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROWEST) break;
    widths[widths.indexOf(widest)] = widest - 1;
    over--;
  }
  return widths;
}

/** Width of its longest line. */
function widthOf(cell: string): number {
  return Math.max(...cell.split("\n").map((line) => line.length));
}
