/** Marks in words, for a tooltip and for who does not see the map. */

import { countText, type Manner, valueText } from "../units";
import type { Words } from "../words/en";
import type { Mark } from "./clusters";

export function placeText({ lat, lon }: { lat: number; lon: number }, manner: Manner, digits = 2): string {
  const format = (value: number) =>
    new Intl.NumberFormat(manner.locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(Math.abs(value));
  const east = manner.locale.startsWith("de") ? "O" : "E";
  return `${format(lat)}° ${lat < 0 ? "S" : "N"} ${format(lon)}° ${lon < 0 ? "W" : east}`;
}

/** What a mark says, without where. */
export function saysText(mark: Mark, unit: string, manner: Manner, words: Words): string {
  const { map } = words;
  if (mark.kind === "group") {
    if (mark.usable === 0) return map.nothing;
    return `${map.mean(valueText(mark.mean, unit, manner))}, ${countText(mark.usable, manner)} ${map.usable}`;
  }
  switch (mark.state) {
    case "none":
      return map.withoutSensor;
    case "stale":
      return map.stale;
    case "doubtful":
      return Number.isNaN(mark.value) ? map.doubtful : `${valueText(mark.value, unit, manner)}, ${map.doubtful}`;
    case "usable":
      return valueText(mark.value, unit, manner);
  }
}

/** What a mark says, and where. */
export function markText(mark: Mark, unit: string, manner: Manner, words: Words): string {
  const says = saysText(mark, unit, manner, words);
  const where = placeText(mark, manner);
  return mark.kind === "group" ? words.map.group(countText(mark.boxes, manner), where, says) : words.map.oneBox(where, says);
}

/** A mark's key in a list. */
export function markKey(mark: Mark): string {
  return mark.kind === "group" ? `group ${mark.id}` : `box ${mark.row}`;
}
