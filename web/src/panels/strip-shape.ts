/** The shapes of the strip of hours: a day back, three ahead. */

import type { Forecast, ForecastHour, History } from "../api/answers";
import { THRESHOLDS } from "../history/thresholds";
import type { Stretch } from "./windows";

const HOUR = 3_600_000;
export const BACK = 24 * HOUR;
export const AHEAD = 72 * HOUR;
/** The strip in its own units; the browser stretches it. */
export const WIDTH = 960;
export const HEIGHT = 100;
/** The least range of temperatures, in °C, so that a calm day is a calm line. */
const LEAST_RANGE = 8;
/** In kelvins. The limit for opening the hive is worth the room if it is this near. */
const NEAR = 5;
/** In mm/h; more rain fills its bar. */
const FULL_RAIN = 3;

export interface Strip {
  /** Paths in units of the strip: the past, the coming hours, and the range of most likely values. */
  readonly past: string;
  readonly line: string;
  readonly band: string;
  /** The scale of temperatures in °C. */
  readonly low: number;
  readonly high: number;
  /** Where the least temperature for opening the hive is; `null` if it is far from all values. */
  readonly limit: number | null;
  readonly rain: readonly Bar[];
  readonly wind: readonly Bar[];
  readonly windows: readonly (Bar & { readonly verdict: string })[];
}

export interface Bar {
  /** In units of the strip. */
  readonly x: number;
  readonly width: number;
  /** 0 to 1. */
  readonly share: number;
}

/** Where a moment is on the strip, in its units. */
export function xOf(moment: number, now: number): number {
  return ((moment - now + BACK) / (BACK + AHEAD)) * WIDTH;
}

/** The moment at a share of the strip's width. */
export function momentAt(share: number, now: number): number {
  return now - BACK + share * (BACK + AHEAD);
}

export function stripOf(forecast: Forecast, past: History | null, windows: readonly Stretch[], now: number): Strip {
  const hours = forecast.hours.filter(({ at }) => Date.parse(at) < now + AHEAD);
  const ahead = hours.flatMap(({ at, air_temperature: air }) => (air ? [{ at: Date.parse(at) + HOUR / 2, ...air }] : []));
  const back = (past?.rows ?? []).flatMap(({ from, to, mean, count }) =>
    count > 0 && mean !== null ? [{ at: (Date.parse(from) + Date.parse(to)) / 2, value: mean }] : [],
  );
  const values = [...ahead.flatMap(({ low_68, high_68 }) => [low_68, high_68]), ...back.map(({ value }) => value)];
  const warmest = Math.max(...values);
  const isNear = warmest > THRESHOLDS.full_inspection - NEAR;
  const [least, most] = [Math.min(...values), Math.max(warmest, ...(isNear ? [THRESHOLDS.full_inspection] : []))];
  const room = Math.max(0, LEAST_RANGE - (most - least)) / 2 + 1;
  const [low, high] = [least - room, most + room];
  const yOf = (value: number) => HEIGHT - ((value - low) / (high - low)) * HEIGHT;
  const point = (at: number, value: number) => `${xOf(at, now).toFixed(1)} ${yOf(value).toFixed(1)}`;
  const path = (points: readonly string[]) => (points.length > 0 ? `M${points.join("L")}` : "");
  const bar = (hour: ForecastHour, share: number): Bar => ({
    x: xOf(Date.parse(hour.at), now),
    width: (HOUR / (BACK + AHEAD)) * WIDTH,
    share,
  });
  return {
    past: path(back.map(({ at, value }) => point(at, value))),
    line: path(ahead.map(({ at, value }) => point(at, value))),
    band: path([...ahead.map(({ at, high_68 }) => point(at, high_68)), ...ahead.toReversed().map(({ at, low_68 }) => point(at, low_68))]),
    low,
    high,
    limit: isNear && THRESHOLDS.full_inspection > low ? yOf(THRESHOLDS.full_inspection) : null,
    rain: hours.flatMap((hour) =>
      hour.precipitation && hour.precipitation.value > 0.05 ? [bar(hour, Math.min(1, 0.25 + hour.precipitation.value / FULL_RAIN))] : [],
    ),
    wind: hours.flatMap((hour) => (hour.wind_speed ? [bar(hour, windShare(hour.wind_speed.value))] : [])),
    windows: windows
      .filter(({ from }) => from < now + AHEAD)
      .map(({ from, to, verdict }) => {
        const x = xOf(from, now);
        return { x, width: Math.min(WIDTH, xOf(to, now)) - x, share: 1, verdict };
      }),
  };
}

/** How strong wind is for bees: up to 3.3 m/s leaves rustle, above 8 m/s branches move. 0 to 1. */
function windShare(metresPerSecond: number): number {
  return Math.min(1, Math.max(0.06, (metresPerSecond - 2) / 6));
}

/** The hour of the forecast that contains a moment. */
export function hourAt({ hours }: Forecast, moment: number): ForecastHour | null {
  return hours.find(({ at }) => Date.parse(at) <= moment && moment < Date.parse(at) + HOUR) ?? null;
}
