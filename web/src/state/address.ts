/** The reader's choices, kept in the page's address so that a link restores them. */

import en from "../words/en";

export interface Place {
  readonly lat: number;
  readonly lon: number;
}

/** The ranges with a button, by their names in the address. */
export const RANGES = ["24h", "7d", "30d", "1y"] as const;
export type NamedRange = (typeof RANGES)[number];

/** A range selected in the chart or typed, in milliseconds since 1970. */
export interface CustomRange {
  readonly from: number;
  readonly to: number;
}
export type Range = NamedRange | CustomRange;

export interface Choice {
  /** The location of the reader's hive. */
  readonly place: Place | null;
  readonly phenomenon: string;
  /** Whether the map leaves out boxes that are not outdoors. */
  readonly isOutdoorOnly: boolean;
  /** Whether the map shows the surface of estimates instead of the boxes. */
  readonly isSurface: boolean;
  /** The id of the box in the open panel. */
  readonly box: string | null;
  readonly range: Range;
  /** Whose history the chart shows; `null` means the most specific available. */
  readonly scope: Scope | null;
  /** Whose history is the second line of the chart. */
  readonly compared: Compared | null;
  /** What the reader reports about the hive, because no sensor measures it. */
  readonly observations: Observations;
}

export const SCOPES = ["all", "place", "box"] as const;
export type Scope = (typeof SCOPES)[number];

/** All boxes, those around a place, or one box. */
export type Compared =
  | { readonly scope: "all" }
  | { readonly scope: "place"; readonly place: Place }
  | { readonly scope: "box"; readonly box: string };

/** What a reader can report about a hive, by the names of the API's query parameters. */
export const OBSERVABLE = ["broodless", "clustered", "heavy_flight"] as const;
export type Observations = Readonly<Partial<Record<(typeof OBSERVABLE)[number], boolean>>>;

export const DEFAULT_CHOICE: Choice = {
  place: null,
  phenomenon: "air_temperature",
  isOutdoorOnly: true,
  isSurface: false,
  box: null,
  range: "24h",
  scope: null,
  compared: null,
  observations: {},
};

/** In the address of a map with boxes that are not outdoors. */
const ALL_BOXES = "all";
const SURFACE = "surface";
const BOX_ID = /^[0-9a-f]{24}$/i;
/** In milliseconds. */
const SHORTEST_RANGE = 60_000;

/** Reads the query of an address and ignores whatever is invalid. */
export function readAddress(search: string): Choice {
  const query = new URLSearchParams(search);
  const phenomenon = query.get("phenomenon") ?? "";
  const box = query.get("box") ?? "";
  return {
    place: placeOf(query.get("lat"), query.get("lon")),
    phenomenon: Object.hasOwn(en.phenomenon.names, phenomenon) ? phenomenon : DEFAULT_CHOICE.phenomenon,
    isOutdoorOnly: query.get("boxes") !== ALL_BOXES,
    isSurface: query.get("layer") === SURFACE,
    box: BOX_ID.test(box) ? box : null,
    range: readRange(query.get("range")),
    scope: SCOPES.find((scope) => scope === query.get("of")) ?? null,
    compared: readCompared(query.get("with") ?? ""),
    observations: readObservations(query),
  };
}

/** Writes the query of an address. Defaults are left out; parameters of others stay. */
export function writeAddress(choice: Choice, search = ""): string {
  const query = new URLSearchParams(search);
  const put = (name: string, value: string | null) => (value === null ? query.delete(name) : query.set(name, value));
  put("lat", choice.place && degrees(choice.place.lat));
  put("lon", choice.place && degrees(choice.place.lon));
  put("phenomenon", choice.phenomenon === DEFAULT_CHOICE.phenomenon ? null : choice.phenomenon);
  put("boxes", choice.isOutdoorOnly ? null : ALL_BOXES);
  put("layer", choice.isSurface ? SURFACE : null);
  put("box", choice.box);
  put("range", choice.range === DEFAULT_CHOICE.range ? null : writeRange(choice.range));
  put("of", choice.scope);
  put("with", choice.compared && writeCompared(choice.compared));
  for (const name of OBSERVABLE) put(name, choice.observations[name]?.toString() ?? null);
  const text = query.toString();
  return text ? `?${text}` : "";
}

/** Reads coordinates as people type them: "52.52, 13.41", "52,52 13,41", "52.52N 13.41E", "33.9° S 151.2° E". */
export function readCoordinates(typed: string): Place | null {
  const number = String.raw`([+\-−]?\d{1,3}(?:[.,]\d+)?)\s*°?\s*`;
  const found = new RegExp(`^\\s*${number}([NSns]?)\\s*[,;/\\s]\\s*${number}([EWOewo]?)\\s*$`).exec(typed);
  if (!found) return null;
  const [, lat = "", northOrSouth = "", lon = "", eastOrWest = ""] = found;
  const value = (digits: string) => Number(digits.replace("−", "-").replace(",", "."));
  const sign = (letter: string, negative: string) => (letter.toUpperCase() === negative ? -1 : 1);
  return placeIfValid(value(lat) * sign(northOrSouth, "S"), value(lon) * sign(eastOrWest, "W"));
}

/** A place as parameters of the API, which also serves as its key. */
export function keyOf({ lat, lon }: Place): string {
  return `lat=${degrees(lat)}&lon=${degrees(lon)}`;
}

/** Degrees as written in addresses, with a resolution of about ten metres. */
export function degrees(value: number): string {
  return String(Number(value.toFixed(4)));
}

function placeOf(lat: string | null, lon: string | null): Place | null {
  return lat?.trim() && lon?.trim() ? placeIfValid(Number(lat), Number(lon)) : null;
}

/** A place, rounded to the resolution of addresses; `null` if it is not on Earth. */
export function placeIfValid(lat: number, lon: number): Place | null {
  const isOnEarth = Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  return isOnEarth ? { lat: Number(lat.toFixed(4)), lon: Number(lon.toFixed(4)) } : null;
}

function readCompared(text: string): Compared | null {
  if (text === "all") return { scope: "all" };
  if (BOX_ID.test(text)) return { scope: "box", box: text };
  const [lat, lon, ...others] = text.split(",");
  const place = others.length === 0 ? placeOf(lat ?? null, lon ?? null) : null;
  return place && { scope: "place", place };
}

/** A compared history as a parameter, which is also its key. */
export function writeCompared(compared: Compared): string {
  switch (compared.scope) {
    case "all":
      return "all";
    case "place":
      return `${degrees(compared.place.lat)},${degrees(compared.place.lon)}`;
    case "box":
      return compared.box;
  }
}

function readObservations(query: URLSearchParams): Observations {
  const given = OBSERVABLE.map((name) => [name, query.get(name)] as const).filter(([, value]) => value === "true" || value === "false");
  return Object.fromEntries(given.map(([name, value]) => [name, value === "true"]));
}

function readRange(text: string | null): Range {
  const named = RANGES.find((range) => range === text);
  if (named) return named;
  const [from = NaN, to = NaN] = (text ?? "").split("..").map((moment) => Date.parse(moment));
  return to - from >= SHORTEST_RANGE ? { from, to } : DEFAULT_CHOICE.range;
}

function writeRange(range: Range): string {
  return typeof range === "string" ? range : `${minute(range.from)}..${minute(range.to)}`;
}

function minute(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 16)}Z`;
}
