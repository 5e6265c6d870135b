/** The request for the history that the chart shows. */

import { startOfDay } from "../formatting/time";
import { type CustomRange, degrees, type Place, type Range, type Scope } from "../state/address";

export interface HistoryRequest {
  readonly phenomenon: string;
  readonly range: Range;
  readonly scope: Scope;
  readonly place: Place | null;
  readonly box: string | null;
}

/** Durations are in milliseconds. */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const START = { "24h": "-PT24H", "7d": "-P7D", "30d": "-P30D", "1y": "-P365D" } as const;
const LENGTH = { "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "1y": 365 * DAY } as const;

/** The start and end of a range. */
export function boundsOf(range: Range, now: number): CustomRange {
  return typeof range === "string" ? { from: now - LENGTH[range], to: now } : range;
}

/** The lengths of the buckets, by their names in the API. */
export const BUCKETS = { PT5M: HOUR / 12, PT30M: HOUR / 2, PT1H: HOUR, PT6H: 6 * HOUR, P1D: DAY } as const;
type Bucket = keyof typeof BUCKETS;

/** Whose history the chart shows: the reader's selection if available, otherwise the most specific scope. */
export function scopeOf(wanted: Scope | null, place: Place | null, box: string | null): Scope {
  const possible = possibleScopes(place, box);
  return possible.find((scope) => scope === wanted) ?? possible.at(-1) ?? "all";
}

/** The available scopes, the most specific last. */
export function possibleScopes(place: Place | null, box: string | null): Scope[] {
  return ["all", ...(place ? (["place"] as const) : []), ...(box ? (["box"] as const) : [])];
}

/**
 * The path of the request. Buckets of a day follow the given time zone. `other` is the scope of a history on the same chart, since both
 * need the same buckets.
 */
export function historyPath(request: HistoryRequest, timeZone: string, other: Scope = request.scope): string {
  const { range, scope } = request;
  const query = new URLSearchParams({ phenomenon: request.phenomenon });
  const every = bucketFor(typeof range === "string" ? LENGTH[range] : range.to - range.from, other === "all" ? other : scope);
  if (typeof range === "string") query.set("from", START[range]);
  else {
    const { from, to } = wholeBuckets(range, every, timeZone);
    query.set("from", new Date(from).toISOString());
    query.set("to", new Date(to).toISOString());
  }
  query.set("every", every);
  if (every === "P1D") query.set("timezone", timeZone);
  query.set("percentiles", "5,95");
  if (scope === "place" && request.place) {
    query.set("lat", degrees(request.place.lat));
    query.set("lon", degrees(request.place.lon));
    query.set("radius_km", "25");
    // The estimates for the hive come from outdoor boxes, so its history does, too.
    query.set("exposure", "outdoor");
  }
  if (scope === "box" && request.box) query.set("box", request.box);
  return `/api/v1/history?${query}`;
}

/** Extends a range to whole buckets: a partial bucket has fewer readings, which looks like a change in the weather. */
function wholeBuckets({ from, to }: CustomRange, every: Bucket, timeZone: string): CustomRange {
  const length = BUCKETS[every];
  if (every !== "P1D") return { from: Math.floor(from / length) * length, to: Math.ceil(to / length) * length };
  return { from: startOfDay(from, timeZone), to: startOfDay(to - 1, timeZone, 1) };
}

/** The bucket length that gives a readable chart. All boxes need whole hours, for which HiveBox keeps aggregates. */
export function bucketFor(length: number, scope: Scope): Bucket {
  if (length <= 6 * HOUR) return "PT5M";
  if (length <= 2 * DAY) return scope === "all" ? "PT1H" : "PT30M";
  if (length <= 10 * DAY) return "PT1H";
  if (length <= 60 * DAY) return "PT6H";
  return "P1D";
}
