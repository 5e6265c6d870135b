/** The average temperature of all boxes, in one line above the map. */

import { agoText, momentText } from "../formatting/time";
import { numberText, shownUnit } from "../formatting/units";
import { Loaded } from "../parts/loaded";
import { now } from "../state/clock";
import { asOf, hasNoTemperature, shownTemperature, temperature } from "../state/present";
import { formatting } from "../state/settings";
import { words } from "../words/words";
import { isOld } from "./system-now";

export function WorldLine() {
  const { number } = words.value;
  const none = <span>{number.none}</span>;
  return (
    <div class="world">
      <span class="soft" title={number.average}>
        {number.title}
        <span class="unseen">, {number.average}:</span>
      </span>{" "}
      {shownTemperature.value ? (
        <Value answer={shownTemperature.value} />
      ) : hasNoTemperature.value ? (
        none
      ) : (
        <Loaded of={temperature} fallbacks={{ unavailable: none }} waiting={<span>…</span>}>
          {(answer) => <Value answer={answer} />}
        </Loaded>
      )}{" "}
      <Age />
    </div>
  );
}

function Value({ answer }: { answer: { "Average temperature": number; status: string } }) {
  const { number } = words.value;
  const status = answer.status.toLowerCase();
  return (
    <>
      <strong class="figure" id="temperature" data-celsius={answer["Average temperature"]}>
        {numberText(answer["Average temperature"], "°C", formatting.value)}
        {"\u00a0"}
        {shownUnit("°C", formatting.value)}
      </strong>{" "}
      <span id="status">{number.status[status] ?? answer.status}</span>
    </>
  );
}

function Age() {
  const { locale } = formatting.value;
  if (asOf.value === null) return null;
  const moment = Date.parse(asOf.value);
  return (
    <time class="soft" id="fresh" dateTime={asOf.value} title={momentText(moment, now.value, locale)}>
      {isOld.value ? words.value.hive.asOf(momentText(moment, now.value, locale)) : agoText(moment, now.value, locale, "short")}
    </time>
  );
}
