/** Places in the reader's words. */

import { distanceText } from "../formatting/units";
import { placeText } from "../map/describe";
import type { Place } from "../state/address";
import { formatting } from "../state/settings";
import { words } from "../words/words";
import { nearestTown } from "./naming";
import { type Towns, townName, towns } from "./towns";

/** A place by name, such as "5 km NE of Potsdam"; by coordinates until the towns have loaded, and far from any. */
export function placeName(place: Place): string {
  const { compass, hive, towns: own } = words.value;
  const nearest = towns.value && nearestTown(towns.value, place);
  if (!towns.value || !nearest) return placeText(place, formatting.value, compass);
  const name = townName(towns.value, nearest.town, own);
  if (nearest.isInside) return name;
  const distance = distanceText(Math.max(1, nearest.distanceKm), formatting.value, 0);
  return hive.near(distance, compass[nearest.direction] ?? "", name);
}

/** The nearest town's name, short enough for a tab. */
export function shortName(place: Place): string {
  const nearest = towns.value && nearestTown(towns.value, place);
  if (!towns.value || !nearest) return placeText(place, formatting.value, words.value.compass, 1);
  return townName(towns.value, nearest.town, words.value.towns);
}

/** A town with its country, which distinguishes namesakes. */
export function townWithCountry(list: Towns, index: number): string {
  const name = townName(list, index, words.value.towns);
  const code = list.countries[list.country[index] ?? -1] ?? "";
  const country = code === "" ? "" : new Intl.DisplayNames(formatting.value.locale, { type: "region", fallback: "code" }).of(code);
  return country ? `${name}, ${country}` : name;
}
