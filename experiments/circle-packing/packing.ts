/**
 * The exact check of circles in the unit square, without tolerance.
 *
 * Centres and radii are doubles, and each double is a fraction with a power of two as its denominator. If
 * rounding could decide a comparison, it is made with integers.
 */
import type { Json } from "../../src/index.ts";

export type Circle = readonly [x: number, y: number, radius: number];

export type CircleVerdict =
  | { readonly status: "valid"; readonly circles: readonly Circle[]; readonly sum: number }
  | { readonly status: "invalid"; readonly reason: string };

/** Above this, rounding of sums and products of numbers up to 2 cannot change a sign. */
const SAFE_GAP = 1e-14;

/**
 * Every circle must be in the closed unit square, and no two may have a common inner point.
 *
 * @param output n triples, or 3n numbers: x, y, radius of each circle.
 * @returns The sum of the radii, or the fault.
 */
export function verifyCircles(output: Json, n: number): CircleVerdict {
  const flat = Array.isArray(output) ? (output as readonly Json[]).flat() : [];
  if (flat.length !== 3 * n || !flat.every((value) => typeof value === "number")) {
    return invalid(`expected x, y and radius of ${n} circles, got ${flat.length} values`);
  }
  const circles: Circle[] = Array.from({ length: n }, (_, i) => [
    flat[3 * i] as number,
    flat[3 * i + 1] as number,
    flat[3 * i + 2] as number,
  ]);
  for (const [index, [x, y, radius]] of circles.entries()) {
    if (!(radius >= 0 && radius <= 0.5)) return invalid(`circle ${index} has radius ${radius}`);
    if (!inside(x, radius) || !inside(y, radius)) {
      return invalid(`circle ${index} is not inside the unit square`);
    }
    for (let other = 0; other < index; other++) {
      if (!apart(circles[index] as Circle, circles[other] as Circle)) {
        return invalid(`circles ${other} and ${index} overlap`);
      }
    }
  }
  return { status: "valid", circles, sum: circles.reduce((sum, [, , radius]) => sum + radius, 0) };
}

function inside(place: number, radius: number): boolean {
  if (!(place >= 0 && place <= 1)) return false;
  const exact = fraction(place);
  const reach = fraction(radius);
  return exact >= reach && exact + reach <= ONE;
}

function apart([ax, ay, ar]: Circle, [bx, by, br]: Circle): boolean {
  const gap = (ax - bx) ** 2 + (ay - by) ** 2 - (ar + br) ** 2;
  if (Math.abs(gap) > SAFE_GAP) return gap > 0;
  const dx = fraction(ax) - fraction(bx);
  const dy = fraction(ay) - fraction(by);
  const reach = fraction(ar) + fraction(br);
  return dx * dx + dy * dy >= reach * reach;
}

/** All doubles are integer multiples of 2^-1074. */
const UNIT = 1074n;
const ONE = 1n << UNIT;
const bits = new DataView(new ArrayBuffer(8));

/** A double from 0 to 1 as a multiple of 2^-1074. */
function fraction(value: number): bigint {
  bits.setFloat64(0, value);
  const word = bits.getBigUint64(0);
  const exponent = (word >> 52n) & 0x7ffn;
  const mantissa = word & 0xfffffffffffffn;
  return exponent === 0n ? mantissa : ((1n << 52n) | mantissa) << (exponent - 1n);
}

function invalid(reason: string): CircleVerdict {
  return { status: "invalid", reason };
}
