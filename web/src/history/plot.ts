/** The chart, drawn by uPlot. */

import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Series } from "./series";

export interface PlotStyle {
  readonly line: string;
  readonly band: string;
  readonly ink: string;
  readonly grid: string;
  readonly locale: string;
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
      scales: { x: { range: () => [series.from, series.to] } },
      axes: [
        axis(style, { values: (_, ticks) => ticks.map((tick, index) => tickText(tick, ticks[index - 1], ticks, style.locale)), space: 70 }),
        axis(style, { size: 52, values: (_, ticks) => ticks.map((tick) => new Intl.NumberFormat(style.locale).format(tick)) }),
      ],
      series: [
        {},
        { stroke: style.line, width: 2, points: { show: true, size: 5, fill: style.line, filter: () => isolatedPoints(series.mean) } },
        { stroke: "transparent", points: { show: false } },
        { stroke: "transparent", points: { show: false } },
      ],
      bands: [{ series: [3, 2], fill: style.band }],
      hooks: {
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
    [series.times, series.mean, series.low, series.high],
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
function tickText(tick: number, before: number | undefined, ticks: readonly number[], locale: string): string {
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options).format(tick * 1000);
  if (step >= 28 * DAY) return date({ month: "short", year: "2-digit" });
  if (step >= DAY) return date({ day: "numeric", month: "short" });
  const time = date({ hour: "2-digit", minute: "2-digit" });
  const isNewDay = before === undefined || new Date(before * 1000).getDate() !== new Date(tick * 1000).getDate();
  return isNewDay ? `${time}\n${date({ day: "numeric", month: "short" })}` : time;
}
