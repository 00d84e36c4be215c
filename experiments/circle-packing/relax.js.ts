/**
 * The bounded local optimisation, the same for every candidate: centres and radii change together until
 * neighbours touch.
 *
 * The objective is the sum of radii minus a penalty on overlaps and on parts outside the square,
 * maximised by an augmented Lagrangian method: multipliers on the contacts replace a growing penalty.
 * Steps are L-BFGS steps. Source: Nocedal and Wright, Numerical Optimization (2006), algorithms 7.4, 7.5
 * and 17.4. The result is only the positions of the centres; the linear program computes the radii
 * exactly afterwards.
 */

/** Weights of the penalty, one per round; rounds with the last weight update the multipliers. */
const ROUNDS = [10, 100, 1000, 1000, 1000, 1000, 1000, 1000];
/** Maximum number of steps per round. */
const STEPS = 80;
export const MAX_STEPS = ROUNDS.length * STEPS;

/** JavaScript that defines `relaxed(xs, ys)`: improved centres, as [xs, ys]. */
export const relaxSource = `const ROUNDS = ${JSON.stringify(ROUNDS)};
const STEPS = ${STEPS};

function relaxed(xs, ys) {
  const n = xs.length;
  const size = 3 * n;
  // x, y and radius of each circle; multipliers of its four borders and of its pairs.
  const at = new Float64Array(size);
  for (let i = 0; i < n; i++) {
    at[3 * i] = xs[i];
    at[3 * i + 1] = ys[i];
    at[3 * i + 2] = 0.25 / Math.sqrt(n);
  }
  const borders = new Float64Array(4 * n);
  const pairs = new Float64Array(n * n);
  let weight = 0;

  // Value at a place, its slope into the second argument; to be made small.
  const energy = (place, slope) => {
    let value = 0;
    slope.fill(0);
    for (let i = 0; i < n; i++) {
      const x = place[3 * i];
      const y = place[3 * i + 1];
      const radius = place[3 * i + 2];
      value -= radius;
      slope[3 * i + 2] -= 1;
      if (radius < 0) {
        value += (weight * radius * radius) / 2;
        slope[3 * i + 2] += weight * radius;
      }
      for (let side = 0; side < 4; side++) {
        const axis = side & 1;
        const inward = side < 2 ? 1 : -1;
        const room = side < 2 ? place[3 * i + axis] : 1 - place[3 * i + axis];
        const force = borders[4 * i + side] + weight * (radius - room);
        if (force <= 0) continue;
        value += (force * force) / (2 * weight);
        slope[3 * i + 2] += force;
        slope[3 * i + axis] -= inward * force;
      }
      for (let j = 0; j < i; j++) {
        const dx = x - place[3 * j];
        const dy = y - place[3 * j + 1];
        const reach = radius + place[3 * j + 2] + pairs[i * n + j] / weight;
        const square = dx * dx + dy * dy;
        if (reach <= 0 || square >= reach * reach) continue;
        const distance = Math.sqrt(square);
        const force = weight * (reach - distance);
        value += (force * force) / (2 * weight);
        slope[3 * i + 2] += force;
        slope[3 * j + 2] += force;
        // Of two in one place, the later one gives way to the right.
        const ux = distance > 0 ? (force * dx) / distance : force;
        const uy = distance > 0 ? (force * dy) / distance : 0;
        slope[3 * i] -= ux;
        slope[3 * j] += ux;
        slope[3 * i + 1] -= uy;
        slope[3 * j + 1] += uy;
      }
    }
    return value;
  };

  for (const round of ROUNDS) {
    weight = round;
    descend(energy, at, STEPS);
    if (round < ROUNDS[ROUNDS.length - 1]) continue;
    for (let i = 0; i < n; i++) {
      const radius = at[3 * i + 2];
      for (let side = 0; side < 4; side++) {
        const room = side < 2 ? at[3 * i + side] : 1 - at[3 * i + (side & 1)];
        borders[4 * i + side] = Math.max(0, borders[4 * i + side] + weight * (radius - room));
      }
      for (let j = 0; j < i; j++) {
        const distance = Math.hypot(at[3 * i] - at[3 * j], at[3 * i + 1] - at[3 * j + 1]);
        const overlap = radius + at[3 * j + 2] - distance;
        pairs[i * n + j] = Math.max(0, pairs[i * n + j] + weight * overlap);
      }
    }
  }
  const inside = (value) => Math.min(1, Math.max(0, value));
  return [xs.map((_, i) => inside(at[3 * i])), ys.map((_, i) => inside(at[3 * i + 1]))];
}

// Downhill from a place, which moves, by the differences of the last few slopes.
function descend(energy, at, steps) {
  const size = at.length;
  const dot = (a, b) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += a[k] * b[k];
    return sum;
  };
  let slope = new Float64Array(size);
  let next = new Float64Array(size);
  const moved = new Float64Array(size);
  const way = new Float64Array(size);
  let value = energy(at, slope);
  let memory = [];
  for (let step = 0; step < steps; step++) {
    for (let k = 0; k < size; k++) way[k] = -slope[k];
    for (let m = memory.length - 1; m >= 0; m--) {
      const each = memory[m];
      each.share = dot(each.move, way) * each.rate;
      for (let k = 0; k < size; k++) way[k] -= each.share * each.turn[k];
    }
    const last = memory[memory.length - 1];
    const first = last === undefined ? 0.02 / Math.sqrt(dot(slope, slope)) : last.first;
    for (let k = 0; k < size; k++) way[k] *= first;
    for (const each of memory) {
      const back = each.share - dot(each.turn, way) * each.rate;
      for (let k = 0; k < size; k++) way[k] += back * each.move[k];
    }
    const fall = dot(slope, way);
    let length = 1;
    let found = Infinity;
    for (let tries = 0; fall < 0 && tries < 20; tries++) {
      for (let k = 0; k < size; k++) moved[k] = at[k] + length * way[k];
      found = energy(moved, next);
      if (found <= value + 1e-4 * length * fall) break;
      found = Infinity;
      length /= 2;
    }
    if (found === Infinity) {
      if (memory.length === 0) return;
      memory = [];
      continue;
    }
    const move = new Float64Array(size);
    const turn = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      move[k] = moved[k] - at[k];
      turn[k] = next[k] - slope[k];
    }
    const bend = dot(move, turn);
    if (bend > 1e-16) {
      memory.push({ move, turn, rate: 1 / bend, first: bend / dot(turn, turn), share: 0 });
      if (memory.length > 8) memory.shift();
    }
    const gained = value - found;
    at.set(moved);
    [slope, next] = [next, slope];
    value = found;
    if (gained < 1e-10) return;
  }
}
`;
