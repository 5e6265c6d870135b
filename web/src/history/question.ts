/** What is asked of HiveBox for a chart. */

import { degrees, type Place, type Range, type Scope, type Stretch } from "../address";

export interface Asked {
  readonly phenomenon: string;
  readonly range: Range;
  readonly scope: Scope;
  readonly place: Place | null;
  readonly box: string | null;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const BACK = { "24h": "-PT24H", "7d": "-P7D", "30d": "-P30D", "1y": "-P365D" } as const;
const LENGTH = { "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "1y": 365 * DAY } as const;

/** From when to when a range goes. */
export function stretchOf(range: Range, now: number): Stretch {
  return typeof range === "string" ? { from: now - LENGTH[range], to: now } : range;
}

/** The buckets that are asked for, by how long they are. */
export const BUCKETS = { PT5M: HOUR / 12, PT30M: HOUR / 2, PT1H: HOUR, PT6H: 6 * HOUR, P1D: DAY } as const;
type Bucket = keyof typeof BUCKETS;

/** Whose past is shown: what the reader said, if that is still chosen, else the most particular that is chosen. */
export function scopeOf(wanted: Scope | null, place: Place | null, box: string | null): Scope {
  const possible = possibleScopes(place, box);
  return possible.find((scope) => scope === wanted) ?? possible.at(-1) ?? "all";
}

export function possibleScopes(place: Place | null, box: string | null): Scope[] {
  return ["all", ...(place ? (["place"] as const) : []), ...(box ? (["box"] as const) : [])];
}

/** The path of the question. Days are the reader's. */
export function historyPath(asked: Asked, zone: string): string {
  const { range, scope } = asked;
  const query = new URLSearchParams({ phenomenon: asked.phenomenon });
  const every = bucketFor(typeof range === "string" ? LENGTH[range] : range.to - range.from, scope);
  if (typeof range === "string") query.set("from", BACK[range]);
  else {
    const { from, to } = wholeBuckets(range, every);
    query.set("from", new Date(from).toISOString());
    query.set("to", new Date(to).toISOString());
  }
  query.set("every", every);
  if (every === "P1D") query.set("timezone", zone);
  query.set("percentiles", "5,95");
  if (scope === "place" && asked.place) {
    query.set("lat", degrees(asked.place.lat));
    query.set("lon", degrees(asked.place.lon));
    query.set("radius_km", "25");
  }
  if (scope === "box" && asked.box) query.set("box", asked.box);
  return `/api/v1/history?${query}`;
}

/** A stretch of whole buckets: one that is cut has fewer readings, and looks like a change of the weather. Days are the browser's. */
function wholeBuckets({ from, to }: Stretch, every: Bucket): Stretch {
  const length = BUCKETS[every];
  if (every !== "P1D") return { from: Math.floor(from / length) * length, to: Math.ceil(to / length) * length };
  const midnight = (moment: number, days: number) => {
    const date = new Date(moment);
    return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
  };
  return { from: midnight(from, 0), to: midnight(to - 1, 1) };
}

/** How long buckets are: some hundred of them. Of all boxes whole hours, of which HiveBox has sums at hand. */
export function bucketFor(length: number, scope: Scope): Bucket {
  if (length <= 6 * HOUR) return "PT5M";
  if (length <= 2 * DAY) return scope === "all" ? "PT1H" : "PT30M";
  if (length <= 10 * DAY) return "PT1H";
  if (length <= 60 * DAY) return "PT6H";
  return "P1D";
}
