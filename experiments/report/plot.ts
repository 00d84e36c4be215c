/**
 * Curves with their intervals as SVG: a logarithmic x axis, a linear y axis, a legend above. A curve
 * keeps its value until its next point, like a best score.
 */
import { html, type Markup } from "../../src/index.ts";
import type { Interval } from "./statistics.ts";

export interface Line {
  readonly name: string;
  readonly dashed: boolean;
  /** Sorted by x; x is above 0. */
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    readonly band: Interval | undefined;
  }[];
}

const SIZES = { wide: [860, 380], narrow: [380, 360] } as const;
export type PlotSize = keyof typeof SIZES;

/** Colour-blind safe. Source: Okabe and Ito, Color Universal Design (2008), without yellow. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#555555"];
const TEXT_COLOUR = "#4b5563";
const GRID_COLOUR = "#e3e7ec";
/** Estimated width of a 12 pixel sans-serif letter, rather too wide: text cannot be measured here. */
const LETTER_WIDTH = 6.6;
const ROW_HEIGHT = 22;
/** Minimum width of one label of the x axis. */
const LABEL_WIDTH = 44;

/** From a value of an axis to its pixel. */
type Scale = (value: number) => number;
interface Key {
  readonly row: number;
  readonly left: number;
}

/** @param lines At least one, each with at least one point. */
export function plot(
  lines: readonly Line[],
  labels: { readonly x: string; readonly y: string },
  size: PlotSize,
): Markup {
  const [width, height] = SIZES[size];
  const keys = legend(lines, width - 16);
  const top = 40 + ROW_HEIGHT * ((keys.at(-1)?.row ?? 0) + 1);
  const bottom = height - 48;
  const xs = lines.flatMap(({ points }) => points.map(({ x }) => x));
  const [least, most] = [Math.min(...xs), Math.max(...xs)];
  const { low, high, ticks } = rangeOf(lines);
  const names = ticks.map((tick) => String(Number(tick.toPrecision(6))));
  const left = 16 + LETTER_WIDTH * Math.max(...names.map(({ length }) => length));
  const right = width - 20;
  const span = Math.log(most / least) || 1;
  const x: Scale = (value) => left + ((right - left) * Math.log(value / least)) / span;
  const y: Scale = (value) => bottom - ((bottom - top) * (value - low)) / (high - low);

  const colour = (index: number): string => COLOURS[index % COLOURS.length] as string;
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${`${labels.y} by ${labels.x}`}" font-family="system-ui, sans-serif" font-size="12" fill="${TEXT_COLOUR}">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${lines.map((line, index) => key(line, colour(index), keys[index] as Key))}
${write(labels.y, 8, top - 14)}
${ticks.map((tick, index) => html`<path d="M${px(left)} ${px(y(tick))}H${right}" stroke="${GRID_COLOUR}"/>${write(names[index] ?? "", left - 8, y(tick) + 4, "end")}`)}
${logTicks(least, most, right - left).map((tick) => html`<path d="M${px(x(tick))} ${bottom}v5" stroke="${TEXT_COLOUR}"/>${write(short(tick), x(tick), bottom + 19, "middle")}`)}
<path d="M${px(left)} ${bottom}H${right}" stroke="${TEXT_COLOUR}"/>
${write(labels.x, (left + right) / 2, height - 10, "middle")}
${lines.map((line, index) => band(line, colour(index), x, y))}
${lines.map((line, index) => curve(line, colour(index), x, y))}
</svg>`;
}

/** The positions of the legend's entries, as many per row as fit. */
function legend(lines: readonly Line[], width: number): readonly Key[] {
  let row = 0;
  let left = 0;
  return lines.map(({ name }) => {
    const needed = 48 + LETTER_WIDTH * name.length;
    if (left > 0 && left + needed > width) {
      row += 1;
      left = 0;
    }
    const at = { row, left: 8 + left };
    left += needed;
    return at;
  });
}

function key({ name, dashed }: Line, colour: string, { row, left }: Key): Markup {
  const at = 16 + ROW_HEIGHT * row;
  return html`<path d="M${px(left)} ${at}h24" ${stroke(colour, dashed)}/>${write(name, left + 30, at + 4)}`;
}

function curve({ dashed, points }: Line, colour: string, x: Scale, y: Scale): Markup {
  const [first] = points;
  if (first === undefined) return html``;
  if (points.length === 1) {
    return html`<circle cx="${px(x(first.x))}" cy="${px(y(first.y))}" r="3.5" fill="${colour}"/>`;
  }
  const steps = points.slice(1).map((point) => `H${px(x(point.x))}V${px(y(point.y))}`);
  return html`<path d="M${px(x(first.x))} ${px(y(first.y))}${steps.join("")}" ${stroke(colour, dashed)}/>`;
}

/** The interval as one polygon: along its upper bound and back along the lower one. */
function band({ points }: Line, colour: string, x: Scale, y: Scale): Markup {
  const bounds = points.flatMap(({ x: at, band: own }) =>
    own === undefined ? [] : [{ at: x(at), ...own }],
  );
  if (bounds.length < 2) return html``;
  const outline = [
    ...bounds.map(({ at, high }) => `${px(at)} ${px(y(high))}`),
    ...bounds.toReversed().map(({ at, low }) => `${px(at)} ${px(y(low))}`),
  ];
  return html`<path d="M${outline.join("L")}Z" fill="${colour}" fill-opacity="0.13"/>`;
}

/** The range of the y axis: it contains the intervals, and its ends are round values. */
function rangeOf(lines: readonly Line[]) {
  const values = lines.flatMap(({ points }) =>
    points.flatMap(({ y, band: own }) => [y, own?.low ?? y, own?.high ?? y]),
  );
  const least = Math.min(...values);
  const most = Math.max(...values);
  const margin = (most - least || Math.abs(most) || 1) * 0.04;
  const step = roundStep((most - least + 2 * margin) / 7);
  // A share is never below 0.
  const low = least >= 0 && least - margin < 0 ? 0 : Math.floor((least - margin) / step) * step;
  const count = Math.ceil((most + margin - low) / step - 1e-9);
  const ticks = Array.from({ length: count + 1 }, (_, index) => low + index * step);
  return { low, high: low + count * step, ticks };
}

/** The smallest value of 1, 2 or 5 times a power of ten that is not below `least`. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/** As many round values as there is space for their labels. */
function logTicks(least: number, most: number, width: number): readonly number[] {
  const first = Math.floor(Math.log10(least));
  const powers = Array.from(
    { length: Math.floor(Math.log10(most)) - first + 1 },
    (_, index) => 10 ** (first + index),
  );
  const choices = [[1, 2, 5], [1, 3], [1]].map((factors) =>
    powers
      .flatMap((power) => factors.map((factor) => Number((factor * power).toPrecision(1))))
      .filter((tick) => tick >= least && tick <= most),
  );
  const fitting = choices.find((ticks) => ticks.length > 1 && ticks.length * LABEL_WIDTH <= width);
  // Fewer than two round values between the ends, or too many powers: only the ends.
  return fitting ?? (least < most ? [least, most] : [least]);
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function stroke(colour: string, dashed: boolean): Markup {
  return html`fill="none" stroke="${colour}" stroke-width="2"${dashed ? html` stroke-dasharray="6 4"` : undefined}`;
}

function write(words: string, x: number, y: number, anchor = "start"): Markup {
  return html`<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}">${words}</text>`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}
