/**
 * The parametric baseline of regression: polynomials by least squares, one for each degree, without any
 * search.
 */

/** Powers of the variables with a sum of at most the degree, the constant first. */
export function powersUpTo(degree: number, variables: number): number[][] {
  let list: number[][] = [[]];
  for (let variable = 0; variable < variables; variable++) {
    list = list.flatMap((powers) => {
      const left = degree - powers.reduce((sum, power) => sum + power, 0);
      return Array.from({ length: left + 1 }, (_, power) => [...powers, power]);
    });
  }
  return list;
}

/**
 * Least squares by Householder reflections, which keeps twice as many digits as the normal equations.
 *
 * @returns Coefficients in the order of `powers`; undefined with fewer points than coefficients, or if
 *   the points do not determine them.
 */
export function fitPolynomial(
  points: readonly (readonly number[])[],
  values: readonly number[],
  powers: readonly (readonly number[])[],
): number[] | undefined {
  const width = powers.length;
  if (points.length < width) return undefined;
  const rows = points.map((point, index) => [
    ...powers.map((each) =>
      each.reduce((product, power, at) => product * (point[at] ?? 0) ** power, 1),
    ),
    values[index] ?? 0,
  ]);
  const entry = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let column = 0; column < width; column++) {
    let norm = 0;
    for (let row = column; row < rows.length; row++) norm += entry(row, column) ** 2;
    norm = Math.sqrt(norm) * (entry(column, column) > 0 ? -1 : 1);
    if (Math.abs(norm) < 1e-12) return undefined;
    const reflector = rows.map((_, row) => (row < column ? 0 : entry(row, column)));
    reflector[column] = (reflector[column] ?? 0) - norm;
    const size = reflector.reduce((sum, part) => sum + part ** 2, 0);
    for (let other = column; other <= width; other++) {
      const dot = reflector.reduce((sum, part, row) => sum + part * entry(row, other), 0);
      for (const [row, line] of rows.entries()) {
        line[other] = (line[other] ?? 0) - (2 * dot * (reflector[row] ?? 0)) / size;
      }
    }
  }
  const coefficients = new Array<number>(width).fill(0);
  for (let row = width - 1; row >= 0; row--) {
    let rest = entry(row, width);
    for (let column = row + 1; column < width; column++) {
      rest -= entry(row, column) * (coefficients[column] ?? 0);
    }
    coefficients[row] = rest / entry(row, row);
  }
  return coefficients.every(Number.isFinite) ? coefficients : undefined;
}

/** The polynomial as a program over the variables. */
export function polynomialSource(
  names: readonly string[],
  powers: readonly (readonly number[])[],
  coefficients: readonly number[],
): string {
  const terms = powers.map((each, index) => {
    const factors = each.flatMap((power, at) => new Array<string>(power).fill(names[at] ?? ""));
    return [`(${coefficients[index]})`, ...factors].join(" * ");
  });
  return `function f(${names.join(", ")}) {\n  return ${terms.join(" + ")};\n}`;
}
