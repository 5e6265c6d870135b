/** Selects the phenomenon that the map and the chart show. */

import { shownUnit } from "../formatting/units";
import { choose, phenomenon } from "../state/choice";
import { phenomena } from "../state/present";
import { formatting } from "../state/settings";
import { phenomenonName, words } from "../words/words";

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
          <option key={slug} value={slug}>{`${phenomenonName(slug, name)} (${shownUnit(unit, formatting.value)})`}</option>
        ))}
      </select>
    </label>
  );
}
