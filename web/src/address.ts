/** What a reader has chosen, as the page's address keeps it. */

export interface Place {
  readonly lat: number;
  readonly lon: number;
}

/** The ranges that have a button, with their names in addresses. */
export const RANGES = ["24h", "7d", "30d", "1y"] as const;
export type NamedRange = (typeof RANGES)[number];

/** A stretch that was dragged over a chart, in milliseconds since 1970. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}
export type Range = NamedRange | Stretch;

export interface Choice {
  /** Where the reader's hive stands. */
  readonly place: Place | null;
  readonly phenomenon: string;
  /** The id of the box whose panel is open. */
  readonly box: string | null;
  readonly range: Range;
  /** Whose past is shown; `null`: of the most particular that is chosen. */
  readonly scope: Scope | null;
  /** What the reader tells of the hive, for no sensor does. */
  readonly told: Told;
}

export const SCOPES = ["all", "place", "box"] as const;
export type Scope = (typeof SCOPES)[number];

/** What can be told of a hive, named as HiveBox asks for it. */
export const TELLABLE = ["broodless", "clustered", "heavy_flight"] as const;
export type Told = Readonly<Partial<Record<(typeof TELLABLE)[number], boolean>>>;

export const DEFAULT_CHOICE: Choice = { place: null, phenomenon: "air_temperature", box: null, range: "24h", scope: null, told: {} };

const SLUG = /^[a-z0-9_]{1,40}$/;
const BOX_ID = /^[0-9a-f]{24}$/i;
const SHORTEST = 60_000;

/** Reads an address. What makes no sense in it is as if it were not there. */
export function readAddress(search: string): Choice {
  const asked = new URLSearchParams(search);
  const phenomenon = asked.get("phenomenon") ?? "";
  const box = asked.get("box") ?? "";
  return {
    place: placeOf(asked.get("lat"), asked.get("lon")),
    phenomenon: SLUG.test(phenomenon) ? phenomenon : DEFAULT_CHOICE.phenomenon,
    box: BOX_ID.test(box) ? box : null,
    range: readRange(asked.get("range")),
    scope: SCOPES.find((scope) => scope === asked.get("of")) ?? null,
    told: readTold(asked),
  };
}

/** Writes the query of an address. What is as unless told is left out, what is not ours stays. */
export function writeAddress(choice: Choice, search = ""): string {
  const asked = new URLSearchParams(search);
  const put = (name: string, value: string | null) => (value === null ? asked.delete(name) : asked.set(name, value));
  put("lat", choice.place && degrees(choice.place.lat));
  put("lon", choice.place && degrees(choice.place.lon));
  put("phenomenon", choice.phenomenon === DEFAULT_CHOICE.phenomenon ? null : choice.phenomenon);
  put("box", choice.box);
  put("range", choice.range === DEFAULT_CHOICE.range ? null : writeRange(choice.range));
  put("of", choice.scope);
  for (const name of TELLABLE) put(name, choice.told[name]?.toString() ?? null);
  const query = asked.toString();
  return query ? `?${query}` : "";
}

/** Reads coordinates as people type them: "52.52, 13.41", "52,52 13,41", "52.52N 13.41E", "33.9° S 151.2° E". */
export function readCoordinates(typed: string): Place | null {
  const number = String.raw`([+\-−]?\d{1,3}(?:[.,]\d+)?)\s*°?\s*`;
  const found = new RegExp(`^\\s*${number}([NSns]?)\\s*[,;/\\s]\\s*${number}([EWOewo]?)\\s*$`).exec(typed);
  if (!found) return null;
  const [, lat = "", side = "", lon = "", hand = ""] = found;
  const value = (digits: string) => Number(digits.replace("−", "-").replace(",", "."));
  const sign = (letter: string, negative: string) => (letter.toUpperCase() === negative ? -1 : 1);
  return valid(value(lat) * sign(side, "S"), value(lon) * sign(hand, "W"));
}

/** Degrees as addresses have them: some ten metres fine. */
export function degrees(value: number): string {
  return String(Number(value.toFixed(4)));
}

function placeOf(lat: string | null, lon: string | null): Place | null {
  return lat?.trim() && lon?.trim() ? valid(Number(lat), Number(lon)) : null;
}

function valid(lat: number, lon: number): Place | null {
  const isOnEarth = Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  return isOnEarth ? { lat: Number(lat.toFixed(4)), lon: Number(lon.toFixed(4)) } : null;
}

function readTold(asked: URLSearchParams): Told {
  const said = TELLABLE.map((name) => [name, asked.get(name)] as const).filter(([, value]) => value === "true" || value === "false");
  return Object.fromEntries(said.map(([name, value]) => [name, value === "true"]));
}

function readRange(text: string | null): Range {
  const named = RANGES.find((range) => range === text);
  if (named) return named;
  const [from = NaN, to = NaN] = (text ?? "").split("..").map((moment) => Date.parse(moment));
  return to - from >= SHORTEST ? { from, to } : DEFAULT_CHOICE.range;
}

function writeRange(range: Range): string {
  return typeof range === "string" ? range : `${minute(range.from)}..${minute(range.to)}`;
}

function minute(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 16)}Z`;
}
