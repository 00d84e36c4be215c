/**
 * The harnesses for circle packing. A kernel places centres; they are relaxed by the same bounded
 * procedure for every kernel. The radii are then the best ones for these centres, by a linear program:
 * maximise the sum of radii so that no circle crosses a border and no two overlap.
 */
import type { Harness } from "../../src/index.ts";
import { relaxSource } from "./relax.js.ts";

/** JavaScript that defines `radiiOf(xs, ys)`: the best radii, slightly reduced so that circles do not touch. */
export const radiiSource = `function radiiOf(xs, ys) {
  const n = xs.length;
  const border = xs.map((x, i) => Math.min(x, 1 - x, ys[i], 1 - ys[i]));
  // Rows of the condensed simplex table: coefficients of n variables, then the right-hand side.
  const rows = [];
  const names = [];
  const row = (limit, ...places) => {
    const made = new Float64Array(n + 1);
    for (const place of places) made[place] = 1;
    made[n] = limit;
    rows.push(made);
    names.push(n + names.length);
  };
  for (let i = 0; i < n; i++) row(border[i], i);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const distance = Math.hypot(xs[i] - xs[j], ys[i] - ys[j]);
      // Circles that cannot meet need no row.
      if (distance < border[i] + border[j]) row(distance, i, j);
    }
  }
  const gains = new Float64Array(n + 1).fill(-1, 0, n);
  const columns = Array.from({ length: n }, (_, i) => i);
  for (let pivots = 0; pivots < 4000; pivots++) {
    // The steepest column; after many pivots the first one by name, which cannot cycle (Bland).
    let enter = -1;
    for (let j = 0; j < n; j++) {
      if (gains[j] > -1e-11) continue;
      if (enter === -1) enter = j;
      else if (pivots < 400 ? gains[j] < gains[enter] : columns[j] < columns[enter]) enter = j;
    }
    if (enter === -1) break;
    let leave = -1;
    let least = Infinity;
    for (let i = 0; i < rows.length; i++) {
      if (rows[i][enter] <= 1e-11) continue;
      const ratio = rows[i][n] / rows[i][enter];
      if (ratio < least || (ratio === least && names[i] < names[leave])) {
        least = ratio;
        leave = i;
      }
    }
    if (leave === -1) break;
    const pivot = rows[leave];
    const unit = 1 / pivot[enter];
    for (let j = 0; j <= n; j++) pivot[j] *= unit;
    pivot[enter] = unit;
    const clear = (line) => {
      const factor = line[enter];
      if (factor === 0) return;
      for (let j = 0; j <= n; j++) line[j] -= factor * pivot[j];
      line[enter] = -factor * unit;
    };
    for (let i = 0; i < rows.length; i++) if (i !== leave) clear(rows[i]);
    clear(gains);
    [columns[enter], names[leave]] = [names[leave], columns[enter]];
  }
  const radii = new Array(n).fill(0);
  for (let i = 0; i < rows.length; i++) if (names[i] < n) radii[names[i]] = rows[i][n];
  // What rounding may have added is taken off: the check allows nothing.
  return radii.map((radius, i) => Math.max(0, Math.min(radius, border[i]) - 1e-12));
}
`;

/** JavaScript that defines `place(score, n)`: 3n numbers: x, y and radius of each circle. */
export const placeSource = `${relaxSource}
${radiiSource}
function place(score, n) {
  const inside = (value) => (value > 0 ? (value < 1 ? value : 1) : 0);
  const along = (axis) => Array.from({ length: n }, (_, i) => inside(score(i, axis, n)));
  const [xs, ys] = relaxed(along(0), along(1));
  const radii = radiiOf(xs, ys);
  return xs.flatMap((x, i) => [x, ys[i], radii[i]]);
}
`;

/** For the kernel `score(i, axis, n)`: the start of centre i; values outside [0, 1] are clamped. */
export function kernelHarness(n: number): Harness {
  return {
    source: `${placeSource}
function harness(candidate) {
  const score = (i, axis, n) => {
    const value = candidate(i, axis, n);
    if (typeof value !== "number") badOutput("a coordinate must be a number, got " + typeof value);
    return value;
  };
  return place(score, ${n});
}
`,
  };
}

/** For `pack(n)`, which returns centres and radii: 3n numbers. Nothing is corrected. */
export function packHarness(n: number): Harness {
  return {
    source: `
function harness(candidate) {
  const circles = candidate(${n});
  if (typeof circles !== "object") badOutput("pack must return x, y and radius of each circle");
  return Array.from(circles);
}
`,
  };
}
