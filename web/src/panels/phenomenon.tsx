/** The choice of what the map and the charts show. */

import { choose, phenomenon } from "../state/choice";
import { phenomena } from "../state/present";
import { manner } from "../state/settings";
import { shownUnit } from "../units";
import { words } from "../words/words";

export function PhenomenonChoice() {
  const { label } = words.value.phenomenon;
  const known = phenomena.value.data?.phenomena ?? [];
  const shown = known.filter(({ phenomenon: slug, count }) => count > 0 || slug === phenomenon.value);
  return (
    <label class="field">
      <span>{label}</span>
      <select id="phenomenon" value={phenomenon.value} onChange={(event) => choose({ phenomenon: event.currentTarget.value })}>
        {shown.length === 0 && <option value={phenomenon.value}>{phenomenonName(phenomenon.value)}</option>}
        {shown.map(({ phenomenon: slug, name, unit }) => (
          <option key={slug} value={slug}>{`${phenomenonName(slug, name)} (${shownUnit(unit, manner.value)})`}</option>
        ))}
      </select>
    </label>
  );
}

/** A phenomenon in the reader's words, or in those of the service. */
export function phenomenonName(slug: string, otherwise = slug): string {
  return words.value.phenomenon.names[slug] ?? otherwise;
}
