/** Marks in words, for tooltips and for readers who cannot see the map. */

import { countText, type Formatting, valueText } from "../formatting/units";
import type { Words } from "../words/en";
import type { Mark } from "./marks";

/** A place by its coordinates, such as "52.52° N 13.41° E". */
export function placeText(
  { lat, lon }: { lat: number; lon: number },
  formatting: Formatting,
  compass: readonly string[],
  digits = 2,
): string {
  const format = (value: number) =>
    new Intl.NumberFormat(formatting.locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(Math.abs(value));
  const [north, , east, , south, , west] = compass;
  return `${format(lat)}° ${lat < 0 ? south : north} ${format(lon)}° ${lon < 0 ? west : east}`;
}

/** What a mark shows, without its place. */
export function valueDescription(mark: Mark, unit: string, formatting: Formatting, words: Words): string {
  const { map } = words;
  if (mark.kind === "group") {
    const boxes = map.boxes(countText(mark.boxes, formatting), countText(mark.usable, formatting));
    return mark.usable === 0 ? boxes : `${boxes}, ${map.mean(valueText(mark.mean, unit, formatting))}`;
  }
  switch (mark.state) {
    case "none":
      return map.withoutSensor;
    case "stale":
      return map.stale;
    case "indoor":
      return Number.isNaN(mark.value) ? map.indoor : `${map.indoor}, ${valueText(mark.value, unit, formatting)}`;
    case "doubtful":
      return Number.isNaN(mark.value) ? map.doubtful : `${valueText(mark.value, unit, formatting)}, ${map.doubtful}`;
    case "usable":
      return valueText(mark.value, unit, formatting);
  }
}

/** What a mark shows, with the name of its place. */
export function markText(mark: Mark, where: string, unit: string, formatting: Formatting, words: Words): string {
  const value = valueDescription(mark, unit, formatting, words);
  return mark.kind === "group" ? words.map.group(where, value) : words.map.oneBox(where, value);
}

/** The key of a mark in a list. */
export function markKey(mark: Mark): string {
  return mark.kind === "group" ? `group ${mark.id}` : `box ${mark.row}`;
}
