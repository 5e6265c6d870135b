/** The average temperature of all boxes, what it means for bees, and how it was computed. */

import { agoText, durationText, momentText } from "../formatting/time";
import { countText, numberText, shownUnit } from "../formatting/units";
import { Loaded } from "../parts/loaded";
import { now } from "../state/clock";
import { asOf, hasNoTemperature, phenomena, readingCount, status as serviceStatus, shownTemperature, temperature } from "../state/present";
import { formatting } from "../state/settings";
import { words } from "../words/words";

export function NumberPanel() {
  const { number } = words.value;
  return (
    <section class="card number" aria-labelledby="number-title">
      <h2 id="number-title">{number.title}</h2>
      {shownTemperature.value ? (
        <NumberValue answer={shownTemperature.value} />
      ) : hasNoTemperature.value ? (
        <p>{number.none}</p>
      ) : (
        <Loaded of={temperature} fallbacks={{ unavailable: <p>{number.none}</p> }}>
          {(answer) => <NumberValue answer={answer} />}
        </Loaded>
      )}
      <Basis />
    </section>
  );
}

function NumberValue({ answer }: { answer: { "Average temperature": number; status: string } }) {
  const { number } = words.value;
  const status = answer.status.toLowerCase();
  return (
    <div class="big">
      <p class="big-number" id="temperature" data-celsius={answer["Average temperature"]}>
        {numberText(answer["Average temperature"], "°C", formatting.value)}
        <span class="big-unit">{shownUnit("°C", formatting.value)}</span>
      </p>
      <p class={`status status-${status.replace(/\W+/g, "-")}`}>
        <strong id="status">{number.status[status] ?? answer.status}</strong>
        <span>{number.meaning[status] ?? ""}</span>
      </p>
    </div>
  );
}

function Basis() {
  const { number } = words.value;
  const { locale } = formatting.value;
  const air = phenomena.value.data?.phenomena.find(({ phenomenon }) => phenomenon === "air_temperature");
  const leftOut = Object.entries(air?.left_out ?? {}).sort(([, one], [, other]) => other - one);
  const total = leftOut.reduce((sum, [, count]) => sum + count, 0);
  const maxAge = serviceStatus.value.data?.max_reading_age_seconds;
  const moment = asOf.value === null ? null : Date.parse(asOf.value);
  const count = (value: number) => countText(value, formatting.value);
  return (
    <div class="made-of">
      {moment !== null && (
        <p>
          {number.measured}{" "}
          <time id="fresh" dateTime={asOf.value ?? ""} title={momentText(moment, now.value, locale)}>
            {agoText(moment, now.value, locale)}
          </time>
          {". "}
          {maxAge !== undefined && number.madeOf(count(readingCount.value), durationText(maxAge, locale))}
        </p>
      )}
      {total > 0 && (
        <details>
          <summary>{number.leftOut(count(total))}</summary>
          <ul class="reasons">
            {leftOut.map(([reason, value]) => (
              <li key={reason}>
                <span>{words.value.box.verdicts[reason] ?? reason}</span>
                <span class="figure">{count(value)}</span>
              </li>
            ))}
          </ul>
          <p>
            <a href="/docs">{number.why}</a>
          </p>
        </details>
      )}
    </div>
  );
}
