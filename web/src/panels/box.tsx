/** A box: its sensors, their values, and whether those can be trusted. */

import { computed, effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { BoxRow, Comparison, OneBox, Sensor } from "../api/answers";
import { agoText, momentText } from "../formatting/time";
import { countText, differenceText, distanceText, uncertaintyText, valueText } from "../formatting/units";
import { boxesAt } from "../map/boxes-at";
import { commands } from "../map/view";
import { Icon } from "../parts/icons";
import { Loaded } from "../parts/loaded";
import { placeName } from "../places/place-text";
import { boxId, choose } from "../state/choice";
import { now } from "../state/clock";
import { boxesThere, clicked, oneBox } from "../state/present";
import { formatting, prefersReducedMotion } from "../state/settings";
import { phenomenonName, words } from "../words/words";
import { Sparkline } from "./sparkline";
import { verdictOf } from "./verdict";

const candidates = computed(() => {
  const near = boxesThere.value.data?.boxes;
  return near && clicked.value ? boxesAt(near, clicked.value) : [];
});

// A single box at the clicked place is selected at once; among several the reader chooses.
effect(() => {
  const [only, ...others] = candidates.value;
  if (!only || others.length > 0) return;
  clicked.value = null;
  choose({ box: only.id });
});
addEventListener("popstate", () => (clicked.value = null));

export function BoxPanel() {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = clicked.value ? `${clicked.value.lat} ${clicked.value.lon}` : boxId.value;
  const first = useRef(shown);
  useEffect(() => {
    // A reader who has just selected a box wants to see it; a reader who opens an address starts at the top.
    if (shown && shown !== first.current) reveal(heading.current);
    first.current = null;
  }, [shown]);
  if (!shown) return null;
  const { box: say } = words.value;
  return (
    <section class="card box" aria-labelledby="box-title" id="box">
      <div class="panel-head">
        <h2 id="box-title" tabIndex={-1} ref={heading}>
          {title()}
        </h2>
        <button type="button" class="map-button" id="box-close" aria-label={say.close} title={say.close} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      {clicked.value ? (
        <Loaded of={boxesThere}>
          {({ total, boxes }) => <Candidates boxes={candidates.value} total={total} requested={boxes.length} />}
        </Loaded>
      ) : (
        <Loaded of={oneBox} fallbacks={{ not_found: <p id="box-missing">{say.missing}</p> }}>
          {(answer) => <Details answer={answer} />}
        </Loaded>
      )}
    </section>
  );
}

function title(): string {
  const { box: say } = words.value;
  if (clicked.value) return candidates.value.length > 1 ? say.several : say.title;
  return oneBox.value.data?.box.name || say.title;
}

function close(): void {
  clicked.value = null;
  choose({ box: null });
  document.getElementById("map")?.focus({ preventScroll: true });
}

function reveal(heading: HTMLElement | null): void {
  heading?.focus({ preventScroll: true });
  heading?.closest("section")?.scrollIntoView({ block: "nearest", behavior: prefersReducedMotion() ? "auto" : "smooth" });
}

/** `total` counts the boxes near the place, `requested` those in the answer. */
function Candidates({ boxes, total, requested }: { boxes: readonly BoxRow[]; total: number; requested: number }) {
  const { box: say } = words.value;
  if (boxes.length === 0) return <p>{say.nobody}</p>;
  const selectBox = (box: BoxRow) => {
    clicked.value = null;
    choose({ box: box.id });
  };
  return (
    <>
      <ul class="candidates">
        {boxes.map((box) => (
          <li key={box.id}>
            <button type="button" class="link" onClick={() => selectBox(box)}>
              {box.name || box.id}
            </button>
            <span class="soft small">
              {" "}
              {say.exposure[box.exposure] ?? box.exposure},{" "}
              {box.freshest ? agoText(Date.parse(box.freshest), now.value, formatting.value.locale) : say.never}
            </span>
          </li>
        ))}
      </ul>
      {total > requested && <p class="soft">{say.first(countText(requested, formatting.value), countText(total, formatting.value))}</p>}
    </>
  );
}

function Details({ answer: { box, sensors } }: { answer: OneBox }) {
  const { box: say } = words.value;
  const numbers = formatting.value;
  const facts = [
    say.exposure[box.exposure] ?? box.exposure,
    box.height === null ? "" : say.height(valueText(box.height, "m", numbers)),
    box.model,
  ];
  const { latitude: lat, longitude: lon } = box;
  return (
    <>
      <p class="soft">
        {facts.filter((fact) => fact !== "").join(" · ")}
        {lat !== null && lon !== null && (
          <>
            {" "}
            ·{" "}
            <button
              type="button"
              class="link"
              onClick={() => commands.value?.goTo({ lat, lon }, 12)}
              aria-label={`${say.showOnMap}: ${placeName({ lat, lon })}`}
            >
              {placeName({ lat, lon })}
            </button>
          </>
        )}
      </p>
      {sensors.length === 0 ? <p>{say.none}</p> : <Sensors sensors={sensors} />}
      <p class="small">
        <a href="/docs">{say.why}</a>
      </p>
    </>
  );
}

function Sensors({ sensors }: { sensors: readonly Sensor[] }) {
  const { box: say } = words.value;
  return (
    <table class="sensors">
      <caption class="unseen">{say.sensors}</caption>
      <thead>
        <tr>
          <th scope="col">{say.sensor}</th>
          <th scope="col">{say.value}</th>
          <th scope="col">{say.lastDay}</th>
          <th scope="col">{say.time}</th>
          <th scope="col">{say.verdict}</th>
        </tr>
      </thead>
      <tbody>
        {sensors.map((sensor) => (
          <SensorRow key={sensor.sensor_id} sensor={sensor} />
        ))}
      </tbody>
    </table>
  );
}

/** What the verdict rests on: the boxes around. */
function Why({ comparison, unit }: { comparison: Comparison; unit: string }) {
  const { box: say, hive } = words.value;
  const numbers = formatting.value;
  const { median, spread, neighbours, furthest_km: furthest, deviation } = comparison;
  return (
    <p class="soft small why-verdict">
      {say.compared(
        differenceText(deviation, unit, numbers),
        deviation >= 0,
        hive.boxes(neighbours, countText(neighbours, numbers)),
        distanceText(furthest, numbers),
        `${valueText(median, unit, numbers)} ${uncertaintyText(spread, unit, numbers)}`,
      )}
    </p>
  );
}

function SensorRow({ sensor }: { sensor: Sensor }) {
  const { box: say } = words.value;
  const numbers = formatting.value;
  const [value, unit] = sensor.value === null ? [sensor.raw_value, sensor.unit] : [sensor.value, sensor.value_unit ?? ""];
  const moment = sensor.measured_at === null ? null : Date.parse(sensor.measured_at);
  const { level, text } = verdictOf(sensor, words.value);
  return (
    <tr data-verdict={sensor.verdict}>
      <th scope="row">
        {sensor.phenomenon ? phenomenonName(sensor.phenomenon) : say.unknownKind}
        <span class="soft small">{[sensor.title, sensor.sensor_type].filter((part) => part !== "").join(" · ")}</span>
      </th>
      <td class="figure">{value === null ? say.noValue : valueText(value, unit, numbers)}</td>
      <td class="day">{sensor.phenomenon && <Sparkline phenomenon={sensor.phenomenon} />}</td>
      <td>
        {moment === null ? (
          say.never
        ) : (
          <time dateTime={sensor.measured_at ?? ""} title={momentText(moment, now.value, numbers.locale)}>
            {agoText(moment, now.value, numbers.locale)}
          </time>
        )}
      </td>
      <td>
        <span class={`judgement is-${level}`}>
          <Icon name={level} />
          {text}
        </span>
        {sensor.comparison && <Why comparison={sensor.comparison} unit={sensor.value_unit ?? ""} />}
      </td>
    </tr>
  );
}
