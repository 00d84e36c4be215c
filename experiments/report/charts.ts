/**
 * Plots as SVG text, drawn on this side: a page that shows them needs no script. Curves are means
 * over seeds of the best training score so far, with their bootstrap intervals.
 */
import { CustomChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { CurvePoint } from "../run/record.ts";
import type { Family } from "./family.ts";
import type { ArmResult } from "./section.ts";
import { bootstrapMean, type Interval, meanOf } from "./statistics.ts";

use([CustomChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** Colour-blind safe. Source: Okabe and Ito, Color Universal Design (2008), yellow left out. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#555555"];
const POINTS = 48;
const SIZES = { wide: [860, 380], narrow: [380, 360] } as const;
export type Size = keyof typeof SIZES;

interface Line {
  readonly name: string;
  readonly dashed: boolean;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly band: Interval | undefined;
  }[];
}

export type Against = "evaluations" | "seconds" | "costUsd";
const AXES: Readonly<Record<Against, string>> = {
  evaluations: "evaluations",
  seconds: "seconds of search",
  costUsd: "US dollars paid to models",
};

/** @returns undefined where nothing was measured along this axis. */
export function scoreChart(
  arms: readonly ArmResult[],
  against: Against,
  size: Size,
): string | undefined {
  const lines = arms.flatMap((arm) => scoreLine(arm, against) ?? []);
  if (lines.length === 0) return undefined;
  return draw(lines, AXES[against], "best training score, mean over seeds", size);
}

/** Share of a suite's tasks that are solved after so many evaluations. */
export function solvedChart({ arms, tasks }: Family, size: Size): string | undefined {
  const most = Math.max(
    1,
    ...arms.flatMap(({ records }) => records.map(({ outcome }) => outcome.evaluations)),
  );
  const lines = arms.map(({ name, arm, records }): Line => {
    const seeds = [...Map.groupBy(records, ({ cell }) => cell.seed).values()];
    const points = grid(1, most).map((x) => {
      const shares = seeds.map(
        (own) =>
          own.filter(
            ({ outcome }) =>
              outcome.solved === true && (outcome.curve.at(-1)?.evaluations ?? Infinity) <= x,
          ).length / tasks.length,
      );
      return { x, y: meanOf(shares) ?? 0, band: bootstrapMean(shares) };
    });
    return { name, dashed: arm.baseline, points };
  });
  return draw(lines, "evaluations", "share of the suite that is solved", size);
}

function scoreLine(arm: ArmResult, against: Against): Line | undefined {
  const curves = arm.records.map(({ outcome }) => outcome.curve).filter(({ length }) => length > 0);
  const xs = curves.flat().flatMap((point) => point[against] ?? []);
  const least = Math.min(...xs.filter((x) => x > 0));
  const ends = arm.records.map(({ outcome }) =>
    against === "costUsd" ? outcome.cost.usd : outcome[against],
  );
  const most = Math.max(...xs, ...ends);
  if (!Number.isFinite(least) || !(most > 0)) return undefined;
  const points = grid(Math.min(least, most), most).flatMap((x) => {
    const values = curves.flatMap((curve) => bestBy(curve, against, x) ?? []);
    // Before every seed has a program the mean would be one over other seeds than later.
    if (values.length < curves.length) return [];
    return [{ x, y: meanOf(values) ?? 0, band: bootstrapMean(values) }];
  });
  return points.length === 0 ? undefined : { name: arm.name, dashed: arm.arm.baseline, points };
}

function bestBy(curve: readonly CurvePoint[], against: Against, x: number): number | undefined {
  return curve.findLast((point) => (point[against] ?? Infinity) <= x)?.fitness;
}

/** Logarithmic steps from `low` to `high`, both included. */
function grid(low: number, high: number): readonly number[] {
  if (low >= high) return [high];
  const step = Math.log(high / low) / (POINTS - 1);
  return Array.from({ length: POINTS }, (_, index) =>
    index === POINTS - 1 ? high : low * Math.exp(step * index),
  );
}

function draw(lines: readonly Line[], x: string, y: string, size: Size): string {
  const [width, height] = SIZES[size];
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  const colour = (index: number): string => COLOURS[index % COLOURS.length] as string;
  const rows = Math.ceil((lines.length * (size === "wide" ? 190 : 180)) / (width - 40));
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    textStyle: { fontFamily: "system-ui, sans-serif" },
    legend: { top: 4, left: 8, right: 8, itemGap: 12, data: lines.map(({ name }) => name) },
    grid: { left: 64, right: 20, top: 34 + 24 * rows, bottom: 46 },
    xAxis: {
      type: "log",
      name: x,
      nameLocation: "middle",
      nameGap: 28,
      min: Math.min(...lines.flatMap(({ points }) => points.map((point) => point.x))),
      max: Math.max(...lines.flatMap(({ points }) => points.map((point) => point.x))),
      axisLabel: {
        formatter: (value: number) => String(Number(value.toPrecision(2))),
        hideOverlap: true,
      },
    },
    yAxis: {
      type: "value",
      scale: true,
      ...rangeOf(lines),
      name: y,
      nameTextStyle: { align: "left" },
      axisLabel: { formatter: (value: number) => String(Number(value.toPrecision(6))) },
    },
    series: lines.flatMap((line, index) => [band(line, colour(index)), curve(line, colour(index))]),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** Wide enough for the intervals: the axis itself looks at the curves alone. */
function rangeOf(lines: readonly Line[]): { readonly min: number; readonly max: number } {
  const values = lines.flatMap(({ points }) =>
    points.flatMap(({ y, band }) => [y, band?.low ?? y, band?.high ?? y]),
  );
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = (high - low || Math.abs(high) || 1) * 0.04;
  const step = 10 ** Math.floor(Math.log10(high - low + 2 * margin) - 1);
  return {
    // A share does not fall below nothing.
    min: low >= 0 && low - margin < 0 ? 0 : Math.floor((low - margin) / step) * step,
    max: Math.ceil((high + margin) / step) * step,
  };
}

function curve({ name, dashed, points }: Line, colour: string) {
  return {
    type: "line" as const,
    name,
    data: points.map(({ x, y }) => [x, y]),
    showSymbol: points.length === 1,
    step: "end" as const,
    itemStyle: { color: colour },
    lineStyle: { width: 2, color: colour, type: dashed ? ("dashed" as const) : ("solid" as const) },
  };
}

/** The interval as one polygon: along its upper side and back along the lower one. */
function band({ points }: Line, colour: string) {
  const held = points.filter(({ band }) => band !== undefined);
  const outline = [
    ...held.map(({ x, band }) => [x, band?.high ?? 0]),
    ...held.toReversed().map(({ x, band }) => [x, band?.low ?? 0]),
  ];
  return {
    type: "custom" as const,
    silent: true,
    // One item carries the whole polygon.
    data: outline.slice(0, 1),
    renderItem: (_: unknown, api: { readonly coord?: (point: number[]) => number[] }) => ({
      type: "polygon" as const,
      shape: { points: outline.map((point) => api.coord?.(point) ?? [0, 0]) },
      style: { fill: colour, opacity: 0.13 },
    }),
  };
}
