/** The legend: what the map's colours and symbols mean. */

import type { ComponentChildren } from "preact";
import { numberText, shownUnit } from "../formatting/units";
import { isSurface } from "../state/choice";
import { formatting } from "../state/settings";
import { words } from "../words/words";
import { CYCLE, RAMP } from "./palette";
import { leavesOutIndoors, mapData } from "./view";

export function Legend() {
  const { map } = words.value;
  const scale = mapData.value?.scale ?? [];
  const unit = mapData.value?.unit ?? "";
  const digits = scale.some((bound) => bound % 1 !== 0) ? undefined : 0;
  const bound = (value: number) => numberText(value, unit, formatting.value, digits);
  const range = (step: number) => {
    const [low, high] = [scale[step - 1], scale[step]];
    if (low === undefined) return high === undefined ? "" : map.below(bound(high));
    return high === undefined ? map.from(bound(low)) : map.between(bound(low), bound(high));
  };
  return (
    <div class="legend" role="group" aria-label={map.legend}>
      <ol class="ramp">
        {mapData.value?.isDirection && <Directions />}
        {!mapData.value?.isDirection &&
          RAMP.map((colour, step) => (
            <li key={colour} title={`${range(step)} ${shownUnit(unit, formatting.value)}`}>
              <svg class="swatch" viewBox="0 0 10 10" preserveAspectRatio="none" aria-hidden="true">
                <rect width="10" height="10" fill={colour} />
              </svg>
              <span class="unseen">{range(step)}</span>
              <span class="bound" aria-hidden="true">
                {scale[step] === undefined ? shownUnit(unit, formatting.value) : bound(scale[step])}
              </span>
            </li>
          ))}
      </ol>
      {mapData.value?.isDirection && !isSurface.value && <p>{map.wind}</p>}
      {isSurface.value ? <p>{map.surfaceNote}</p> : <Signs />}
    </div>
  );
}

/** The symbols of boxes. */
function Signs() {
  const { map } = words.value;
  return (
    <ul class="signs">
      <LegendItem width={20} meaning={map.usable}>
        <circle cx="10" cy="10" r="6" fill={RAMP[5]} />
      </LegendItem>
      <LegendItem width={20} meaning={map.doubtful}>
        <path d="M10 1.500 18.500 10 10 18.500 1.500 10z" class="sign-frame" />
        <path d="M10 4.500 15.500 10 10 15.500 4.500 10z" fill={RAMP[5]} />
      </LegendItem>
      <LegendItem width={20} meaning={map.stale}>
        <circle cx="10" cy="10" r="4.500" class="sign-frame" />
      </LegendItem>
      {!leavesOutIndoors.value && (
        <LegendItem width={20} meaning={map.indoor}>
          <rect x="5" y="5" width="10" height="10" class="sign-frame" />
        </LegendItem>
      )}
      <LegendItem width={20} meaning={map.withoutSensor}>
        <circle cx="10" cy="10" r="2.500" class="sign-dot" />
      </LegendItem>
      <LegendItem width={28} meaning={map.cluster}>
        <circle cx="14" cy="10" r="10" fill={RAMP[5]} />
        <text x="14" y="14" text-anchor="middle" font-size="11" font-weight="600" fill="#000000">
          4°
        </text>
      </LegendItem>
      <LegendItem width={28} meaning={map.oldCluster}>
        <circle cx="14" cy="10" r="8.500" class="sign-frame" />
        <circle cx="14" cy="10" r="5.500" class="sign-frame" />
      </LegendItem>
    </ul>
  );
}

/** The colours of the eight directions from which wind comes. */
function Directions() {
  const { compass } = words.value;
  return (
    <>
      {CYCLE.map((colour, step) => (
        <li key={colour}>
          <svg class="swatch" viewBox="0 0 10 10" preserveAspectRatio="none" aria-hidden="true">
            <rect width="10" height="10" fill={colour} />
          </svg>
          <span class="direction">{compass[step]}</span>
        </li>
      ))}
    </>
  );
}

/** A symbol of the map with its meaning. */
function LegendItem({ width, meaning, children }: { width: number; meaning: string; children: ComponentChildren }) {
  return (
    <li>
      <svg viewBox={`0 0 ${width} 20`} aria-hidden="true">
        {children}
      </svg>
      {meaning}
    </li>
  );
}
