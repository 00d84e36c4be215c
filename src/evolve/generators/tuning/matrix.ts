/** Linear algebra for CMA-ES. Matrices are dense, in row-major order. */

/**
 * The Cholesky factor A of a symmetric matrix: A is lower triangular, and A times its transpose is the
 * matrix.
 *
 * @param matrix n * n entries; the lower half is read.
 * @returns undefined if the matrix is not positive definite (or not finite).
 */
export function cholesky(matrix: Float64Array, n: number): Float64Array | undefined {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] as number;
      for (let k = 0; k < j; k++) {
        sum -= (factor[i * n + k] as number) * (factor[j * n + k] as number);
      }
      if (i !== j) {
        factor[i * n + j] = sum / (factor[j * n + j] as number);
      } else {
        if (!(sum > 0) || sum === Number.POSITIVE_INFINITY) return undefined;
        factor[i * n + i] = Math.sqrt(sum);
      }
    }
  }
  return factor;
}

/** A times a vector, A lower triangular. */
export function multiplyLower(factor: Float64Array, vector: Float64Array, n: number): Float64Array {
  const product = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let k = 0; k <= i; k++) sum += (factor[i * n + k] as number) * (vector[k] as number);
    product[i] = sum;
  }
  return product;
}

/** The x with A x = vector, A lower triangular without zeros on the diagonal. */
export function solveLower(factor: Float64Array, vector: Float64Array, n: number): Float64Array {
  const solution = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = vector[i] as number;
    for (let k = 0; k < i; k++) sum -= (factor[i * n + k] as number) * (solution[k] as number);
    solution[i] = sum / (factor[i * n + i] as number);
  }
  return solution;
}
