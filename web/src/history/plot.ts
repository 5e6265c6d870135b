/** The chart, drawn by uPlot. */

import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Series } from "./series";

export interface PlotStyle {
  readonly line: string;
  readonly band: string;
  /** The line of the history that is compared with. */
  readonly other: string;
  readonly ink: string;
  readonly grid: string;
  /** After the numbers of the axis: a degree sign, or nothing. */
  readonly sign: string;
  readonly locale: string;
  readonly timeZone: string;
  /** Labelled lines, in the reader's unit. */
  readonly thresholds: readonly Threshold[];
}

export interface Threshold {
  readonly value: number;
  readonly label: string;
}

export interface PlotEvents {
  /** The pointer is over a bucket, or over none. */
  hover(index: number | null): void;
  /** A range was selected by dragging, in milliseconds since 1970. */
  select(from: number, to: number): void;
}

const HEIGHT = 260;
const FONT = "12px system-ui, sans-serif";
/** In pixels. A shorter drag is a shaky click. */
const SHORTEST_DRAG = 8;
/** In seconds, as uPlot counts. */
const DAY = 86_400;

/** Draws a chart as wide as an element; returns a function that removes it. */
export function plot(element: HTMLElement, series: Series, style: PlotStyle, events: PlotEvents): () => void {
  const chart = new UPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
      tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), style.timeZone),
      scales: {
        x: { range: () => [series.from, series.to] },
        y: { range: (_, low, high) => paddedRange(low, high, style.thresholds) },
      },
      axes: [
        axis(style, { values: (_, ticks) => ticks.map((tick, index) => tickText(tick, ticks[index - 1], ticks, style)), space: 70 }),
        axis(style, {
          size: 52,
          values: (_, ticks) => ticks.map((tick) => `${new Intl.NumberFormat(style.locale).format(tick).replace("-", "−")}${style.sign}`),
        }),
      ],
      series: [
        {},
        { stroke: style.line, width: 2, points: { show: true, size: 5, fill: style.line, filter: () => isolatedPoints(series.mean) } },
        { stroke: "transparent", points: { show: false } },
        { stroke: "transparent", points: { show: false } },
        {
          stroke: style.other,
          width: 2,
          dash: [7, 4],
          points: { show: true, size: 5, fill: style.other, filter: () => isolatedPoints(series.other) },
        },
      ],
      bands: [{ series: [3, 2], fill: style.band }],
      hooks: {
        drawAxes: [(self) => drawThresholds(self, style)],
        setCursor: [(self) => events.hover(self.cursor.left !== undefined && self.cursor.left >= 0 ? (self.cursor.idx ?? null) : null)],
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            if (width < SHORTEST_DRAG) return;
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            events.select(self.posToVal(left, "x") * 1000, self.posToVal(left + width, "x") * 1000);
          },
        ],
      },
    },
    [series.times, series.mean, series.low, series.high, series.other],
    element,
  );
  const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
  observer.observe(element);
  return () => {
    observer.disconnect();
    chart.destroy();
  };
}

/** The indices of values between two gaps: no line reaches them, so only a point makes them visible. */
export function isolatedPoints(values: readonly (number | null)[]): number[] {
  const isGap = (index: number) => (values[index] ?? null) === null;
  return Array.from(values.keys()).filter((index) => !isGap(index) && isGap(index - 1) && isGap(index + 1));
}

/** In the reader's unit. A threshold this close to the values is worth the room. */
const NEAR = 6;
const PADDING = 0.08;

/** The range of the values with some room, extended to thresholds that are near. */
export function paddedRange(low: number, high: number, thresholds: readonly Threshold[]): [number, number] {
  const near = thresholds.map(({ value }) => value).filter((value) => value > low - NEAR && value < high + NEAR);
  const [from, to] = [Math.min(low, ...near), Math.max(high, ...near)];
  const room = (to - from || 1) * PADDING;
  return [from - room, to + room];
}

function drawThresholds(chart: UPlot, { thresholds, grid, ink }: PlotStyle): void {
  const { ctx, bbox } = chart;
  const density = devicePixelRatio || 1;
  ctx.save();
  ctx.font = `${11 * density}px system-ui, sans-serif`;
  ctx.textAlign = "right";
  ctx.textBaseline = "bottom";
  for (const { value, label } of thresholds) {
    const y = Math.round(chart.valToPos(value, "y", true));
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    ctx.strokeStyle = ink || grid;
    ctx.lineWidth = density;
    ctx.setLineDash([5 * density, 4 * density]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillStyle = ink;
    ctx.fillText(label, bbox.left + bbox.width - 4 * density, y - 2 * density);
  }
  ctx.restore();
}

function axis(style: PlotStyle, more: Partial<UPlot.Axis>): UPlot.Axis {
  return {
    stroke: style.ink,
    font: FONT,
    grid: { stroke: style.grid, width: 1 },
    ticks: { stroke: style.grid, width: 1, size: 4 },
    ...more,
  };
}

/** The time of a tick, with the date if the day changes there. */
function tickText(tick: number, before: number | undefined, ticks: readonly number[], { locale, timeZone }: PlotStyle): string {
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(tick * 1000);
  if (step >= 28 * DAY) return date({ month: "short", year: "2-digit" });
  if (step >= DAY) return date({ day: "numeric", month: "short" });
  const time = date({ hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat("en", { dateStyle: "short", timeZone });
  const isNewDay = before === undefined || day.format(before * 1000) !== day.format(tick * 1000);
  return isNewDay ? `${time}\n${date({ day: "numeric", month: "short" })}` : time;
}
