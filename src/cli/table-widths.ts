/** How wide the columns of a table may be, so that it fits a terminal. */

/** Of a column: the space on both sides of a cell. */
const PADDING = 2;
/** Below it a column holds no word any more. */
const NARROWEST = 8;

/**
 * The widest columns give way first.
 *
 * @param rows The head among them.
 * @param columns Of the terminal.
 * @returns One width per column, its padding included; undefined: it fits as it is.
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

/** Of its longest line. */
function widthOf(cell: string): number {
  return Math.max(...cell.split("\n").map((line) => line.length));
}
