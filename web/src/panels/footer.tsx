/** The foot of the page: what the data is made of, and how the service is doing. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { agoText, durationText, momentText } from "../formatting/time";
import { countText } from "../formatting/units";
import { operatorTiles } from "../map/operator-tiles";
import { FailureNotice } from "../parts/loaded";
import { now } from "../state/clock";
import { readingCount, status } from "../state/present";
import { formatting, THEMES, type Theme, theme } from "../state/settings";
import { words } from "../words/words";

export function Footer() {
  const tiles = operatorTiles.value;
  const { footer, map, settings } = words.value;
  const [isOpen, setOpen] = useState(false);
  return (
    <footer class="foot">
      <details class="service" id="service" onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{footer.service}</summary>
        {isOpen && <Service />}
      </details>
      <p>
        {footer.data} {map.licence}. {tiles ? footer.tilesFrom(new URL(tiles.address).host) : footer.noTracking}
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
  const { footer } = words.value;
  const { locale } = formatting.value;
  const facts = status.value.data;
  if (!facts) return <FailureNotice of={status} />;
  const ago = (time: string) => agoText(Date.parse(time), now.value, locale);
  const moment = (time: string) => momentText(Date.parse(time), now.value, locale);
  const stored = facts.last_stored_at;
  return (
    <div class="service-facts">
      <dl class="facts">
        <Fact name={footer.polled}>{facts.last_poll_at ? ago(facts.last_poll_at) : footer.never}</Fact>
        <Fact name={footer.measured}>{facts.as_of ? moment(facts.as_of) : footer.never}</Fact>
        <Fact name={footer.stored}>
          {facts.store.down_since ? footer.down(moment(facts.store.down_since)) : stored ? ago(stored) : footer.elsewhere}
        </Fact>
        <Fact name={footer.version}>{facts.version}</Fact>
      </dl>
      <Verdicts counts={facts.readings_by_verdict} />
      <p>{footer.madeOf(countText(readingCount.value, formatting.value), durationText(facts.max_reading_age_seconds, locale))}</p>
      <p class="foot-links">
        <a href="/metrics">{footer.metrics}</a>
        <a href="/docs">{footer.docs}</a>
      </p>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="figure">{children}</dd>
    </div>
  );
}

/** How many readings have each verdict, the most frequent first. */
function Verdicts({ counts }: { counts: Readonly<Record<string, number>> }) {
  const { footer, box } = words.value;
  const { ok: used = 0, ...others } = counts;
  const found = Object.entries(others).filter(([, count]) => count > 0);
  const excluded = found.reduce((sum, [, count]) => sum + count, 0);
  if (used + excluded === 0) return null;
  return (
    <>
      <h3 class="facts-title">
        {footer.used(countText(used, formatting.value))}, {footer.excluded(countText(excluded, formatting.value))}
      </h3>
      <dl class="facts" id="verdicts">
        {found
          .sort(([, one], [, other]) => other - one)
          .map(([verdict, count]) => (
            <Fact key={verdict} name={box.verdicts[verdict] ?? verdict}>
              {countText(count, formatting.value)}
            </Fact>
          ))}
      </dl>
    </>
  );
}
