import { describe, expect, test } from "vitest";
import { type Line, plot } from "../../../experiments/report/plot.ts";

const LABELS = { x: "evaluations", y: "score" };

function line(name: string, points: readonly (readonly [x: number, y: number])[]): Line {
  return { name, dashed: false, points: points.map(([x, y]) => ({ x, y, band: undefined })) };
}

/** The numbers of an attribute, over all elements of a kind that have it. */
function numbers(svg: string, element: string, attribute: string): number[] {
  const found = svg.matchAll(new RegExp(`<${element} [^>]*?\\b${attribute}="([-\\d.]+)"`, "g"));
  return [...found].map(([, value]) => Number(value));
}

/** Where a label's text stands. */
function placeOf(svg: string, label: string): { readonly x: number; readonly y: number } {
  const [, x, y] =
    new RegExp(`<text x="([\\d.]+)" y="([\\d.]+)"[^>]*>${label}</text>`).exec(svg) ?? [];
  return { x: Number(x), y: Number(y) };
}

describe("a plot", () => {
  test("has equal steps on its x axis for equal factors, and equal ones on its y axis", () => {
    const svg = plot(
      [
        line("a", [
          [1, 0],
          [1000, 0.8],
        ]),
      ],
      LABELS,
      "wide",
    ).markup;
    const [ten, hundred, thousand] = ["10", "100", "1000"].map((tick) => placeOf(svg, tick).x);
    expect((hundred ?? 0) - (ten ?? 0)).toBeCloseTo((thousand ?? 0) - (hundred ?? 0), 0);
    const [two, four, six] = ["0.2", "0.4", "0.6"].map((tick) => placeOf(svg, tick));
    expect((two?.y ?? 0) - (four?.y ?? 0)).toBeCloseTo((four?.y ?? 0) - (six?.y ?? 0), 0);
    expect(four?.y).toBeGreaterThan(six?.y ?? Number.POSITIVE_INFINITY);
  });

  test("holds a score until the next one is reached", () => {
    const svg = plot(
      [
        line("a", [
          [1, 0],
          [10, 5],
          [100, 5],
        ]),
      ],
      LABELS,
      "wide",
    ).markup;
    const [, path = ""] = /<path d="(M[^"]*H[^"]*V[^"]*)"/.exec(svg) ?? [];
    const [, from, until, reached] =
      /^M[\d.]+ ([\d.]+)H[\d.]+V([\d.]+)H[\d.]+V([\d.]+)$/.exec(path) ?? [];
    expect(Number(until)).toBeLessThan(Number(from));
    expect(reached).toBe(until);
  });

  test("keeps intervals, curves and words inside of the picture, at both sizes", () => {
    const names = ["funsearch", "map-elites", "best-of-n", "sequential", "random"];
    const lines = names.map(
      (name, index): Line => ({
        name: `${name} · mutation`,
        dashed: true,
        points: [1, 30, 900].map((x) => ({
          x,
          y: index,
          band: { low: index - 20, high: index + 40 },
        })),
      }),
    );
    for (const [size, width, height] of [
      ["wide", 860, 380],
      ["narrow", 380, 360],
    ] as const) {
      const svg = plot(lines, LABELS, size).markup;
      for (const at of numbers(svg, "text", "x")) expect(at).toBeLessThan(width);
      for (const at of numbers(svg, "text", "y")) expect(at).toBeLessThan(height);
      const bands = [...svg.matchAll(/<path d="M([^"]*)Z" fill=/g)].map(([, d]) => d ?? "");
      expect(bands).toHaveLength(names.length);
      for (const pair of bands.join("L").split("L")) {
        const [x = -1, y = -1] = pair.split(" ").map(Number);
        expect(x >= 0 && x <= width && y >= 0 && y <= height).toBe(true);
      }
      for (const name of names) {
        const { x } = placeOf(svg, `${name} · mutation`);
        expect(x + 6.6 * `${name} · mutation`.length).toBeLessThanOrEqual(width);
      }
    }
  });

  test("draws a single point as one, and scores that are all alike", () => {
    const svg = plot([line("a", [[5, 3]])], LABELS, "wide").markup;
    expect(svg).toContain("<circle");
    expect(svg).not.toContain("NaN");
    expect(
      plot(
        [
          line("a", [
            [1, 0],
            [9, 0],
          ]),
        ],
        LABELS,
        "wide",
      ).markup,
    ).not.toContain("NaN");
  });

  test("writes names as text, whatever they hold", () => {
    expect(plot([line('<b>"&', [[1, 1]])], LABELS, "wide").markup).toContain(
      "&lt;b&gt;&quot;&amp;</text>",
    );
  });
});
