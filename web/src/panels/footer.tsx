/** The foot of the page: what the data is made of, and how the service is doing. */

import { signal } from "@preact/signals";
import type { Version } from "../api/answers";
import { resource } from "../api/resource";
import { durationText, momentText } from "../formatting/time";
import { countText } from "../formatting/units";
import { now } from "../state/clock";
import { asOf, phenomena, readingCount, status } from "../state/present";
import { formatting, THEMES, type Theme, theme } from "../state/settings";
import { words } from "../words/words";

/** Whether the reader has opened the details, which need the version. */
const isWanted = signal(false);
const version = resource<Version>(() => (isWanted.value ? "/version" : null), { isHistorical: true });

export function Footer() {
  const { footer, map, settings } = words.value;
  return (
    <footer class="foot">
      <details class="service" id="service" onToggle={(event) => (isWanted.value = event.currentTarget.open)}>
        <summary>{footer.service}</summary>
        {isWanted.value && <Service />}
      </details>
      <p>
        {footer.data} {map.licence}. {footer.noTracking}
      </p>
      <p class="foot-links">
        <a href="/docs">{footer.docs}</a>
        <a href="/dashboard/licences.txt">{footer.licences}</a>
      </p>
      <label class="field">
        <span>{settings.theme}</span>
        <select id="theme" value={theme.value} onChange={(event) => (theme.value = event.currentTarget.value as Theme)}>
          {THEMES.map((name) => (
            <option key={name} value={name}>
              {settings[name]}
            </option>
          ))}
        </select>
      </label>
    </footer>
  );
}

function Service() {
  const { footer, box, colon } = words.value;
  const { locale } = formatting.value;
  const moment = (time: string) => momentText(Date.parse(time), now.value, locale);
  const count = (value: number) => countText(value, formatting.value);
  const air = phenomena.value.data?.phenomena.find(({ phenomenon }) => phenomenon === "air_temperature");
  const leftOut = Object.entries(air?.left_out ?? {}).sort(([, one], [, other]) => other - one);
  const total = leftOut.reduce((sum, [, value]) => sum + value, 0);
  const facts = status.value.data;
  return (
    <div class="service-facts">
      {asOf.value && (
        <p>
          {footer.measured + colon} {moment(asOf.value)}.{" "}
          {facts && footer.madeOf(count(readingCount.value), durationText(facts.max_reading_age_seconds, locale))}
        </p>
      )}
      {facts && <p>{facts.store.down_since ? footer.store.down(moment(facts.store.down_since)) : footer.store.up}</p>}
      {total > 0 && (
        <>
          <p>{footer.leftOut(count(total))}</p>
          <ul class="reasons">
            {leftOut.map(([reason, value]) => (
              <li key={reason}>
                <span>{box.verdicts[reason] ?? reason}</span>
                <span class="figure">{count(value)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      <p class="foot-links">
        {version.value.data && <span>{footer.version(version.value.data.Version)}</span>}
        <a href="/metrics">{footer.metrics}</a>
      </p>
    </div>
  );
}
