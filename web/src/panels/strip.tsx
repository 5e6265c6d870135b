/** The past day and the next three at the hive: temperature, rain, wind, and when it can be opened. */

import { useState } from "preact/hooks";
import type { Forecast, ForecastHour } from "../api/answers";
import { startOfDay } from "../formatting/time";
import { numberText, shownUnit, valueText } from "../formatting/units";
import { THRESHOLDS } from "../history/thresholds";
import { placeZone } from "../places/place-time";
import { now } from "../state/clock";
import { chores, forecast, pastDay } from "../state/present";
import { formatting } from "../state/settings";
import { MAIN_CHORE } from "../state/signs";
import { words } from "../words/words";
import { AHEAD, HEIGHT, hourAt, momentAt, stripOf, WIDTH, xOf } from "./strip-shape";
import { levelOf } from "./verdict";
import { usableWindows } from "./windows";

/** The height of the whole strip, and of the verdicts at its foot, in its own units. */
const STRIP = 152;
const BAND = 14;
/** The height of a label. */
const LABEL = 18;

export function HourStrip() {
  const data = forecast.value.data;
  if (data && data.hours.length > 0) return <Hours data={data} />;
  // The room is kept while the answer is on its way, so that nothing moves when it comes.
  return forecast.value.failure ? null : <div class="strip is-waiting" />;
}

function Hours({ data }: { data: Forecast }) {
  const {
    hive: say,
    history: { thresholds },
  } = words.value;
  const [share, setShare] = useState<number | null>(null);
  const at = now.value;
  const main = chores.value.data?.chores.find(({ chore }) => chore === MAIN_CHORE);
  const strip = stripOf(data, pastDay.value.data, usableWindows(main?.windows ?? [], at), at);
  const numbers = formatting.value;
  const degrees = (value: number) => `${numberText(value, "°C", numbers, 0)}°`;
  const pointed = share === null ? null : hourAt(data, momentAt(share, at));
  const point = (event: PointerEvent) => {
    const { left, width } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    setShare((event.clientX - left) / width);
  };
  const bars = (list: typeof strip.rain, kind: string, y: number, height: number) =>
    list.map(({ x, width, share }) => (
      <rect key={x} class={kind} x={x} y={y + height * (1 - share)} width={width} height={height * share} />
    ));
  return (
    <figure class="strip" id="strip">
      <Days at={at} />
      <div
        class="strip-hours"
        role="img"
        aria-label={say.strip}
        onPointerMove={point}
        onPointerDown={point}
        onPointerLeave={() => setShare(null)}
      >
        <svg viewBox={`0 0 ${WIDTH} ${STRIP}`} preserveAspectRatio="none" aria-hidden="true">
          <rect class="strip-past" x="0" y="0" width={xOf(at, at)} height={STRIP} />
          <Midnights at={at} />
          {strip.limit !== null && <line class="strip-limit" x1="0" x2={WIDTH} y1={strip.limit} y2={strip.limit} />}
          <path class="strip-band" d={strip.band} />
          <path class="strip-line is-past" d={strip.past} />
          <path class="strip-line" d={strip.line} />
          {bars(strip.rain, "strip-rain", HEIGHT + 2, 16)}
          {bars(strip.wind, "strip-wind", HEIGHT + 20, 14)}
          <rect class="strip-none" x={xOf(at, at)} y={STRIP - BAND} width={xOf(at + AHEAD, at) - xOf(at, at)} height={BAND} />
          {strip.windows.map(({ x, width, verdict }) => (
            <rect key={x} class={`strip-window is-${levelOf(verdict)}`} x={x} y={STRIP - BAND} width={width} height={BAND} />
          ))}
          <line class="strip-now" x1={xOf(at, at)} x2={xOf(at, at)} y1="0" y2={STRIP} />
          {share !== null && <line class="strip-pointer" x1={share * WIDTH} x2={share * WIDTH} y1="0" y2={STRIP} />}
        </svg>
        {(strip.limit === null || strip.limit > LABEL) && (
          <span class="strip-label is-high" aria-hidden="true">
            {degrees(strip.high)}
          </span>
        )}
        <span class="strip-label is-low" aria-hidden="true">
          {degrees(strip.low)}
        </span>
        <span class="strip-label is-rain" aria-hidden="true">
          {say.rain}
        </span>
        <span class="strip-label is-wind" aria-hidden="true">
          {say.wind}
        </span>
        {strip.limit !== null && (
          <span class="strip-label is-limit" style={{ top: `${(strip.limit / STRIP) * 100}%` }} aria-hidden="true">
            {thresholds.full_inspection} {degrees(THRESHOLDS.full_inspection)}
          </span>
        )}
      </div>
      <figcaption class="figure small soft">{pointed ? hourText(pointed) : <Bands />}</figcaption>
    </figure>
  );
}

/** What the colours below the strip mean. */
function Bands() {
  const { bands } = words.value.hive;
  return (
    <ul class="bands">
      {(["go", "caution", "no"] as const).map((level) => (
        <li key={level} class={`is-${level}`}>
          {bands[level]}
        </li>
      ))}
    </ul>
  );
}

/** The names of the days above the strip. */
function Days({ at }: { at: number }) {
  const names = new Intl.DateTimeFormat(formatting.value.locale, { weekday: "short", timeZone: placeZone.value });
  const starts = midnights(at);
  return (
    <p class="strip-days" aria-hidden="true">
      {starts.map((start) => (
        // Each label starts at its midnight; one too close to the end would be cut off.
        <span key={start} style={{ left: `${(xOf(start, at) / WIDTH) * 100}%` }}>
          {names.format(start + 12 * 3_600_000)}
        </span>
      ))}
    </p>
  );
}

function Midnights({ at }: { at: number }) {
  return (
    <>
      {midnights(at).map((start) => (
        <line key={start} class="strip-midnight" x1={xOf(start, at)} x2={xOf(start, at)} y1="0" y2={STRIP} />
      ))}
    </>
  );
}

/** The midnights on the strip, in the place's time zone. */
function midnights(at: number): number[] {
  return [0, 1, 2, 3].map((days) => startOfDay(at, placeZone.value, days)).filter((start) => xOf(start, at) < WIDTH * 0.94);
}

function hourText({ at, air_temperature: air, wind_speed: wind, precipitation: rain }: ForecastHour): string {
  const { hive: say } = words.value;
  const numbers = formatting.value;
  const when = new Intl.DateTimeFormat(numbers.locale, { weekday: "short", hour: "numeric", minute: "2-digit", timeZone: placeZone.value });
  const range =
    air && `${numberText(air.low_68, "°C", numbers, 0)} – ${numberText(air.high_68, "°C", numbers, 0)} ${shownUnit("°C", numbers)}`;
  const parts = [
    range,
    wind && `${say.wind} ${valueText(wind.value, "m/s", numbers, 0)}`,
    rain && `${say.rain} ${valueText(rain.value, "mm", numbers, 1)}`,
  ];
  return `${when.format(Date.parse(at))}${words.value.colon} ${parts.filter(Boolean).join(", ")}`;
}
