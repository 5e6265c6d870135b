/** A chart by uPlot. */

import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Series } from "./series";

export interface PlotLook {
  readonly line: string;
  readonly band: string;
  readonly ink: string;
  readonly grid: string;
  readonly locale: string;
}

export interface PlotEvents {
  /** The pointer is over a bucket, or over none. */
  over(index: number | null): void;
  /** A stretch was dragged, in milliseconds. */
  dragged(from: number, to: number): void;
}

const HEIGHT = 260;
const FONT = "12px system-ui, sans-serif";
/** Less is a click that shook. */
const SHORTEST_DRAG = 8;
const DAY = 86_400;

/** Draws a chart that fills the width of an element; answers what takes it away. */
export function plot(element: HTMLElement, series: Series, look: PlotLook, events: PlotEvents): () => void {
  const chart = new UPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
      scales: { x: { range: () => [series.from, series.to] } },
      axes: [
        axis(look, { values: (_, ticks) => ticks.map((tick, index) => tickText(tick, ticks[index - 1], ticks, look.locale)), space: 70 }),
        axis(look, { size: 52, values: (_, ticks) => ticks.map((tick) => new Intl.NumberFormat(look.locale).format(tick)) }),
      ],
      series: [
        {},
        { stroke: look.line, width: 2, points: { show: true, size: 5, fill: look.line, filter: () => alone(series.mean) } },
        { stroke: "transparent", points: { show: false } },
        { stroke: "transparent", points: { show: false } },
      ],
      bands: [{ series: [3, 2], fill: look.band }],
      hooks: {
        setCursor: [(self) => events.over(self.cursor.left !== undefined && self.cursor.left >= 0 ? (self.cursor.idx ?? null) : null)],
        setSelect: [
          (self) => {
            const { left, width } = self.select;
            if (width < SHORTEST_DRAG) return;
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            events.dragged(self.posToVal(left, "x") * 1000, self.posToVal(left + width, "x") * 1000);
          },
        ],
      },
    },
    [series.times, series.mean, series.low, series.high],
    element,
  );
  const watcher = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
  watcher.observe(element);
  return () => {
    watcher.disconnect();
    chart.destroy();
  };
}

/** Where a value has gaps on both sides: no line leads there, so it needs a point to be seen. */
export function alone(values: readonly (number | null)[]): number[] {
  const isGap = (index: number) => (values[index] ?? null) === null;
  return Array.from(values.keys()).filter((index) => !isGap(index) && isGap(index - 1) && isGap(index + 1));
}

function axis(look: PlotLook, more: Partial<UPlot.Axis>): UPlot.Axis {
  return { stroke: look.ink, font: FONT, grid: { stroke: look.grid, width: 1 }, ticks: { stroke: look.grid, width: 1, size: 4 }, ...more };
}

/** The time of a tick, with the day where it changes. */
function tickText(tick: number, before: number | undefined, ticks: readonly number[], locale: string): string {
  const step = (ticks[1] ?? 0) - (ticks[0] ?? 0);
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options).format(tick * 1000);
  if (step >= 28 * DAY) return date({ month: "short", year: "2-digit" });
  if (step >= DAY) return date({ day: "numeric", month: "short" });
  const time = date({ hour: "2-digit", minute: "2-digit" });
  const isNewDay = before === undefined || new Date(before * 1000).getDate() !== new Date(tick * 1000).getDate();
  return isNewDay ? `${time}\n${date({ day: "numeric", month: "short" })}` : time;
}
