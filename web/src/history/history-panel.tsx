/** The history of the chosen phenomenon, as a chart and as a table. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { History } from "../api/answers";
import { bucketText, momentText, zoneName } from "../formatting/time";
import { countText, numberText, shownUnit, shownValue, valueText } from "../formatting/units";
import { colours } from "../parts/colour";
import { FailureNotice, Loaded } from "../parts/loaded";
import { RANGES } from "../state/address";
import { boxId, choose, phenomenon, place, range } from "../state/choice";
import { formatting, isDark } from "../state/settings";
import { phenomenonName, words } from "../words/words";
import { Legend, nameOfCompared } from "./compared";
import { CustomRangeForm } from "./custom-range-form";
import { possibleScopes } from "./history-request";
import { compared, comparedHistory, comparedMeans, history, isFarZone, isNear, scope, timeZone, wasNear } from "./history-resource";
import { plot } from "./plot";
import { isEmpty, seriesOf } from "./series";
import { Take } from "./take";
import { THRESHOLDS } from "./thresholds";

/** The distance from the visible part of the page that counts as near. */
const NEARNESS = "300px";

export function HistoryPanel() {
  const { history: say } = words.value;
  const section = useRef<HTMLElement>(null);
  const unit = history.value.data?.rows[0]?.unit;
  useEffect(() => {
    const update = ([entry]: IntersectionObserverEntry[]) => {
      isNear.value = entry?.isIntersecting ?? false;
      if (isNear.value) wasNear.value = true;
    };
    const observer = new IntersectionObserver(update, { rootMargin: NEARNESS });
    if (section.current) observer.observe(section.current);
    return () => observer.disconnect();
  }, []);
  return (
    <section class="card history" aria-labelledby="history-title" id="history" ref={section}>
      <div class="panel-head">
        <h2 id="history-title">
          {`${say.title}${words.value.colon} ${phenomenonName(phenomenon.value)}`}
          {unit && <span class="soft"> ({shownUnit(unit, formatting.value)})</span>}
        </h2>
      </div>
      {history.value.failure?.kind !== "not_found" && (
        <>
          <Controls />
          <CustomRangeForm />
        </>
      )}
      <div class="past">
        <Loaded of={history} fallbacks={{ not_found: <p id="history-missing">{say.without}</p> }}>
          {(answer) => <ChartAndTable answer={answer} />}
        </Loaded>
      </div>
    </section>
  );
}

function ChartAndTable({ answer }: { answer: History }) {
  const { history: say } = words.value;
  return (
    <>
      <Legend />
      {compared.value && <FailureNotice of={comparedHistory} />}
      {isEmpty(answer) ? <p id="history-empty">{answer.through === null ? say.notYet : say.none}</p> : <Chart answer={answer} />}
      {answer.through !== null && <Take />}
      {!isEmpty(answer) && <Table answer={answer} />}
    </>
  );
}

function Controls() {
  const { history: say } = words.value;
  const chosen = range.value;
  const { locale } = formatting.value;
  const scopes = possibleScopes(place.value, boxId.value);
  return (
    <div class="row">
      <div class="segments" role="group" aria-label={say.range}>
        {RANGES.map((name) => (
          <button key={name} type="button" id={`range-${name}`} aria-pressed={chosen === name} onClick={() => choose({ range: name })}>
            {say.ranges[name]}
          </button>
        ))}
      </div>
      {scopes.length > 1 && (
        <label class="field">
          <span>{say.scope}</span>
          <select
            id="scope"
            value={scope.value}
            onChange={(event) => choose({ scope: scopes.find((name) => name === event.currentTarget.value) ?? null })}
          >
            {scopes.map((name) => (
              <option key={name} value={name}>
                {say.scopes[name]}
              </option>
            ))}
          </select>
        </label>
      )}
      {typeof chosen !== "string" && (
        <p class="soft" id="stretch">
          {say.chosen(momentText(chosen.from, 0, locale, timeZone.value), momentText(chosen.to, 0, locale, timeZone.value))}
        </p>
      )}
    </div>
  );
}

function Chart({ answer }: { answer: History }) {
  const { history: say } = words.value;
  const numbers = formatting.value;
  const canvas = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const dark = isDark.value;
  const zone = timeZone.value;
  const other = comparedHistory.value.data;
  const unit = answer.rows[0]?.unit ?? "";
  const series = seriesOf(answer, numbers, other);
  const moment = (time: number) => momentText(time, Date.now(), numbers.locale, zone);
  useEffect(() => {
    if (!canvas.current) return;
    const colour = colours();
    const style = {
      line: colour("series"),
      band: colour("series-band"),
      other: colour("series-other"),
      sign: unit === "°C" || unit === "°" ? "°" : "",
      ink: colour("soft"),
      grid: colour("line"),
      locale: numbers.locale,
      timeZone: zone,
      thresholds: phenomenon.value === "air_temperature" && scope.value !== "all" ? thresholds() : [],
    };
    return plot(canvas.current, series, style, {
      hover: setHovered,
      select: (from, to) => choose({ range: { from, to } }),
    });
  }, [answer, other, numbers, dark, zone, words.value]);
  return (
    <figure class="chart">
      <div
        ref={canvas}
        id="chart"
        class="plot"
        role="img"
        aria-label={say.chart(phenomenonName(phenomenon.value), say.scopes[scope.value])}
      />
      <figcaption>
        <p class="figure readout">{hovered === null ? say.key : readout(answer, hovered)}</p>
        <p class="soft small">
          <span class="for-mouse">{say.drag}</span> {answer.through && say.through(moment(Date.parse(answer.through)))}{" "}
          {series.isTrimmed && say.since(moment(series.from * 1000))}{" "}
          {isFarZone.value && <span id="zone">{say.zone(zoneName(zone, Date.now(), numbers.locale))}</span>}
        </p>
      </figcaption>
    </figure>
  );
}

function thresholds() {
  const { history: say } = words.value;
  return (["quick_look", "full_inspection"] as const).map((chore) => ({
    value: shownValue(THRESHOLDS[chore], "°C", formatting.value),
    label: `${say.thresholds[chore]} ${valueText(THRESHOLDS[chore], "°C", formatting.value, 0)}`,
  }));
}

/** The text for a bucket. */
function readout({ rows }: History, index: number): string {
  const { history: say, colon } = words.value;
  const numbers = formatting.value;
  const row = rows[index];
  if (!row) return say.key;
  const when = bucketText(Date.parse(row.from), Date.parse(row.to) - Date.parse(row.from), numbers.locale, timeZone.value);
  if (row.count === 0 || row.mean === null) return `${when}${colon} ${say.gap}`;
  const [low, high] = row.percentiles.map(({ value }) => value);
  const range =
    low !== null && low !== undefined && high !== null && high !== undefined
      ? ` (${numberText(low, row.unit, numbers)} – ${valueText(high, row.unit, numbers)})`
      : "";
  const other = comparedMeans.value.get(row.from) ?? null;
  const beside =
    compared.value && other !== null ? ` · ${nameOfCompared(compared.value)}${colon} ${valueText(other, row.unit, numbers)}` : "";
  return `${when}${colon} ${valueText(row.mean, row.unit, numbers)}${range}, ${countText(row.count, numbers)} ${say.readings}${beside}`;
}

function Table({ answer: { rows } }: { answer: History }) {
  const { history: say } = words.value;
  const [isOpen, setOpen] = useState(false);
  const numbers = formatting.value;
  const other = compared.value;
  const columns = [say.from, say.mean, ...(other ? [`${say.mean}, ${nameOfCompared(other)}`] : []), say.min, say.max, say.readings];
  const cell = (value: number | null, unit: string) => (value === null ? say.gap : numberText(value, unit, numbers));
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary id="history-table">{say.table}</summary>
      {isOpen && (
        <div class="scroll" tabIndex={0} role="group" aria-label={say.table}>
          <table class="buckets">
            <caption class="unseen">{`${phenomenonName(phenomenon.value)}, ${say.scopes[scope.value]}, ${shownUnit(rows[0]?.unit ?? "", numbers)}`}</caption>
            <thead>
              <tr>
                {columns.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.from}>
                  <th scope="row">
                    {bucketText(Date.parse(row.from), Date.parse(row.to) - Date.parse(row.from), numbers.locale, timeZone.value)}
                  </th>
                  <td>{cell(row.count > 0 ? row.mean : null, row.unit)}</td>
                  {other && <td>{cell(comparedMeans.value.get(row.from) ?? null, row.unit)}</td>}
                  <td>{cell(row.min, row.unit)}</td>
                  <td>{cell(row.max, row.unit)}</td>
                  <td>{countText(row.count, numbers)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
