/** Answers the page's questions about the map, away from the thread that draws. */

import { getBytes, getJson } from "../../api/request";
import { DIRECTION, pack } from "../marks";
import { scaleOf } from "../palette";
import { Clusters } from "./clusters";
import { detailOf } from "./detail";
import { landOf, type World } from "./land";
import type { Answer, Ask, Kind, MapSummary } from "./messages";
import { type Columns, type Points, pointsOf, usableValues } from "./points";
import { estimatesOf, pixelsOf, type SurfaceTile } from "./surface";

/** The newest map, with its groups once they are needed. */
interface Shown {
  readonly map: string;
  readonly points: Points;
  readonly clusters: Map<boolean, Clusters>;
}

let shown: Shown | null = null;

const HANDLERS: { readonly [K in Kind]: (ask: Ask<K>, signal: AbortSignal) => Promise<Answer<K>> } = {
  async map({ path, limit }, signal): Promise<MapSummary> {
    const columns = await getJson<Columns>(path, limit, signal);
    const points = pointsOf(columns);
    const { phenomenon, unit } = points;
    const map = `${phenomenon} ${columns.as_of}`;
    shown = { map, points, clusters: new Map() };
    return {
      map,
      as_of: columns.as_of,
      phenomenon,
      unit,
      boxes: points.latitude.length,
      scale: scaleOf(phenomenon, unit === DIRECTION ? [] : usableValues(points)),
      hasExposure: points.exposure !== null,
    };
  },
  async marks({ map, view, isOutdoorOnly }) {
    const clusters = clustersOf(map, isOutdoorOnly);
    return clusters && pack(clusters.marks(view));
  },
  async split({ map, group, isOutdoorOnly }) {
    return clustersOf(map, isOutdoorOnly)?.opensAt(group) ?? null;
  },
  async surface({ path, scale }, signal) {
    const estimates = estimatesOf(await getJson<SurfaceTile>(path, undefined, signal));
    return { estimates, pixels: pixelsOf(estimates, scale) };
  },
  async detail({ column, row }, signal) {
    return detailOf(await getBytes(`/dashboard/detail-${column}-${row}.bin`, undefined, signal), column, row);
  },
  async land({ path }, signal) {
    return landOf(await getJson<World>(path, undefined, signal));
  },
};

/**
 * Answers a question.
 *
 * @throws {Failure} if HiveBox does not answer, unless `signal` was aborted
 */
export async function answer<K extends Kind>(kind: K, ask: Ask<K>, signal: AbortSignal): Promise<Answer<K>> {
  return HANDLERS[kind](ask, signal);
}

/** Grouping waits for the first question, so that only the shown choice of boxes is grouped. */
function clustersOf(map: string, isOutdoorOnly: boolean): Clusters | null {
  if (shown?.map !== map) return null;
  const known = shown.clusters.get(isOutdoorOnly) ?? new Clusters(shown.points, isOutdoorOnly);
  shown.clusters.set(isOutdoorOnly, known);
  return known;
}

/** The buffers in an answer, which change hands without a copy. */
export function buffersIn(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer ? [value.buffer] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(buffersIn) : [];
}
